"""What is normal at a site, learned and kept: all detectors with a memory, from broad to narrow."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

from analytics import detectors
from analytics.detectors.contract import Learner, Silence
from analytics.detectors.new_command import NewCommand
from analytics.detectors.new_point import NewPoint
from analytics.findings import WINDOW, Finding, window_start
from analytics.step import Step
from core.errors import InputError
from core.watermark import Watermark

SILENCE = "silence"
_VERSION = 1


def learners() -> list[type[Learner]]:
    """Every detector in `analytics.detectors`, broad before narrow."""
    found: list[type[Learner]] = []
    for one in pkgutil.iter_modules(detectors.__path__):
        module = importlib.import_module(f"{detectors.__name__}.{one.name}")
        members = [m for m in vars(module).values() if isinstance(m, type) and issubclass(m, Learner)]
        found += [m for m in members if m.__module__ == module.__name__ and hasattr(m, "order")]
    return sorted(found, key=lambda learner: (learner.order, learner.detector.id))


class Baseline:
    """The detectors of one site and what they have learned."""

    def __init__(self) -> None:
        self.learners = [make() for make in learners()]
        self.silence = Silence()
        self._time = Watermark()

    def learn(self, step: Step) -> None:
        """Takes these rows as normal."""
        for learner in self.learners:
            learner.learn(step)

    def find(self, step: Step) -> list[Finding]:
        """What is not normal in these rows."""
        self.silence.now = self._time.take(step.times)
        found = [finding for learner in self.learners for finding in learner.find(step, self.silence)]
        # A step may span many windows, and each learner passes all of them before the next one does.
        self.silence.forget(window_start(self.silence.now) - WINDOW)
        return found

    def finish(self) -> list[Finding]:
        """What can only be said at the end of the input."""
        return [finding for learner in self.learners for finding in learner.finish()]

    @property
    def given_up(self) -> dict[str, int]:
        """By detector, what was neither learned nor listed; as `silence`, what they said and could not remember."""
        counts = {one.detector.id: one.given_up for one in self.learners} | {SILENCE: self.silence.given_up}
        return {name: count for name, count in counts.items() if count}

    def commands(self) -> set[tuple[str, str, str, str]]:
        """Client, server, protocol and command of all that is known."""
        known = {key for one in self.learners if isinstance(one, NewCommand) for key in one.known}
        return {(client, server, protocol, command or "") for client, server, protocol, command in known}

    def units(self) -> set[tuple[str, int]]:
        """Server and Modbus unit behind it, of all points that are known."""
        known = {key for one in self.learners if isinstance(one, NewPoint) for key in one.known}
        places = [NewPoint.columns.index(name) for name in ("server.ip", "network.protocol", "ot.object.group")]
        named = {tuple(key[place] for place in places) for key in known}
        return {(server, unit) for server, protocol, unit in named if protocol == "modbus" and unit is not None}

    def dump(self) -> bytes:
        """What was learned, as JSON; the same knowledge gives the same bytes."""
        learned = {learner.detector.id: learner.save() for learner in self.learners}
        # Without indentation: that would take the interpreted encoder, a minute for a large site instead of a second.
        document = {"version": _VERSION, "learned": learned}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def restore(self, data: bytes, name: str) -> None:
        """Goes on from what was learned before.

        Raises:
            InputError: `data` is no baseline; `name` says where it came from.
        """
        try:
            document = json.loads(data)
            version, learned = document["version"], document["learned"]
            if version != _VERSION:
                raise InputError(f"{name} is a baseline of version {version}; this program reads version {_VERSION}.")
            for learner in self.learners:
                if learner.detector.id in dict(learned):
                    learner.load(learned[learner.detector.id])
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise InputError(f"{name} is no baseline.", "Save one with --save-baseline.") from error


def read_baseline(path: Path) -> Baseline:
    """The baseline that was saved in a file.

    Raises:
        InputError: it cannot be read or is none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    baseline = Baseline()
    baseline.restore(data, str(path))
    return baseline
