"""The command line: verbs, arguments, options, examples, exit codes."""

from __future__ import annotations

import enum
import tomllib
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from cli.content import HOME
from cli.main import app, load_verbs
from cli.reference.markdown import code, table, text

_HEADINGS = ("argument or option 参数", "value 值", "default 默认", "meaning", "意义")
_HELP = "help"


def page() -> str:
    """What holds for every verb, then each verb."""
    parts = [
        "# Command line 命令行\n",
        "Exit codes: 0 done, also when alerts were found; 1 done, but input was damaged or a test failed; 2 nothing could",
        "be done; 130 stopped by Ctrl-C.",
        "退出码：0 完成（包括发现告警）；1 完成，但输入有损坏或测试失败；2 未能完成；130 被 Ctrl-C 中止。\n",
        "`liaowang --install-completion` teaches your shell the verbs, options, protocols and formats.",
        "`liaowang --install-completion` 为当前 shell 安装补全。\n",
    ]
    for path, verb in commands():
        parts += [f"## liaowang {path}\n", f"{text(_first(verb))}\n", f"{text(meaning_zh(path, ''))}\n"]
        rows = [_row(path, one) for one in parameters(verb)]
        if rows:
            parts.append(table(_HEADINGS, rows))
        if verb.epilog:
            lines = verb.epilog.replace("\\[", "[").strip().splitlines()[1:]
            parts += ["```", *(line.strip() for line in lines if line.strip()), "```", ""]
    return "\n".join(parts)


@cache
def commands() -> tuple[tuple[str, Any], ...]:
    """Every verb, and every verb of a verb, with the words that call it."""
    if not app.registered_commands:
        load_verbs()
    return tuple(_below(typer.main.get_command(app), ""))


def _below(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, one in sorted(group.commands.items()):
        path = f"{before} {name}".strip()
        yield path, one
        if hasattr(one, "commands"):
            yield from _below(one, path)


def parameters(verb: Any) -> list[Any]:
    """The arguments and options of a verb, but for `--help`."""
    return [one for one in verb.params if one.name != _HELP]


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "cli.zh.toml").read_text("utf-8"))


def meaning_zh(path: str, name: str) -> str:
    """The meaning in Chinese of a verb (no name) or of one of its parameters; empty where nobody has written it."""
    return _catalogue().get(path, {}).get(name or "verb", "")


def untranslated() -> list[str]:
    """Verbs and parameters that have no meaning in one of the languages, and meanings of what is not there."""
    wanted = {(path, name) for path, verb in commands() for name in ["verb", *(one.name for one in parameters(verb))]}
    known = {(path, name) for path, about in _catalogue().items() for name, said in about.items() if said}
    silent = {(path, "verb") for path, verb in commands() if not _first(verb)}
    silent |= {(path, one.name) for path, verb in commands() for one in parameters(verb) if not one.help}
    return sorted(f"{path}: {name}" for path, name in (wanted ^ known) | silent)


def _first(verb: Any) -> str:
    return str(verb.help or "").split("\n\n", maxsplit=1)[0]


def _row(path: str, one: Any) -> tuple[str, ...]:
    names = " ".join(map(code, one.opts)) if one.param_type_name == "option" else code(one.metavar or one.name.upper())
    value = _value(one) if one.param_type_name == "option" else ""
    return names, value, code(_default(one)), text(one.help or ""), text(meaning_zh(path, one.name))


def _value(one: Any) -> str:
    """What follows the name of an option: nothing for a flag."""
    if isinstance(one.default, bool):
        return ""
    declared = one.type_descriptor.annotation
    kind = next(iter(typing.get_args(declared)), declared)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return code("|".join(str(choice.value) for choice in kind))
    return code(one.metavar or {int: "NUMBER", Path: "PATH"}.get(kind, "TEXT"))


def _default(one: Any) -> str:
    value = one.default
    if value is None or value == "" or value is False or callable(value):
        return ""
    if isinstance(value, Path) and value.is_relative_to(HOME):
        return value.relative_to(HOME).as_posix()
    return str(getattr(value, "value", value))
