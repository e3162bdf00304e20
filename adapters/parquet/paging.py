"""Rows newest first, page by page: walks back by slices of time and reads whole rows only where some are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from adapters.parquet.catalog import SECOND, DataFile
from adapters.parquet.filters import between, wanted
from adapters.parquet.inquiry import Inquiry
from adapters.parquet.scanning import Scanner
from adapters.parquet.writing import TIME
from core.errors import QueryError
from core.fields import Field, Vocabulary
from core.ports import Page, Search
from core.rows import row_fields

# Rows of the first slice; each slice that did not fill the page makes the next twice as large.
_FIRST_SLICE = 250_000
_LARGEST_SLICE = 8_000_000
# Rows of one moment that can be paged through: those of earlier pages are read again for each.
_MOST_TIES = 1_000_000
# What tells rows of one moment apart, so that pages neither repeat nor skip one.
_ORDER = (TIME, "ot.site.id", "observer.name", "frame.file", "frame.number", "network.protocol")


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row a page begins.

    Attributes:
        time: of that row, ns.
        skip: how many rows of that moment earlier pages showed.
    """

    time: int
    skip: int

    def __str__(self) -> str:
        return f"{self.time}.{self.skip}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises QueryError where it is none of ours."""
        try:
            time, skip = (int(part) for part in text.split("."))
        except ValueError as error:
            raise QueryError("The cursor is not valid.", "Start again from the first page.") from error
        if not (-(2**63) <= time < 2**63 and 0 <= skip <= _MOST_TIES):
            raise QueryError("The cursor is not valid.", "Start again from the first page, or ask for less.")
        return cls(time, skip)


class Paging:
    """Answers of one archive that are rows."""

    def __init__(self, scanner: Scanner, vocabulary: Vocabulary) -> None:
        """Page through what `scanner` reads."""
        self._scanner = scanner
        self._vocabulary = vocabulary

    def page(self, asked: Inquiry, size: int, cursor: str | None) -> Page:
        """The newest `size` rows after `cursor`."""
        search = asked.search
        after = Cursor.parse(cursor) if cursor is not None else Cursor(search.end, 0)
        where = wanted(search, asked.scope, self._vocabulary)
        most = after.skip + size + 1
        names = [field.name for field in self._fields(search, {file.protocol for file in asked.files})]
        frames = []
        for span in self._find(asked, where, min(search.end, after.time + 1), most):
            asked.check()
            frames.append(self._read(asked.files, where, span, names, most))
        if not frames:
            return Page(_arrow(pl.DataFrame(), self._fields(search, ())), None)
        rows = newest(pl.concat(frames), most)
        shown = rows.slice(after.skip, size)
        found = self._fields(search, shown["network.protocol"].drop_nulls().unique().cast(pl.String).to_list())
        return Page(_arrow(shown, found), _next(shown, after) if rows.height == most else None)

    def _find(self, asked: Inquiry, where: pl.Expr, end: int, rows: int) -> list[tuple[int, int]]:
        """Stretches of time before `end`, newest first, that hold the newest `rows` wanted rows."""
        spans: list[tuple[int, int]] = []
        budget = _FIRST_SLICE
        while rows > 0 and end > asked.search.start:
            asked.check()
            low = walk_back(asked.files, asked.search.start, end, budget)
            some = [file for file in asked.files if file.overlaps(low, end)]
            found = self._times(some, where & between(low, end)).top_k(rows)
            if len(found):
                spans.append((int(found.min()), int(found.max()) + 1))  # type: ignore[arg-type]
            rows -= len(found)
            end, budget = low, min(budget * 2, _LARGEST_SLICE)
        return spans

    def _times(self, files: Sequence[DataFile], where: pl.Expr) -> pl.Series:
        frame = self._scanner.collect(files, lambda frame: frame.filter(where).select(TIME))
        return frame[TIME].cast(pl.Int64)

    def _read(
        self, files: Sequence[DataFile], where: pl.Expr, span: tuple[int, int], names: Sequence[str], most: int
    ) -> pl.DataFrame:
        some = [file for file in files if file.overlaps(*span)]
        rows = where & between(*span)
        return newest(self._scanner.collect(some, lambda frame: frame.filter(rows).select(names)), most)

    def _fields(self, search: Search, protocols: Iterable[str]) -> list[Field]:
        """The columns of rows of `protocols`: the common ones, then those of each protocol in order of its name."""
        fields = dict.fromkeys(search.kind.fields)
        for protocol in sorted(protocols):
            if protocol in self._vocabulary.protocols:
                fields.update(dict.fromkeys(row_fields(search.kind, protocol, self._vocabulary)))
        return list(fields)


def newest(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """The newest `most` of `rows`, newest first; those of one packet stay in the order of the wire."""
    return rows.sort(_ORDER, descending=True, nulls_last=True, maintain_order=True).head(most)


def walk_back(files: Sequence[DataFile], start: int, end: int, rows: int) -> int:
    """A time, at least a second before `end` but not before `start`, since when there are about `rows` rows.

    Goes by the manifest, as if the rows of a file were evenly spread. Where there are fewer it is `start`.
    """
    low, high = start, end - SECOND
    while high - low > SECOND:
        middle = (low + high) // 2
        if sum(_share(file, middle, end) for file in files) > rows:
            low = middle
        else:
            high = middle
    return low if low == start else max(high, start)


def _share(file: DataFile, start: int, end: int) -> float:
    span = file.last - file.first + 1
    return file.rows * max(0, min(end, file.last + 1) - max(start, file.first)) / span


def _next(shown: pl.DataFrame, after: Cursor) -> str:
    times = shown[TIME].cast(pl.Int64)
    last = int(times[-1])
    ties = int((times == last).sum())
    return str(Cursor(last, ties + (after.skip if last == after.time else 0)))


def _arrow(rows: pl.DataFrame, fields: Sequence[Field]) -> pa.Table:
    columns = [
        rows[field.name].to_arrow().cast(field.arrow.type)
        if field.name in rows.columns
        else pa.array([], field.arrow.type)
        for field in fields
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema([field.arrow for field in fields]))
