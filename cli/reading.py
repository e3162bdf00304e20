"""Captures of one site, read one behind the other, with what is wanted to be known meanwhile and afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.naming import capture_names, once
from cli.progress import Progress
from collectors.capture.folder import captures_in
from collectors.capture.names import readable
from collectors.capture.source import open_capture
from collectors.pipeline import Decoded, Decoder
from collectors.span import Span, by_time
from core.errors import InputError
from core.rows import RowBatch, RowKind
from core.said import Said
from core.scope import Origin

TWICE = "{} was given more than once; it is read once."


class Captures:
    """Captures of one site, read one behind the other.

    Attributes:
        names: what each file is called in rows and results.
        packets: read so far.
        first: time of the first packet, ns since 1970; 0 where there is none.
        last: time of the last.
        damage: what is wrong with a capture, one sentence each.
    """

    def __init__(self, names: Mapping[Path, str], origin: Origin, most: int | None = None) -> None:
        """Args: every file that will be read, and its name; whose rows; bytes decompressed of one, any without it."""
        self.names, self._origin, self._most = names, origin, most
        self._decoder: Decoder | None = None
        self._counted: Counter[str] = Counter()
        self.packets = self.first = self.last = 0
        self.damage: dict[Path, Said] = {}

    def rows(self, files: Iterable[Path], *, last: bool) -> Iterator[RowBatch]:
        """The rows of the files, in this order; `last`: and of the requests left over; what follows begins anew."""
        decoder = self._decoder = self._decoder or Decoder(self._origin)
        for file in files:
            with open_capture(file, self._most) as source:
                for step in decoder.read(source, self.names[file]):
                    if step.packets:
                        self.packets += step.packets
                        self.first = min(self.first or step.first_time, step.first_time)
                        self.last = max(self.last, step.last_time)
                    yield from step.rows
                    self.advance(file, step, source.position)
                if source.damage:
                    self.damage[file] = source.damage
                    self.warn(file)
        if last:
            yield from decoder.finish()
            self._counted.update(decoder.counters())
            self._decoder = None

    def counters(self) -> dict[str, int]:
        """What was read, and everything that was not understood, by reason."""
        counted = Counter(self._counted)
        if self._decoder:
            counted.update(self._decoder.counters())
        return dict(counted)

    def advance(self, file: Path, step: Decoded, position: int | None, /) -> None:
        """One more step of `file` was read, which has come to the byte `position`; nothing, where nobody waits."""

    def warn(self, file: Path) -> None:
        """`file` has come to its end, damaged; nothing, where nobody waits."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person gave to be read.

    Attributes:
        span: the captures that can be read, in order of time.
        refused: those that cannot, and why.
        repeated: those that were given once more, and are read once.
    """

    span: Span
    refused: Mapping[Path, InputError]
    repeated: Sequence[Path]


class Reading(Captures):
    """Captures for a person who looks on.

    Attributes:
        progress: says how far it is.
        messages: decoded, by protocol.
    """

    def __init__(self, progress: Progress, *given: Chosen, most: int | None = None) -> None:
        """Args: see above; what was given, of which it warns where that cannot be read; see `Captures`."""
        super().__init__(
            capture_names(file for one in given for file in (*one.span.files, *one.refused)), Origin(), most
        )
        self.progress = progress
        self.messages: Counter[str] = Counter()
        for one in given:
            self.damage |= {file: error.said for file, error in one.refused.items()}
            for error in one.refused.values():
                progress.warn(str(error))
            for file in one.repeated:
                progress.warn(TWICE.format(readable(file)))

    def advance(self, file: Path, step: Decoded, position: int | None, /) -> None:
        """Counts, and moves the bar on."""
        for batch in step.rows:
            if batch.kind is RowKind.MESSAGES:
                self.messages[batch.protocol] += batch.rows.num_rows
        self.progress.advance(step.packets, str(file), position)

    def warn(self, file: Path) -> None:
        """Says at once what is wrong."""
        self.progress.warn(f"{readable(file)}: {self.damage[file]}")


def in_time(places: Iterable[Path], most: int | None = None) -> Chosen:
    """The captures at these places, each once, in order of time.

    Of each at most `most` bytes are decompressed, all of them without it.

    Raises:
        InputError: none can be read, or a folder holds none, or one of them is standard input.
    """
    files, repeated = once(captures(places))
    refused: dict[Path, InputError] = {}
    span = by_time(files, most, refused)
    if len(files) == 1 and refused:
        raise refused[files[0]]
    if files and not span.files:
        raise InputError(f"None of the {len(files)} captures can be read.", f"The first: {refused[files[0]].message}")
    return Chosen(span, refused, repeated)


def captures(places: Iterable[Path]) -> list[Path]:
    """The places, with the captures in a folder instead of the folder.

    Raises:
        InputError: a folder holds none, or cannot be read; or one of them is standard input.
    """
    places = [*places]
    if any(str(place) == "-" for place in places):
        raise InputError(
            "Standard input (-) comes by once only, and to put captures in order of time each is read twice.",
            "Give a file, or read the stream with `liaowang decode -`.",
        )
    return [file for place in places for file in _within(place)]


def _within(folder: Path) -> list[Path]:
    """Of a file that file, also where it is not there: who opens it says so."""
    try:
        if not folder.is_dir():
            return [folder]
    except OSError:
        return [folder]
    found = captures_in(folder)
    if not found:
        raise InputError(
            f"There is no capture in the folder {readable(folder)}.", "Captures end in .pcap, .pcapng, .gz or .zst."
        )
    return found
