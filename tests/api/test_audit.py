"""The audit log: who did what to which, in words that people know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from api.models.audit import ActionName
from api.services import Services
from core.entities import AlertState, Rectification, Role
from tests.api.conftest import Sign
from tests.api.world import NOW, SECOND

ACTIONS = get_args(ActionName)


def _shown(sign: Sign, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = sign("province").get("/api/audit", params=asked)["items"]
    return items


def _subject(sign: Sign, given: Services, action: str, subject: str) -> dict[str, Any]:
    """What the log shows of something done to that."""
    given.entities.audit("judge", action, subject, NOW)
    found: dict[str, Any] = _shown(sign, size=1)[0]["subject"]
    return found


def test_every_action_that_is_written_can_be_filtered_by(root: Path) -> None:
    sources = [*(root / "api").rglob("*.py"), *(root / "analytics").glob("*.py")]
    text = "".join(each.read_text("utf-8") for each in sources if each.name != "audit.py")
    written = set(re.findall(r'"((?:session|password|alert|capture|inspection|user)\.[a-z_]+)"', text))
    assert {"session.begun", "alert.open", "inspection.ordered", "user.disabled"} <= written
    written |= {f"alert.{state.value}" for state in AlertState}
    written |= {f"rectification.{state.value}" for state in Rectification}
    written |= {f"user.role_{role.value}" for role in Role} | {"session.refused"}
    assert written == set(ACTIONS)


def test_what_the_platform_did_by_itself_is_said_to_be_its_own(sign: Sign, given: Services) -> None:
    given.entities.audit("judge", "alert.open", "north-alert-1", NOW)
    given.entities.audit("", "alert.open", "north-alert-1", NOW)
    given.entities.audit("", "session.refused", "10.0.0.9", NOW)
    assert [(each["actor"], each["user"]) for each in _shown(sign)] == [
        ("unknown", ""),
        ("platform", ""),
        ("user", "judge"),
    ]
    assert [each["actor"] for each in _shown(sign, actor="platform")] == ["platform"]


def test_an_alert_is_named_in_both_languages(sign: Sign, given: Services) -> None:
    assert _subject(sign, given, "alert.acknowledged", "north-alert-1") == {
        "kind": "alert",
        "id": "north-alert-1",
        "name": {"en": "Write", "zh": "写操作"},
        "there": True,
    }


@pytest.mark.parametrize(
    ("action", "subject", "kind", "key", "name"),
    [
        ("capture.uploaded", "north-upload", "capture", "north-upload", "plain.pcap"),
        ("session.begun", "user-judge", "user", "user-judge", "judge"),
        ("user.disabled", "user-guest", "user", "user-guest", "guest"),
        ("password.changed", "user-guest", "user", "user-guest", "guest"),
        ("session.refused", "10.0.0.9", "address", "10.0.0.9", "10.0.0.9"),
        ("inspection.ordered", "north-run", "run", "north-run", "plain.pcap"),
        ("rectification.done", "north-inspection/CN-1", "inspection", "north-inspection", "CN-1 Separate zones"),
        ("rectification.done", "north-inspection/XX-9", "inspection", "north-inspection", "XX-9"),
    ],
)
def test_what_something_was_done_to_has_the_name_that_people_know(
    sign: Sign, given: Services, action: str, subject: str, kind: str, key: str, name: str
) -> None:
    shown = _subject(sign, given, action, subject)
    assert (shown["kind"], shown["id"], shown["name"]["en"], shown["there"]) == (kind, key, name, True)


@pytest.mark.parametrize("action", [each for each in ACTIONS if each != "session.refused"])
def test_what_is_not_there_any_more_has_no_name_and_is_no_error(sign: Sign, given: Services, action: str) -> None:
    assert _subject(sign, given, action, "gone")["name"] is None


def test_a_deleted_capture_keeps_its_name(sign: Sign) -> None:
    assert sign("judge")("DELETE", "/api/captures/north-upload").status_code == 204
    subject = _shown(sign)[0]["subject"]
    assert (subject["id"], subject["name"]["zh"], subject["there"]) == ("north-upload", "plain.pcap", False)


def test_an_action_of_another_version_is_shown_as_it_is(sign: Sign, given: Services) -> None:
    given.entities.audit("judge", "sensor.renamed", "tap-1", NOW)
    (entry,) = _shown(sign)
    unknown = {"kind": "other", "id": "tap-1", "name": None, "there": False}
    assert (entry["action"], entry["subject"]) == ("sensor.renamed", unknown)


def test_the_log_is_narrowed_and_goes_on_page_by_page(sign: Sign, given: Services) -> None:
    for number in range(6):
        user = "judge" if number % 2 else "boss"
        given.entities.audit(user, ("alert.open", "capture.deleted")[number % 3 == 0], "x", NOW + number * SECOND)
    assert [each["user"] for each in _shown(sign, user="boss")] == ["boss"] * 3
    assert [each["at"][17:19] for each in _shown(sign, action=["capture.deleted"])] == ["03", "00"]
    between = _shown(sign, start="2026-03-01T08:00:01Z", end="2026-03-01T08:00:04Z")
    assert [each["at"][17:19] for each in between] == ["03", "02", "01"]
    first = sign("province").get("/api/audit", params={"size": 4})
    assert len(first["items"]) == 4
    rest = sign("province").get("/api/audit", params={"size": 4, "cursor": first["next"]})
    assert ([each["at"][17:19] for each in rest["items"]], rest["next"]) == (["01", "00"], None)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"cursor": "0"}, 400),
        ({"cursor": "eyJ9"}, 400),
        ({"action": "alert.opened"}, 422),
        ({"actor": "me"}, 422),
        ({"start": "today"}, 422),
        ({"size": 0}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(sign: Sign, wrong: dict[str, Any], status: int) -> None:
    assert sign("province")("GET", "/api/audit", params=wrong).status_code == status
