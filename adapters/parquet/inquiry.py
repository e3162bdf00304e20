"""One question to the archive, on its way through a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.parquet.catalog import DataFile
from core.ports import Search
from core.scope import Scope

Check = Callable[[], None]
"""Raises CancelledError where nobody waits for the answer any more; to be called between steps."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked, of which files, for whom.

    Attributes:
        files: that may hold rows of the search, in the order they were written; none is deleted meanwhile.
        search: which rows.
        scope: that the caller may reach.
        check: whether anyone still waits.
    """

    files: Sequence[DataFile]
    search: Search
    scope: Scope
    check: Check
