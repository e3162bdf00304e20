"""Pages of what a store gives whole: sorted by a key, the cursor says after which one to go on."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

from fastapi import Query

from core.errors import InputError

Item = TypeVar("Item")

Size = Annotated[int, Query(ge=1, le=1000, description="at most so many items")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


def page_of(
    items: Iterable[Item], key: Callable[[Item], tuple[int, str]], size: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """At most `size` items in the order of `key` that come after the cursor, and the next cursor.

    Items that come or go between two pages shift nothing: the cursor names a key, not a number.

    Raises:
        InputError: the cursor is none of ours.
    """
    ordered = sorted(items, key=key)
    if cursor is not None:
        last = _read(cursor)
        ordered = [item for item in ordered if key(item) > last]
    chosen = ordered[:size]
    return chosen, _write(key(chosen[-1])) if len(ordered) > size else None


def _write(key: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str]:
    try:
        number, name = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _foreign() from error
    if not (isinstance(number, int) and isinstance(name, str)):
        raise _foreign()
    return number, name


def _foreign() -> InputError:
    return InputError("The cursor is not one that was given out.", "Begin again without a cursor.")
