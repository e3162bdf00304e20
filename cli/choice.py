"""Options that are one of a few names: completed by the shell, and the nearest suggested where it is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.errors import InputError, UnknownNameError


def one_of(kind: str, known: Iterable[str]) -> Callable[[str], str]:
    """What checks that a name is one of `known`, in any case.

    Args:
        kind: of name, for the message.
        known: the names there are.
    """
    names = tuple(known)

    def check(name: str) -> str:
        if name.lower() in names:
            return name.lower()
        error = UnknownNameError(kind, name, names)
        raise error if error.nearest else InputError(error.message, f"Known are {', '.join(names)}.")

    return check


def completed(known: Iterable[str]) -> Callable[[str], list[str]]:
    """What gives a shell the names that begin with what was typed."""
    names = tuple(known)
    return lambda incomplete: [name for name in names if name.startswith(incomplete.lower())]
