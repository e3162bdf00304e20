"""Where captures come from: files, standard input, bytes; compressed or not is told by their first bytes."""

from __future__ import annotations

import io
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from core.errors import InputError
from core.said import Said

from .compression import AHEAD, DamageError, decompression
from .layout import HEADER, Layout, read_layout
from .names import readable

if TYPE_CHECKING:
    from typing_extensions import Buffer

_LIVE_SECONDS = 0.2
_COMPRESSED = 1 << 16
"""Bytes of compressed data that are read at a time."""
MOST_DECOMPRESSED = 20 << 30
"""Bytes that are read at most of a capture of somebody else's, where nothing else is set."""


def _beyond(most: int) -> Said:
    size = f"{most / (1 << 30):,.4g} GiB"
    return Said(
        f"It has more than {size} when decompressed; the rest was not read (setting capture_gib).",
        f"解压后超过 {size}，其余部分未读取（设置项 capture_gib）。",
    )


def _unreadable(name: str, reason: object) -> InputError:
    return InputError(f"{name} cannot be read: {reason}.", zh=f"无法读取 {name}：{reason}。")


class Source(Protocol):
    """Bytes of capture records.

    Attributes:
        name: for people and for `frame.file`.
        layout: how the records are written.
        damage: what is wrong with them, one sentence, once it was met; None while nothing is.
    """

    name: str
    layout: Layout
    damage: Said | None

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill `buffer` as far as there is something; 0 at the end."""


class Capture:
    """An open capture; a context manager.

    Attributes:
        name, layout, damage: see `Source`.
        too_large: there was more than may be decompressed, which counts as damage.
    """

    def __init__(self, raw: BinaryIO, name: str, most: int | None = None) -> None:
        """Opens what `raw` holds, which is closed with the capture.

        Args:
            raw: bytes, compressed or not.
            name: for people.
            most: bytes that are decompressed; where there are more, the capture counts as damaged from there on.

        Raises:
            InputError: it does not begin like a capture.
        """
        self.name = name
        self._most = self._left = sys.maxsize if most is None else most
        self.damage: Said | None = None
        self.too_large = False
        self._raw = raw
        self._pieces: Iterator[bytes] | None = None
        self._piece = memoryview(b"")
        self._ahead = self._first(AHEAD)
        if unpack := decompression(self._ahead):
            self._pieces = unpack(io.BufferedReader(_Joined(self._ahead, raw), _COMPRESSED))
            self._ahead = b""
        first = self._ahead + self._first(HEADER - len(self._ahead))
        if len(first) < HEADER and self._pieces and self.damage:
            raise InputError(
                f"{name} cannot be decompressed.", "Was it copied whole?", f"无法解压 {name}。是否已完整复制？"
            )
        self.layout, used = read_layout(first, name)
        self._ahead = first[used:]

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill `buffer` as far as there is something; 0 at the end. Damaged compression ends the reading."""
        taken = min(len(self._ahead), len(buffer))
        buffer[:taken] = self._ahead[:taken]
        self._ahead = self._ahead[taken:]
        while taken < len(buffer):
            got = self._some(buffer[taken:])
            if not got:
                break
            taken += got
            if not self._pieces and isinstance(self._raw, Pipe) and not self._raw.ready():
                break
        return taken

    @property
    def position(self) -> int | None:
        """How many bytes are read, as they lie on the disk (compressed or not); None for a pipe."""
        try:
            return self._raw.tell()
        except OSError:
            return None

    def _first(self, n: int) -> bytes:
        block = bytearray(n)
        have = 0
        while have < n and (got := self._some(memoryview(block)[have:])):
            have += got
        return bytes(block[:have])

    def _some(self, buffer: memoryview) -> int:
        try:
            if self._pieces:
                return self._unpacked(self._pieces, buffer)
            return self._raw.readinto(buffer) or 0  # type: ignore[attr-defined]
        except OSError as error:
            raise _unreadable(self.name, error.strerror or error) from error

    def _unpacked(self, pieces: Iterator[bytes], buffer: memoryview) -> int:
        """Fills `buffer` with what is decompressed, within the bound; 0 at the end."""
        try:
            while not self._piece and (piece := next(pieces, None)) is not None:
                self._piece = memoryview(piece)
        except DamageError as error:
            self.damage = error.said
        got = min(len(self._piece), len(buffer))
        if got > self._left:
            got, self.too_large, self.damage = self._left, True, _beyond(self._most)
        buffer[:got] = self._piece[:got]
        self._piece = self._piece[got:]
        self._left -= got
        return got

    def close(self) -> None:
        """Close what it reads from."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Joined(io.RawIOBase):
    """Bytes that were read ahead, then the stream they were read from."""

    def __init__(self, ahead: bytes, rest: BinaryIO) -> None:
        self._ahead = ahead
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        taken = len(self._ahead)
        if not taken:
            return self._rest.readinto(buffer) or 0  # type: ignore[attr-defined]
        memoryview(buffer)[:taken] = self._ahead
        self._ahead = b""
        return taken


class Pipe(io.FileIO):
    """Standard input or another stream that may pause.

    It waits in `select`, not in `read`: libraries that take over Ctrl-C let an interrupted `read` go on.
    """

    def ready(self) -> bool:
        """Whether there is more now or within a moment."""
        return bool(select.select([self], [], [], _LIVE_SECONDS)[0])

    def readinto(self, buffer: Buffer, /) -> int:
        select.select([self], [], [])
        return super().readinto(buffer) or 0


def open_capture(path: Path | str, most: int | None = None) -> Capture:
    """Open a capture file, or standard input as `-`; decompress at most `most` bytes.

    Its name is that path as people can read it, see `readable`.

    Raises:
        InputError: it cannot be read or is no capture.
    """
    if str(path) == "-":
        return Capture(Pipe(sys.stdin.fileno(), closefd=False), "standard input", most)
    name = readable(path)
    try:
        if Path(path).is_dir():
            raise InputError(f"{name} is a folder, not a capture.", zh=f"{name} 是文件夹，不是抓包文件。")
        raw = Path(path).open("rb", buffering=0)  # noqa: SIM115, closed with the capture
    except OSError as error:
        raise _unreadable(name, error.strerror or error) from error
    try:
        return Capture(raw, name, most)
    except BaseException:
        raw.close()
        raise
