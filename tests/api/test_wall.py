"""The wall between enterprises: no operation shows or changes what another enterprise owns.

Every operation is walked three times: by the owner, who must see the marked words (else the walk proves
nothing), and by the neighbours of a lower and of the highest role, who must never.
"""

from __future__ import annotations

import pytest

from api.main import describe_alone
from api.services import Services
from core.entities import AlertState, Rectification
from core.scope import EVERYTHING
from tests.api.conftest import Browser, Sign
from tests.api.fakes import HeldInspector, HeldIntake
from tests.api.world import MARK

PATHS = describe_alone()["paths"]
READS = [path for path, item in PATHS.items() if "get" in item]
CHANGES = [(method, path) for path, item in PATHS.items() for method in item if method != "get"]
KINDS = ("messages", "transactions", "points")
OWNED_BY_NOBODY = {
    "/api/alerts/live": "never ends; see test_live",
    "/api/audit": "only for those who may see every enterprise; see test_access",
    "/api/commands": "the vocabulary",
    "/api/fields": "the vocabulary",
    "/api/protocols": "the vocabulary",
    "/api/rules": "the same rules for everyone",
    "/api/rules/{rule}": "the same rules for everyone",
    "/api/health/live": "says nothing of anyone's data",
    "/api/health/ready": "says nothing of anyone's data",
    "/api/metrics": "only for those who may see every enterprise; see test_metrics",
    "/api/session": "the own account",
}
NUMBERS_ONLY = {
    "/api/events/{kind}/count",
    "/api/events/{kind}/histogram",
    "/api/overview/timeline",
    "/api/overview/protocols",
}
"""Show no words, so they are compared with what the neighbour alone would have."""
_QUERY = {
    "field": ["source.ip", "modbus.function_code_name", "observer.name", "organization.id", "ot.object.name"],
    "form": "json",
}
_SOUTH = {
    "run": "south-run",
    "user": "user-rival",
    "alert": "south-alert-1",
    "asset": "south-asset-0",
    "capture": "south-upload",
    "conversation": "south-talk",
    "enterprise": "south",
    "inspection": "south-inspection",
    "requirement": "CN-1",
}


def _address(path: str, kind: str = "messages") -> str:
    for name, value in {**_SOUTH, "kind": kind}.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, "a new path parameter: say here which one is the south's"
    return path


def _told(browser: Browser, path: str) -> str:
    kinds = KINDS if "{kind}" in path else ("messages",)
    answers = [browser("GET", _address(path, kind), params=_QUERY) for kind in kinds]
    assert all(answer.status_code in {200, 403, 404} for answer in answers), answers[-1].text
    return " ".join(answer.text for answer in answers if answer.status_code == 200)


@pytest.mark.parametrize("path", [path for path in READS if path not in {*OWNED_BY_NOBODY, *NUMBERS_ONLY}])
def test_what_the_owner_reads_nobody_else_does(sign: Sign, path: str) -> None:
    owner = _told(sign("rival"), path)
    assert MARK in owner or "south" in owner or "172.16.9" in owner
    for neighbour in ("guest", "boss"):
        told = _told(sign(neighbour), path)
        assert MARK not in told
        assert "south" not in told
        assert "172.16.9" not in told


@pytest.mark.parametrize("path", sorted(NUMBERS_ONLY))
def test_numbers_leave_the_other_enterprise_out(sign: Sign, path: str) -> None:
    all_of_both, north, south = (_told(sign(user), path) for user in ("province", "guest", "rival"))
    assert north == south  # the plants have the same numbers of everything
    assert all_of_both != north


@pytest.mark.parametrize(
    "text", ["organization.id:south", f"modbus.function_code_name:{MARK}", "not source.ip:10.0.0.5"]
)
def test_no_query_reaches_over_the_wall(sign: Sign, text: str) -> None:
    assert sign("guest").get("/api/events/messages", params={"q": text})["rows"] == []
    assert sign("rival").get("/api/events/messages", params={"q": text})["rows"]


def test_a_cursor_of_the_neighbour_opens_nothing(sign: Sign) -> None:
    for path in ("/api/alerts", "/api/events/messages", "/api/assets"):
        cursor = sign("rival").get(path, params={"size": 1})["next"]
        assert cursor
        answer = sign("guest")("GET", path, params={"size": 100, "cursor": cursor})
        assert MARK not in answer.text
        assert "south" not in answer.text


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_nobody_changes_what_another_enterprise_owns(sign: Sign, given: Services, method: str, path: str) -> None:
    before = _south(given)
    if path.startswith("/api/users/"):
        user = {"display_name": "", "role": "viewer", "organizations": ["north"], "disabled": True}
        assert sign("boss")(method.upper(), _address(path), json=user).status_code == 404
    body = {"state": "acknowledged", "reason": "mine"} if "review" in path else {"state": "done"}
    query = {"name": "a.pcap", "organization": "south", "site": "south-1", "capture": "south-upload"}
    answer = sign("boss")(method.upper(), _address(path), params=query, json=body)
    assert answer.status_code in {404, 422} or "/session" in path
    assert _south(given) == before


def _south(given: Services) -> object:
    intake, inspector = given.intake, given.inspector
    assert isinstance(intake, HeldIntake)
    assert isinstance(inspector, HeldInspector)
    inspection = next(each for each in given.entities.inspections(EVERYTHING) if each.organization == "south")
    state = given.alerts.show("south-alert-1", EVERYTHING)[1].state
    assert state in AlertState
    assert inspection.findings[0].rectification in Rectification
    rival = next(each for each in given.entities.users() if each.name == "rival")
    return state, inspection, len(intake.done), inspector.asked[:], rival
