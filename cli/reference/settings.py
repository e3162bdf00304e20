"""Every setting of `liaowang serve`."""

from __future__ import annotations

from pydantic.fields import FieldInfo

from cli.reference.markdown import code, table, text
from cli.settings import PREFIX, Settings


def page() -> str:
    """One table."""
    rows = [
        (
            code(name),
            code(PREFIX + name.upper()),
            code("" if field.default is None else str(field.default).lower()),
            text(field.description or ""),
            text(chinese(field)),
        )
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([
        "# Settings 设置\n",
        "Flags come before the environment, that before the file (TOML), that before defaults; `liaowang config` shows",
        "what holds and why. 优先级：命令行、环境变量、文件（TOML）、默认值；`liaowang config` 显示当前值及其来源。\n",
        table(("setting 设置", "environment 环境变量", "default 默认", "meaning", "意义"), rows),
    ])  # fmt: skip


def chinese(field: FieldInfo) -> str:
    """The meaning in Chinese, or nothing."""
    more = field.json_schema_extra
    return str(more.get("zh", "")) if isinstance(more, dict) else ""
