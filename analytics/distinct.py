"""The rows of a step, those that are alike once.

A network says the same few hundred things again and again. What is learned, known or new, who talks to whom and what
there is are questions about the different things that were said; they are put together here once for all who ask.
Only who finds something new goes back to the rows themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.combinations import Numbers, Places, combinations
from analytics.findings import WINDOW
from analytics.sides import ASKS, SERVER_PORT, sides
from core.rows import RowKind

_TALK = ("source.ip", "destination.ip", "ot.direction", "ot.command")
_OBJECT = tuple(f"ot.object.{part}" for part in ("type", "group", "instance", "address", "name"))
FACETS = {
    RowKind.MESSAGES: (*_TALK, "source.mac", "destination.mac", "network.transport"),
    RowKind.POINTS: (*_TALK, *_OBJECT),
}
"""Rows are alike when these are the same, the protocol, the window of an hour and who is the client; of messages also
the port of the server."""
_TIME = pl.col("@timestamp").cast(pl.Int64).fill_null(0)
_FACETS = {
    kind: [
        _TIME.alias("time"),
        (_TIME // WINDOW * WINDOW).alias("alike.window"),
        pl.col("network.protocol", *names).to_physical(),
        ASKS.alias("asks"),
        *([] if kind is RowKind.POINTS else [SERVER_PORT.alias("server.port")]),
    ]
    for kind, names in FACETS.items()
}
_ENDS = tuple(f"{end}.{part}" for end in ("source", "destination") for part in ("ip", "mac", "port"))
_PACKET = ("@timestamp", "frame.file", "frame.number")
_TOLD = {
    kind: list(dict.fromkeys((*_PACKET, *_ENDS, "network.protocol", "network.vlan.id", *names)))
    for kind, names in FACETS.items()
}
"""What is told of rows that are alike."""


@dataclass(frozen=True)
class Distinct:
    """The rows of one kind, those that are alike once.

    Attributes:
        rows: of those that are alike the earliest, with its packet, its ends, who is client and server, and what they
            have in common; with `alike`, which stands for them all, `alike.rows`, how many they are, `alike.window`,
            the hour that they lie in (ns since 1970), and of the latest of them `last.@timestamp`, `last.frame.file`
            and `last.frame.number`.
        numbers: for every row of `Step.common` its `alike`.
    """

    rows: pl.DataFrame
    numbers: Numbers
    _every: pl.DataFrame

    def every(self, some: pl.Series) -> pl.DataFrame:
        """All the rows that stand behind some values of `alike`, in the order of `Step.common`."""
        wanted = np.zeros(self.rows.height, np.bool_)
        wanted[some.to_numpy()] = True
        return sides(self._every.filter(wanted[self.numbers]))


def distinct(kind: RowKind, frames: Sequence[pl.DataFrame]) -> Distinct:
    """Those of some frames."""
    shared = [one.name for one in kind.fields]
    if not frames:
        return Distinct(pl.DataFrame(), np.empty(0, np.int32), pl.DataFrame())
    every = pl.concat([frame.select(shared) for frame in frames], rechunk=False)
    facets = every.select(_FACETS[kind]).rechunk()
    time = facets["time"].to_numpy()
    numbers = combinations(facets.get_columns()[1:])
    rows = np.bincount(numbers)
    first, last = _ends(numbers, time, len(rows))
    latest = every.select(_PACKET)[last].rename({name: f"last.{name}" for name in _PACKET})
    part = sides(every.select(_TOLD[kind])[first]).with_columns(
        pl.Series("alike", np.arange(len(rows), dtype=np.int32)),
        pl.Series("alike.rows", rows),
        facets["alike.window"].gather(first),
        *latest,
    )
    return Distinct(part, numbers, every)


def _ends(numbers: Numbers, time: Places, many: int) -> tuple[Places, Places]:
    """Of each number the first and the last row by time; rows of the same time in the order they have."""
    in_order = bool((time[1:] >= time[:-1]).all())
    order = np.arange(len(time)) if in_order else np.argsort(time, kind="stable")
    ordered = numbers[order]
    first, last = np.empty(many, np.int64), np.empty(many, np.int64)
    last[ordered] = order  # the last one assigned stays
    first[ordered[::-1]] = order[::-1]
    return first, last
