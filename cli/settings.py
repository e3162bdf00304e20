"""What can be set, and where each value comes from: flag, environment, file, default, in this order."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from core.errors import LiaowangError, UnknownNameError

PREFIX = "LIAOWANG_"


class SettingsError(LiaowangError):
    """A setting that is not one, or has a value that cannot be."""


class Settings(BaseModel):
    """The embedded platform; the defaults serve one machine without anything set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="folder of the archive, the database and captures that were handed in")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=1, le=65535, description="port to listen on")
    admin_password: SecretStr | None = Field(None, min_length=12, description="first password of the user admin")
    organization: str = Field("local", min_length=1, description="enterprise that the sensor belongs to")
    site: str = Field("local", min_length=1, description="site that the sensor watches")
    observer: str = Field("local", min_length=1, description="name of the sensor")
    watch: Path | None = Field(None, description="folder whose captures are read as they appear")
    rules: Path | None = Field(None, description="folder of further rules")
    facts: Path | None = Field(None, description="file of site facts: engineering stations, masters, zones, windows")
    learn_hours: float = Field(24.0, ge=0, description="of a new site's traffic, before baselines alert")
    keep_days: int = Field(180, ge=1, description="of history that are kept")
    keep_gib: float | None = Field(None, gt=0, description="of history that are kept at most")
    upload_gib: float = Field(4.0, gt=0, description="largest capture that may be handed in")
    session_hours: float = Field(12.0, gt=0, description="until a new sign-in is needed")
    secure_cookies: bool = Field(False, description="the console is reached by https only")
    metrics_token: SecretStr | None = Field(None, description="bearer token for the metrics")


@dataclass(frozen=True, slots=True)
class Origins:
    """The settings, and where each comes from."""

    settings: Settings
    origin: dict[str, str]


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
                raise UnknownNameError(f"setting in {source}", name, Settings.model_fields)
            values[name], origin[name] = value, source
    try:
        return Origins(Settings.model_validate(values), origin)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise SettingsError(f"The setting {name} ({origin[name]}) cannot be that: {first['msg']}.") from error


def _file(file: Path | None) -> tuple[str, dict[str, Any]]:
    chosen = file or Path("liaowang.toml")
    if file is None and not chosen.is_file():
        return str(chosen), {}
    try:
        return str(chosen), tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings in {chosen} cannot be read: {error}.") from error


def _environment() -> tuple[str, dict[str, Any]]:
    given = {k.removeprefix(PREFIX).lower(): v for k, v in os.environ.items() if k.startswith(PREFIX) and v}
    known = {name: value for name, value in given.items() if name in Settings.model_fields}
    return "environment", known
