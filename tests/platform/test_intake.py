"""A capture that is handed in, all the way: decoded, analysed, kept, told, found again, and still there tomorrow."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cli.content import Content
from cli.inspector import desk as inspector
from cli.inspector.inspect import inspect
from collectors.pipeline import Decoder
from core.rows import RowKind
from core.scope import Origin
from tests.capture.memory import capture_of
from tests.platform.plant import CAPTURES, Console, other, platform, until

pytestmark = pytest.mark.slow

WRITES = "network.protocol:modbus and ot.command:ot_change_data_command"
TRUTH = json.loads((CAPTURES / "unauthorised-write" / "truth.json").read_text("utf-8"))
KINDS = [kind.value for kind in RowKind]


def decoded(body: bytes) -> Counter[str]:
    """How many rows of each kind a capture has."""
    decoder, found = Decoder(Origin()), Counter[str]()
    with capture_of(body) as source:
        steps = [step.rows for step in decoder.read(source, "x")]
    for batch in [row for rows in (*steps, decoder.finish()) for row in rows]:
        found[batch.kind.value] += batch.rows.num_rows
    return found


def rows(console: Console) -> Counter[str]:
    return Counter({kind: number for kind in KINDS if (number := console.count(kind))})


def of_the_attack(alerts: list[Any]) -> list[Any]:
    """Those from the attacker to the victim."""
    (attacker,), (victim,) = TRUTH["attack"]["attackers"], TRUTH["attack"]["victims"]
    return [one for one in alerts if (one["source"]["ip"], one["destination"]["ip"]) == (attacker["ip"], victim["ip"])]


def test_a_capture_goes_all_the_way_and_survives_a_restart(tmp_path: Path, content: Content, attack: bytes) -> None:
    with platform(tmp_path, content) as (_, console):
        with console.hearing() as heard:
            handed_in = console.hand_in(attack)
            pushed = until(lambda: of_the_attack(heard), 30, "the alert")
        over = console.over(handed_in["id"])
        queue = console.alerts()
        assert (over["state"], over["problem"], over["progress"]) == ("done", None, 1.0)
        assert (over["packets"], over["alerts"]) == (TRUTH["packets"], len(queue))
        assert {one["id"] for one in pushed} <= {one["id"] for one in of_the_attack(queue)}
        assert rows(console) == decoded(attack)
        assert over["messages"] == console.count("messages")

        written = [row for row in console.events(WRITES) if row["ot.direction"] == "request"]
        frames = {row["frame.number"] for row in written}
        assert frames >= set(TRUTH["attack"]["command_frames"])
        assert {row["frame.file"] for row in written} == {"plant.pcap"}

        assets, talks = (
            console.get("/api/assets", size=500)["items"],
            console.get("/api/conversations", size=500)["items"],
        )
        assert {"10.21.30.33", "10.21.10.11"} <= {ip for one in assets for ip in one["ips"]}
        assert sum(one["messages"] for one in talks) == over["messages"]

        judged = of_the_attack(queue)[0]
        sent = {"state": "acknowledged", "reason": "a drill"}
        assert console("PUT", f"/api/alerts/{judged['id']}/review", json=sent).status_code == 200
        before = (console.alerts(), rows(console), assets, talks, console.get("/api/captures")["items"])
        assert next(one for one in before[0] if one["id"] == judged["id"])["review"]["state"] == "acknowledged"

    with platform(tmp_path, content) as (_, console):
        assert console.alerts() == before[0]
        assert rows(console) == before[1]
        assert console.get("/api/assets", size=500)["items"] == before[2]
        assert console.get("/api/conversations", size=500)["items"] == before[3]
        assert console.get("/api/captures")["items"] == before[4]


def test_two_captures_of_a_site_add_up_in_its_conversations(tmp_path: Path, content: Content, attack: bytes) -> None:
    with platform(tmp_path, content) as (_, console):
        first = console.over(console.hand_in(attack, "a.pcap")["id"])
        second = console.over(console.hand_in(other(attack), "b.pcap")["id"])
        assert second["messages"] == first["messages"]
        talks = console.get("/api/conversations", size=500)["items"]
        assert sum(one["messages"] for one in talks) == 2 * first["messages"]


def test_what_can_be_read_of_a_damaged_capture_is_there(tmp_path: Path, content: Content, attack: bytes) -> None:
    half = attack[: len(attack) // 2 + 7]
    with platform(tmp_path, content) as (_, console):
        over = console.over(console.hand_in(half)["id"])
        assert over["state"] == "damaged"
        assert "cut off" in over["problem"]["en"]
        assert "中断" in over["problem"]["zh"]
        assert str(tmp_path) not in str(over["problem"])
        assert 0 < over["packets"] < TRUTH["packets"]
        assert rows(console) == decoded(half)


def test_a_file_that_is_no_capture_is_refused_and_nothing_of_it_stays(tmp_path: Path, content: Content) -> None:
    with platform(tmp_path, content) as (_, console):
        place = {"name": "photo.pcap", "organization": "local", "site": "local"}
        answer = console("POST", "/api/captures", params=place, content=b"GIF89a" + bytes(100))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert answer.json()["detail"] == "photo.pcap is not a capture."
        assert "pcapng" in answer.json()["hint"]
        assert console.get("/api/captures")["items"] == []
    assert list((tmp_path / "captures").iterdir()) == []


def test_a_capture_of_an_inspection_stays_until_that_is_cancelled(
    tmp_path: Path, content: Content, attack: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def held(*given: Any) -> Any:
        assert go_on.wait(60)
        return inspect(*given)

    monkeypatch.setattr(inspector, "inspect", held)
    with platform(tmp_path, content) as (_, console):
        capture = console.over(console.hand_in(attack)["id"])["id"]
        run = console("POST", "/api/inspections", params={"capture": capture}).json()["id"]
        refused = console("DELETE", f"/api/captures/{capture}")
        assert (refused.status_code, refused.json()["detail"]) == (
            409,
            "plant.pcap is needed by an inspection that waits or is under way.",
        )
        assert "检查" in refused.json()["zh"]
        assert console("POST", f"/api/inspections/runs/{run}/cancel").status_code == 200
        assert console("DELETE", f"/api/captures/{capture}").status_code == 204
        go_on.set()
