"""What can be set, and where each value comes from: flag, environment, file, default, in this order."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from collectors.capture.names import readable
from core.errors import LiaowangError, UnknownNameError

PREFIX = "LIAOWANG_"
_HOW = "The file is TOML in UTF-8: a line is `name = value`, texts stand in quotes; `liaowang config` lists the names."


class SettingsError(LiaowangError):
    """A setting that is not one, or has a value that cannot be."""


def _setting(default: Any, en: str, zh: str, **limits: Any) -> Any:
    """A setting with its meaning in both languages, and what pydantic is to check."""
    return Field(default, description=en, json_schema_extra={"zh": zh}, **limits)


class Settings(BaseModel):
    """The embedded platform; the defaults serve one machine without anything set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = _setting(
        Path("data"),
        "folder of the archive, the database and captures that were handed in",
        "数据目录：归档、数据库和上传的抓包",
    )
    host: str = _setting("127.0.0.1", "address to listen on", "监听地址")
    port: int = _setting(8080, "port to listen on", "监听端口", ge=1, le=65535)
    admin_password: SecretStr | None = _setting(
        None, "first password of the user admin", "用户 admin 的初始密码", min_length=12
    )
    organization: str = _setting("local", "enterprise that the sensor belongs to", "传感器所属企业", min_length=1)
    site: str = _setting("local", "site that the sensor watches", "传感器监测的厂站", min_length=1)
    observer: str = _setting("local", "name of the sensor", "传感器名称", min_length=1)
    watch: Path | None = _setting(
        None, "folder whose captures are read as they appear", "监视目录：其中出现的抓包会被读取"
    )
    rules: Path | None = _setting(None, "folder of further rules", "附加规则目录")
    facts: Path | None = _setting(
        None,
        "file of site facts: engineering stations, masters, zones, windows",
        "站点事实文件：工程师站、主站、区域、维护窗口",
    )
    learn_hours: float = _setting(
        24.0,
        "hours of a new site's traffic that are learned before baselines alert",
        "新站点的学习时长（小时），此后基线才告警",
        ge=0,
    )
    keep_days: int = _setting(
        180, "days for which history and captures are kept after they came", "历史和抓包自入库起的保留天数", ge=1
    )
    keep_gib: float | None = _setting(
        None, "GiB of history and captures that are kept at most", "历史和抓包的最大容量（GiB）", gt=0
    )
    capture_gib: float = _setting(
        # A capture of plant traffic is four times as large as its .zst, so whatever may be handed in fits.
        20.0,
        "GiB of a capture that are read at most when it is decompressed",
        "单个抓包解压后最多读取的容量（GiB）",
        gt=0,
    )
    upload_gib: float = _setting(4.0, "largest capture in GiB that may be handed in", "允许上传的最大抓包（GiB）", gt=0)
    session_hours: float = _setting(12.0, "hours until a new sign-in is needed", "登录有效时长（小时）", gt=0)
    secure_cookies: bool = _setting(False, "the console is reached by https only", "控制台仅通过 https 访问")
    metrics_token: SecretStr | None = _setting(None, "bearer token for the metrics", "读取监控指标所需的令牌")

    @property
    def capture_bytes(self) -> int:
        """`capture_gib` in bytes."""
        return int(self.capture_gib * (1 << 30))


@dataclass(frozen=True, slots=True)
class Origins:
    """The settings, and where each comes from.

    Attributes:
        settings: with every value.
        origin: of each by its name: a file, environment, flag or default.
        unused: variables of the environment that look like settings and are none, with the nearest that is.
    """

    settings: Settings
    origin: dict[str, str]
    unused: tuple[str, ...] = ()


def load(file: Path | None, flags: dict[str, Any]) -> Origins:
    """Puts the settings together.

    Args:
        file: TOML; without one, `liaowang.toml` in the working folder where there is one.
        flags: those that were given; None counts as not given.

    Raises:
        SettingsError: the file cannot be read, or a value cannot be; names the setting and its origin.
        UnknownNameError: there is no such setting; suggests the nearest.
    """
    values: dict[str, Any] = {}
    origin = dict.fromkeys(Settings.model_fields, "default")
    for source, given in (_file(file), _environment(), ("flag", {k: v for k, v in flags.items() if v is not None})):
        for name, value in given.items():
            if name not in Settings.model_fields:
                raise UnknownNameError(f"setting in {_place(source, name)}", name, Settings.model_fields)
            values[name], origin[name] = value, source
    try:
        return Origins(Settings.model_validate(values), origin, _unused())
    except ValidationError as error:
        raise _wrong(error, origin) from error


def _wrong(error: ValidationError, origin: dict[str, str]) -> SettingsError:
    """What to tell of the first value that cannot be; a secret is never shown."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    where = PREFIX + name.upper() if origin[name] == "environment" else _place(origin[name], name)
    setting = f"The setting {name} ({where})"
    if first["type"] in {"too_short", "string_too_short"}:
        least = first["ctx"]["min_length"]
        return SettingsError(f"{setting} is too short.", f"It needs at least {least} character{'s'[: least - 1]}.")
    shown = "that" if "Secret" in str(Settings.model_fields[name].annotation) else repr(first["input"])
    return SettingsError(f"{setting} cannot be {shown}: {first['msg']}.")


def _file(file: Path | None) -> tuple[str, dict[str, Any]]:
    chosen = file or Path("liaowang.toml")
    if file is None and not chosen.is_file():
        return str(chosen), {}
    try:
        return str(chosen), tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        hint = "" if isinstance(error, OSError) else _HOW
        raise SettingsError(f"The settings in {readable(chosen)} cannot be read: {reason}.", hint) from error


def _place(source: str, name: str) -> str:
    """The source, and in a file the line with that setting."""
    if source in {"environment", "flag"}:
        return source
    try:
        lines = Path(source).read_text("utf-8").splitlines()
    except OSError:
        return readable(source)
    named = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
    return next(
        (f"{readable(source)}:{number}" for number, line in enumerate(lines, 1) if named.match(line)), readable(source)
    )


def _environment() -> tuple[str, dict[str, Any]]:
    return "environment", {name: value for name, value in _variables().items() if name in Settings.model_fields}


def _unused() -> tuple[str, ...]:
    names = [name for name in _variables() if name not in Settings.model_fields]
    return tuple(str(UnknownNameError("setting in the environment", name, Settings.model_fields)) for name in names)


def _variables() -> dict[str, str]:
    return {k.removeprefix(PREFIX).lower(): v for k, v in sorted(os.environ.items()) if k.startswith(PREFIX) and v}
