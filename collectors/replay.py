"""Captures played again as if they happened now: a plant for demonstrations, with a past and a present."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from collectors.capture.source import open_capture
from collectors.pipeline import Decoded, Decoder
from collectors.sight import SightBook
from collectors.span import by_time
from core.ports import EventStream
from core.rows import begin
from core.scope import Origin

_SECOND = 1_000_000_000
_PACKETS = 64
"""Packets of one step, so that rows come about as they did."""
_log = logging.getLogger(__name__)


class Replay:
    """Plays a benign capture as the past of a site, then attacks one after the other, then normal days with attacks."""

    def __init__(
        self,
        history: Path,
        attacks: Sequence[Path],
        origin: Origin,
        stream: EventStream,
        sight: SightBook,
        pace: float = 20.0,
    ) -> None:
        """Args: the past; what happens now, in order; whose; where to; who counts; seconds that one attack takes."""
        self._history, self._attacks, self._origin = history, tuple(attacks), origin
        self._stream, self._sight, self._pace = stream, sight, pace
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)

    def start(self) -> None:
        """Begins to play."""
        self._thread.start()

    def stop(self) -> None:
        """Ends within a step."""
        self._over.set()
        self._thread.join(timeout=10)

    def _play(self) -> None:
        try:
            decoder = Decoder(self._origin)
            self._past(decoder)
            for attack in self._attacks:
                self._present(decoder, attack, self._pace)
            while not self._over.is_set():
                self._present(decoder, self._history, None)
                for attack in self._attacks[:1]:
                    self._present(decoder, attack, self._pace)
        except ValueError:
            _log.info("the stream is closed; the replay ends")

    def _past(self, decoder: Decoder) -> None:
        """The benign capture, its last packet a moment ago, as fast as it can be read."""
        now = time.time_ns()
        shift = now - _SECOND - by_time([self._history]).last
        self._stream.publish(begin(self._origin, now))
        for step in self._steps(decoder, self._history, shift):
            self._hand_over(decoder, step)

    def _present(self, decoder: Decoder, capture: Path, seconds: float | None) -> None:
        """A capture as of now: in its own time, or within `seconds` with its last packet at the end of them."""
        span = by_time([capture])
        began = time.time_ns()
        length = span.last - span.first
        wait = length if seconds is None else int(seconds * _SECOND)
        shift = began + wait - span.last
        for step in self._steps(decoder, capture, shift):
            share = (step.last_time - shift - span.first) / max(1, length)
            if self._over.wait(max(0.0, (began + share * wait - time.time_ns()) / _SECOND)):
                return
            self._hand_over(decoder, step)

    def _steps(self, decoder: Decoder, capture: Path, shift: int) -> Iterator[Decoded]:
        with open_capture(capture) as source:
            for step in decoder.read(source, f"demo/{capture.parent.name}", _PACKETS, shift):
                if self._over.is_set():
                    return
                yield step

    def _hand_over(self, decoder: Decoder, step: Decoded) -> None:
        for batch in step.rows:
            self._stream.publish(batch)
        self._sight.note(self._origin, decoder.counters(), step.last_time, live=True)
