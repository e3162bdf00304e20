"""Captures played again as if they happened now: a plant for demonstrations, with a past and a present."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from collectors.capture.source import open_capture
from collectors.pipeline import Decoded, Decoder
from collectors.sight import SightBook
from collectors.span import by_time
from core.ports import EventStream
from core.rows import begin
from core.scope import Origin

_SECOND = 1_000_000_000
_PACKETS = 96
"""Packets of one step, some four seconds of a small plant: rows come about as they did, but a step has its cost."""
_PAST_PACKETS = 16_384
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of a capture, played in its own time.

    Attributes:
        capture: file.
        start: first moment played, ns since 1970 by the capture's clock; 0 for the beginning.
        end: last moment, 0 for the end.
    """

    capture: Path
    start: int = 0
    end: int = 0


class Replay:
    """Plays a benign capture as the past of a site, then scenes one after the other, again and again."""

    def __init__(
        self, history: Path, scenes: Sequence[Scene], origin: Origin, stream: EventStream, sight: SightBook
    ) -> None:
        """Args: the past; what happens from now on, in order; whose; where to; who counts."""
        self._history, self._scenes, self._origin = history, tuple(scenes), origin
        self._stream, self._sight = stream, sight
        self._counted: Counter[str] = Counter()
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
            self._past()
            while not self._over.is_set():
                for scene in (*self._scenes, Scene(self._history)):
                    self._present(scene)
        except ValueError:
            _log.info("the stream is closed; the replay ends")

    def _past(self) -> None:
        """The benign capture, its last packet a moment ago, as fast as it can be read."""
        now = time.time_ns()
        self._stream.publish(begin(self._origin, now))
        for step in self._steps(self._history, now - _SECOND - by_time([self._history]).last, _PAST_PACKETS):
            self._hand_over(step)

    def _present(self, scene: Scene) -> None:
        """A scene as of now, each step when its last packet is due; what lies before the scene is not shown."""
        first = scene.start or by_time([scene.capture]).first
        shift = time.time_ns() - first
        for step in self._steps(scene.capture, shift, _PACKETS):
            if step.last_time - shift < first:
                continue
            if scene.end and step.first_time - shift > scene.end:
                return
            if self._over.wait(max(0.0, (step.last_time - time.time_ns()) / _SECOND)):
                return
            self._hand_over(step)

    def _steps(self, capture: Path, shift: int, most: int) -> Iterator[Decoded]:
        """The steps of a capture, with a decoder of its own: captures share addresses but no connections."""
        decoder = Decoder(self._origin)
        try:
            with open_capture(capture) as source:
                for step in decoder.read(source, f"demo/{capture.parent.name}", most, shift):
                    if self._over.is_set():
                        return
                    yield step
                    counted = self._counted + Counter(decoder.counters())
                    self._sight.note(self._origin, counted, step.last_time, live=True)
        finally:
            self._counted.update(decoder.counters())

    def _hand_over(self, step: Decoded) -> None:
        for batch in step.rows:
            self._stream.publish(batch)
