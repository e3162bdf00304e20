"""Count, histogram and facets: from roll-ups where they can tell, a bounded part of the archive at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import polars as pl

from adapters.parquet.catalog import GRAINS, DataFile
from adapters.parquet.filters import between, touched, wanted
from adapters.parquet.inquiry import Inquiry
from adapters.parquet.rollup import DIMENSIONS, LEAST_SAVING, ROWS, Piece, pieces
from adapters.parquet.scanning import Build, Scanner
from adapters.parquet.writing import TIME
from core.errors import UnsupportedError
from core.fields import Vocabulary
from core.ports import Search

# Rows read between two looks at whether anyone still waits; also bounds the memory of one step.
_STEP_ROWS = 4_000_000
# Distinct values of one facet that are held while counting.
_MOST_VALUES = 2_000_000
_TOTAL = pl.col(ROWS).sum().cast(pl.Int64)


class Counting:
    """Answers of one archive that are numbers of rows."""

    def __init__(self, scanner: Scanner, vocabulary: Vocabulary) -> None:
        """Count over what `scanner` reads."""
        self._scanner = scanner
        self._vocabulary = vocabulary

    def count(self, asked: Inquiry) -> int:
        """How many rows there are."""
        grains = _grains(asked.search, (), 0)
        return sum(int(frame[ROWS].sum()) for frame in self._frames(asked, grains, lambda rows: rows.select(_TOTAL)))

    def histogram(self, asked: Inquiry, interval: int) -> list[tuple[int, int]]:
        """(start, rows) of every interval that has any, oldest first."""
        bucket = (pl.col(TIME).cast(pl.Int64) // interval * interval).alias(TIME)
        counts: Counter[int] = Counter()
        grains = _grains(asked.search, (), interval)
        for frame in self._frames(asked, grains, lambda rows: rows.group_by(bucket).agg(_TOTAL)):
            counts.update(dict(frame.select(TIME, ROWS).iter_rows()))
        return sorted(counts.items())

    def facets(self, asked: Inquiry, fields: Sequence[str], most: int) -> dict[str, list[tuple[str, int]]]:
        """Of each field the `most` commonest values; equal numbers in order of the value."""
        for name in fields:
            self._vocabulary.field(name)
        counts: dict[str, Counter[str]] = {name: Counter() for name in fields}
        for names in _passes(asked.search, fields):
            for frame in self._frames(asked, _grains(asked.search, names, 0), _columns(names)):
                for name in names:
                    asked.check()
                    _add(counts[name], frame, name)
        return {name: _commonest(counts[name], most) for name in fields}

    def _frames(self, asked: Inquiry, grains: Sequence[str], build: Build) -> Iterator[pl.DataFrame]:
        """`build` of the wanted rows, filtered once; column `rows` says for how many rows each stands."""
        where = wanted(asked.search, asked.scope, self._vocabulary)
        for piece, files in _steps(asked.files, asked.search, grains):
            asked.check()
            yield self._scanner.collect(files, _filtered(where & between(piece.start, piece.end), build), piece.grain)


def _filtered(where: pl.Expr, build: Build) -> Build:
    return lambda rows: build(rows.filter(where))


def _columns(names: Sequence[str]) -> Build:
    return lambda rows: rows.select(*names, ROWS)


def _passes(search: Search, fields: Sequence[str]) -> list[Sequence[str]]:
    """Fields that are counted together: apart what roll-ups can tell, unless the rows have to be filtered anyway."""
    if not touched(search) <= set(DIMENSIONS):
        return [fields]
    known = [name for name in fields if name in DIMENSIONS]
    return [names for names in (known, [name for name in fields if name not in DIMENSIONS]) if names]


def _grains(search: Search, fields: Sequence[str], interval: int) -> tuple[str, ...]:
    """The roll-ups that can tell, coarsest first: all that is asked is in them, and they divide the interval."""
    if not touched(search).union(fields) <= set(DIMENSIONS):
        return ()
    return tuple(grain for grain, length in GRAINS.items() if interval % length == 0)


def _steps(files: Sequence[DataFile], search: Search, grains: Sequence[str]) -> Iterator[tuple[Piece, list[DataFile]]]:
    """What to read from which files, a bounded number of rows at a time."""
    by_piece: dict[Piece, list[DataFile]] = defaultdict(list)
    for file in files:
        for piece in pieces(file, search.start, search.end, grains):
            by_piece[piece].append(file)
    for piece, some in by_piece.items():
        step: list[DataFile] = []
        rows = 0
        for file in some:
            step.append(file)
            rows += file.rows if piece.grain is None else file.rows // LEAST_SAVING
            if rows >= _STEP_ROWS:
                yield piece, step
                step, rows = [], 0
        if step:
            yield piece, step


def _add(counts: Counter[str], frame: pl.DataFrame, name: str) -> None:
    grouped = frame.lazy().filter(pl.col(name).is_not_null()).group_by(name).agg(_TOTAL)
    counts.update(dict(grouped.select(pl.col(name).cast(pl.String), ROWS).collect().iter_rows()))
    if len(counts) > _MOST_VALUES:
        zh = f"{name} 的取值过多，无法统计。请缩小时间范围或收窄查询。"
        raise UnsupportedError(f"{name} has too many values to count them.", "Narrow the time or the query.", zh)


def _commonest(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
