"""Findings: one a pair and window, with ids that depend on nothing else."""

from __future__ import annotations

from typing import Any

import polars as pl

from analytics.findings import MOST_FRAMES, WINDOW, Detector, Finding, fill, group
from core.entities import Frames
from tests.rules.build import frame

DETECTOR = Detector("id-1", "rule", "title", "标题", 50, ("T0855",))


def findings(rows: list[dict[str, Any]], detector: Detector = DETECTOR) -> list[Finding]:
    return group(detector, frame(rows), lambda row: (fill("{source.ip} {source.port} {ot.command}", row), "说明"))


def test_one_finding_a_pair_protocol_and_window() -> None:
    rows = [{"source.ip": ip, "@timestamp": time} for ip in ("a", "b") for time in (5, 1, WINDOW)]
    found = sorted((one.source.ip, one.start, one.end, one.count) for one in findings(rows))
    assert found == [("a", 1, 5, 2), ("a", WINDOW, WINDOW, 1), ("b", 1, 5, 2), ("b", WINDOW, WINDOW, 1)]


def test_an_id_says_detector_site_pair_protocol_and_window_and_nothing_else() -> None:
    base: dict[str, Any] = {"source.ip": "a", "destination.ip": "b", "@timestamp": 7}
    (one,) = findings([base])
    (same,) = findings([{**base, "@timestamp": 8, "frame.number": 99, "source.port": 5}])
    assert one.id == same.id
    others: list[dict[str, Any]] = [
        {"source.ip": "c"},
        {"destination.ip": "c"},
        {"ot.site.id": "c"},
        {"organization.id": "c"},
    ]
    others += [{"network.protocol": "dnp3"}, {"@timestamp": WINDOW}]
    ids = {findings([{**base, **change}])[0].id for change in others}
    ids.add(findings([base], Detector("id-2", "rule", "title", "", 50))[0].id)
    assert len(ids - {one.id}) == 7


def test_a_pair_without_ip_addresses_is_told_by_mac() -> None:
    one, other = findings([{"source.mac": "00:00:00:00:00:01"}, {"source.mac": "00:00:00:00:00:02"}])
    assert one.id != other.id


def test_the_message_is_of_the_first_row_in_time() -> None:
    rows = [
        {"source.ip": "a", "source.port": 2, "@timestamp": 9},
        {"source.ip": "a", "source.port": 1, "@timestamp": 3},
    ]
    (one,) = findings(rows)
    assert one.message == "a 1 ?"


def test_evidence_is_the_first_packets_and_the_number_of_all() -> None:
    (one,) = findings([{"frame.file": "b" if n == 0 else "a", "frame.number": n + 1} for n in range(250)])
    assert len(one.frames) == MOST_FRAMES
    assert one.frames_total == 250
    assert [(part.file, len(part.frames)) for part in one.evidence] == [("b", 1), ("a", 99)]


def test_packets_of_a_transaction_are_request_and_response_once_each() -> None:
    rows = frame([{"frame.number": 1}, {"frame.number": 2}]).with_columns(
        pl.Series("response.frame.number", [2, None]),
        pl.Series("response.frame.file", ["test", None], pl.Categorical),
    )
    (one,) = group(DETECTOR, rows, lambda _: ("", ""))
    assert one.frames == (("test", 1), ("test", 2))
    assert one.frames_total == 2


def test_a_response_in_the_next_capture_is_evidence_of_that_capture() -> None:
    rows = frame([{"frame.file": "a", "frame.number": 1359}]).with_columns(
        pl.Series("response.frame.number", [2]), pl.Series("response.frame.file", ["b"], pl.Categorical)
    )
    (one,) = group(DETECTOR, rows, lambda _: ("", ""))
    assert one.evidence == (Frames("a", (1359,)), Frames("b", (2,)))


def test_no_rows_are_no_findings() -> None:
    assert group(DETECTOR, frame([]), lambda _: ("", "")) == []
