"""What takes rows, whatever the format."""

from __future__ import annotations

from types import TracebackType
from typing import IO, Self

import numpy as np

from cli.target import Target, writing
from core.rows import RowBatch


class Writer:
    """Takes the rows of one step at a time; use it as a context.

    The output is kept when the context ends well or by Ctrl-C, and thrown away when it ends by an error.

    Attributes:
        rows: how many were written.
    """

    rows = 0

    def write(self, step: list[RowBatch]) -> None:
        """Writes the rows of one step, of whatever protocols.

        Raises:
            OutputError: the disk is full, for example.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Writes what is left; the output is whole from then on."""
        raise NotImplementedError

    def discard(self) -> None:
        """Throws the output away."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, KeyboardInterrupt):
            self.discard()
            return
        try:
            self.close()
        except BaseException:
            self.discard()
            raise


class TextWriter(Writer):
    """All protocols in one stream, in the order of the packets."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.out: IO[bytes] = target.open()

    def write(self, step: list[RowBatch]) -> None:
        many = sum(batch.rows.num_rows for batch in step)
        if many:
            self.rows += many
            with writing(self.target):
                self.out.write(self.text(step))

    def text(self, step: list[RowBatch]) -> bytes:
        """The rows of a step, of which there is at least one."""
        raise NotImplementedError

    def close(self) -> None:
        with writing(self.target):
            self.target.close(self.out)
        self.target.commit()

    def discard(self) -> None:
        try:
            self.target.close(self.out)
        except OSError:  # what is still buffered has no room either
            self.target.forget(self.out)
        self.target.discard()


def in_order(step: list[RowBatch]) -> list[int]:
    """Where the rows of a step, batch behind batch, stand in the order of their packets."""
    frames = np.concatenate([batch.rows.column("frame.number").to_numpy() for batch in step])
    order: list[int] = np.argsort(frames, kind="stable").tolist()
    return order
