"""The history of rows: kept, searched, counted, let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from core.rows import RowBatch, RowKind
from core.scope import Scope

if TYPE_CHECKING:
    from core.query.tree import Query


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows, from when to when.

    Attributes:
        kind: of row.
        query: tree over fields, or None for every row.
        start: first moment.
        end: moment after the last.
        protocols: only these, or None for all.
    """

    kind: RowKind
    query: Query | None
    start: int
    end: int
    protocols: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first, and how to go on.

    Attributes:
        rows: at most as many as were asked for; columns are the union of the protocols found.
        cursor: to be given back for the next page; None on the last.
    """

    rows: pa.Table
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows are kept after they came, and how many bytes; what came first goes first."""

    days: int = 180
    most_bytes: int | None = None


class Cancel(Protocol):
    """Tells a long search that nobody waits for it any more."""

    def is_set(self) -> bool:
        """Whether to stop."""


class EventArchive(Protocol):
    """The history: every row of every kind."""

    def append(self, batches: Iterable[RowBatch]) -> None:
        """Keep these rows. They survive a crash once this returns."""

    def page(self, search: Search, scope: Scope, size: int, cursor: str | None, cancel: Cancel | None = None) -> Page:
        """The newest rows first, `size` at most, after `cursor`."""

    def count(self, search: Search, scope: Scope, cancel: Cancel | None = None) -> int:
        """How many rows there are."""

    def histogram(
        self, search: Search, scope: Scope, interval: int, cancel: Cancel | None = None
    ) -> Sequence[tuple[int, int]]:
        """(start, rows) of every interval of `interval` ns that has any, oldest first; aligned to the epoch."""

    def facets(
        self, search: Search, scope: Scope, fields: Sequence[str], most: int, cancel: Cancel | None = None
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Of each field the `most` commonest values with their numbers of rows, commonest first."""

    def compact(self, cancel: Cancel | None = None) -> int:
        """Merge small files until done or called off; returns how many files went away."""

    def retain(self, policy: Retention, now: int) -> int:
        """Drop what the policy does not keep; returns how many files went away."""

    def size(self) -> Mapping[str, int]:
        """`rows`, `bytes`, `files`, `damaged` and `odd`.

        Of these, damaged are files that cannot be read and are left out; odd are rows whose times cannot be right, or
        are of so many days that they are kept apart.
        """
