"""Findings become alerts: one id for a detector, pair and window, updated while the window lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analytics.findings import MOST_FRAMES, WINDOW, Finding
from core.entities import Alert

_LATE = 2 * WINDOW
"""How long after its window an alert may still be updated, in ns of event time."""
MOST_OPEN = 50_000
"""Alerts that can be updated; beyond it the oldest keep the version that they have."""


class AlertBook:
    """The alerts whose window is not long over; bounded by time and by number."""

    def __init__(self) -> None:
        self._open: dict[str, Finding] = {}
        self._latest = 0

    def take(self, findings: Iterable[Finding]) -> list[Alert]:
        """Adds findings; returns the new versions of the alerts they belong to, by first evidence and id."""
        changed: dict[str, Finding] = {}
        for finding in findings:
            known = self._open.get(finding.id)
            merged = finding if known is None else _merge(known, finding)
            self._open.pop(finding.id, None)
            self._open[finding.id] = changed[finding.id] = merged
            self._latest = max(self._latest, finding.end)
        for key in [key for key, one in self._open.items() if one.window + WINDOW + _LATE < self._latest]:
            del self._open[key]
        for key in [*self._open][: max(0, len(self._open) - MOST_OPEN)]:
            del self._open[key]
        return sorted((_alert(one) for one in changed.values()), key=lambda alert: (alert.first_seen, alert.id))


def _merge(known: Finding, more: Finding) -> Finding:
    first = known if known.start <= more.start else more
    return replace(
        first,
        start=min(known.start, more.start),
        end=max(known.end, more.end),
        frames=tuple(dict.fromkeys((*known.frames, *more.frames)))[:MOST_FRAMES],
        frames_total=known.frames_total + more.frames_total,
        count=known.count + more.count,
    )


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
