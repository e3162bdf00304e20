"""Who may do what: the walk over all routes that closes every door somebody forgot."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from api.access import COOKIE, HEADER, PUBLIC, SAFE
from api.main import describe_alone
from api.services import Services
from api.tokens import session_hash
from core.entities import Role
from tests.api.conftest import Sign
from tests.api.world import NOW

OPERATIONS = [(method.upper(), path) for path, item in describe_alone()["paths"].items() for method in item]
NEEDS = {
    ("PUT", "/api/alerts/{alert}/review"): Role.ANALYST,
    ("PUT", "/api/inspections/{inspection}/findings/{requirement}/rectification"): Role.ANALYST,
    ("POST", "/api/captures"): Role.ANALYST,
    ("DELETE", "/api/captures/{capture}"): Role.ANALYST,
    ("POST", "/api/inspections"): Role.ANALYST,
    ("POST", "/api/inspections/runs/{run}/cancel"): Role.ANALYST,
    ("GET", "/api/users"): Role.ADMINISTRATOR,
    ("POST", "/api/users"): Role.ADMINISTRATOR,
    ("PUT", "/api/users/{user}"): Role.ADMINISTRATOR,
    ("DELETE", "/api/users/{user}"): Role.ADMINISTRATOR,
    ("POST", "/api/users/{user}/password"): Role.ADMINISTRATOR,
    ("GET", "/api/audit"): Role.ADMINISTRATOR,
}
"""What a viewer may not do; `PATCH` and `DELETE` of the own session are everyone's."""
CHANGES = [each for each in OPERATIONS if each[0] not in SAFE]


def _filled(path: str) -> str:
    return path.replace("{kind}", "messages").replace("{", "").replace("}", "")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_without_a_session_nothing_answers_but_what_is_listed_as_public(sign: Sign, method: str, path: str) -> None:
    answer = sign(None)(method, _filled(path))
    if (method, path) in PUBLIC:
        assert answer.status_code != 401 or path == "/api/metrics"  # which asks for its own token
    else:
        assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")


def test_everything_public_exists_and_says_why() -> None:
    assert set(PUBLIC) <= {*OPERATIONS, ("GET", "/api/openapi.json")}
    assert all(len(reason) > 20 for reason in PUBLIC.values())


def test_the_walk_sees_every_route_of_the_interface(app: FastAPI) -> None:
    described = {path for _, path in OPERATIONS}
    hidden = {path for route in app.routes if (path := getattr(route, "path", "")).startswith("/api")} - described
    assert hidden <= {"/api/openapi.json"}


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_nothing_changes_without_the_header_that_foreign_pages_cannot_send(sign: Sign, method: str, path: str) -> None:
    answer = sign("boss")(method, _filled(path), headers={HEADER: ""})
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_nothing_changes_when_another_origin_asks(sign: Sign, method: str, path: str) -> None:
    assert sign("boss")(method, _filled(path), headers={"Origin": "http://evil.test"}).status_code == 403


def test_the_consoles_own_origin_may_change_things(sign: Sign) -> None:
    answer = sign("guest")("PATCH", "/api/session", json={"language": "en"}, headers={"Origin": "http://console.test"})
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[1] != "/api/alerts/live"])
def test_a_viewer_is_refused_exactly_what_needs_a_higher_role(sign: Sign, method: str, path: str) -> None:
    answer = sign("guest")(method, _filled(path), params={"field": "ot.command"})
    needed = NEEDS.get((method, path))
    assert (answer.status_code == 403) == (needed is not None)


def test_an_analyst_reads_no_audit_log_and_an_administrator_of_one_enterprise_neither(sign: Sign) -> None:
    statuses = {user: sign(user)("GET", "/api/audit").status_code for user in ("judge", "boss", "province")}
    assert statuses == {"judge": 403, "boss": 403, "province": 200}


def test_a_session_ends_when_its_time_is_over(sign: Sign, given: Services) -> None:
    browser = sign("guest")
    given.entities.save_session(session_hash(browser.cookies[COOKIE]), "user-guest", NOW)
    assert browser("GET", "/api/session").status_code == 401


def test_what_a_store_keeps_of_a_session_opens_none(sign: Sign) -> None:
    browser = sign("guest")
    browser.cookies.set(COOKIE, session_hash(browser.cookies[COOKIE]))
    assert browser("GET", "/api/session").status_code == 401
