"""Findings become alerts: one id for a detector, pair and window, updated while the window lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from analytics.findings import MOST_FRAMES, WINDOW, Finding, window_start
from core.entities import Alert, Frames
from core.watermark import Watermark

_LATE = 2 * WINDOW
"""How long after its window an alert may still be updated, in ns of event time."""
MOST_OPEN = 50_000
"""Alerts that can be updated; beyond it the oldest keep the version that they have."""


PAUSE = 600_000_000_000
"""After so many ns without evidence, further evidence of an alert is something new to look at."""

Kept = Callable[[str, Alert | None], Alert | None]
"""An alert's id and the version that is at hand, if one is → the version to go on from, if there is one."""


def nothing_kept(_: str, at_hand: Alert | None) -> Alert | None:
    """Where no earlier run has kept anything: the version at hand."""
    return at_hand


class AlertBook:
    """The alerts whose window is not long over; bounded by time and by number.

    Attributes:
        given_up: alerts that could no longer be updated though their window was not long over.
    """

    def __init__(self, kept: Kept = nothing_kept) -> None:
        """Args: knows what an earlier run has kept of an alert."""
        self.given_up = 0
        self._kept = kept
        self._open: dict[str, Alert] = {}
        self._earlier: dict[str, Alert] = {}
        self._resumed: set[str] = set()
        self._time = Watermark()

    def take(self, findings: Iterable[Finding]) -> list[Alert]:
        """Adds findings; returns the new versions of the alerts they belong to, by first evidence and id."""
        changed: dict[str, Alert] = {}
        for more in map(_alert, findings):
            merged = self._merged(more)
            self._open.pop(more.id, None)
            self._open[more.id] = changed[more.id] = merged
        now = self._time.take(time for one in changed.values() for time in (one.first_seen, one.last_seen))
        for key in [key for key, one in self._open.items() if window_start(one.first_seen) + WINDOW + _LATE < now]:
            self._close(key)
        for key in [*self._open][: max(0, len(self._open) - MOST_OPEN)]:
            self._close(key)
            self.given_up += 1
        return sorted(changed.values(), key=lambda alert: (alert.first_seen, alert.id))

    def resumed(self) -> set[str]:
        """Ids of alerts that went on after a pause or after another run, since this was asked last."""
        resumed, self._resumed = self._resumed, set()
        return resumed

    def _merged(self, more: Alert) -> Alert:
        at_hand = self._open.get(more.id)
        known = self._kept(more.id, at_hand)
        if known is None:
            return more
        if at_hand is None:
            self._earlier[more.id] = known
        if more.id in self._earlier and _counted(self._earlier[more.id], more):
            return known
        if at_hand is None or more.first_seen - known.last_seen > PAUSE:
            self._resumed.add(more.id)
        return _merge(known, more)

    def _close(self, key: str) -> None:
        del self._open[key]
        self._earlier.pop(key, None)


def _counted(known: Alert, more: Alert) -> bool:
    """Whether an alert that was kept has this evidence already: the same capture was handed in twice."""
    had, new = _packets(known), _packets(more)
    within = known.first_seen <= more.first_seen and more.last_seen <= known.last_seen
    overflows = known.evidence_total > MOST_FRAMES and _files(more) <= _files(known)
    return within and (overflows or all(packet in had for packet in new[:1]))


def _merge(known: Alert, more: Alert) -> Alert:
    first = known if known.first_seen <= more.first_seen else more
    packets = [*dict.fromkeys((*_packets(known), *_packets(more)))][:MOST_FRAMES]
    return replace(
        first,
        observer=first.observer if known.observer == more.observer else "",
        first_seen=min(known.first_seen, more.first_seen),
        last_seen=max(known.last_seen, more.last_seen),
        evidence=_by_capture(packets),
        evidence_total=known.evidence_total + more.evidence_total,
        count=known.count + more.count,
    )


def _by_capture(packets: Iterable[tuple[str, int]]) -> tuple[Frames, ...]:
    by_file: dict[str, list[int]] = {}
    for file, frame in packets:
        by_file.setdefault(file, []).append(frame)
    return tuple(Frames(file, tuple(frames)) for file, frames in by_file.items())


def _packets(alert: Alert) -> list[tuple[str, int]]:
    return [(part.file, frame) for part in alert.evidence for frame in part.frames]


def _files(alert: Alert) -> set[str]:
    return {part.file for part in alert.evidence}


def _alert(one: Finding) -> Alert:
    detector, origin = one.detector, one.origin
    return Alert(
        id=one.id,
        organization=origin.organization,
        site=origin.site,
        observer=origin.observer,
        first_seen=one.start,
        last_seen=one.end,
        rule_id=detector.id,
        rule_name=detector.name,
        rule_name_zh=detector.name_zh,
        kind=detector.kind,
        severity=detector.severity,
        message=one.message,
        message_zh=one.message_zh,
        source_mac=one.source.mac,
        source_ip=one.source.ip,
        source_port=one.source.port,
        destination_mac=one.destination.mac,
        destination_ip=one.destination.ip,
        destination_port=one.destination.port,
        protocol=one.protocol,
        techniques=detector.techniques,
        count=one.count,
        evidence=one.evidence,
        evidence_total=one.frames_total,
    )
