"""Users and who may manage them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.access import COOKIE, Caller
from api.services import Services
from api.tokens import make_link
from core.entities import Role, User
from core.errors import ConflictError
from core.scope import EVERYTHING
from tests.api.conftest import Browser, Sign
from tests.api.world import HOUR, NOW, PASSWORD, noted

NORTH: dict[str, Any] = {"display_name": "李工", "role": "analyst", "organizations": ["north"]}
LI: dict[str, Any] = {**NORTH, "name": "li"}
OWN = "four words of my own"


def _invite(browser: Browser, **changes: Any) -> dict[str, Any]:
    answer = browser("POST", "/api/users", json={**LI, **changes})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _as_is(user: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: user[name] for name in ("display_name", "role", "organizations", "disabled")} | changes


def _user(browser: Browser, name: str) -> dict[str, Any]:
    return next(one for one in browser.get("/api/users")["items"] if one["name"] == name)


def _change(browser: Browser, name: str, **changes: Any) -> httpx.Response:
    user = _user(browser, name)
    return browser("PUT", f"/api/users/{user['id']}", json=_as_is(user, **changes))


def test_a_new_user_signs_in_with_the_first_password_and_can_do_nothing_before_choosing_another(sign: Sign) -> None:
    first, li = _invite(sign("province"))["password"], sign(None)
    assert li("POST", "/api/session", json={"name": "li", "password": first}).json()["provisional"]
    refused = li("GET", "/api/alerts")
    assert (refused.status_code, refused.json()["detail"]) == (403, "This account needs a password of its own.")
    before = li.cookies[COOKIE]
    answer = li("PUT", "/api/session/password", json={"current": first, "new": OWN})
    assert (answer.status_code, answer.json()["provisional"]) == (200, False)
    assert li.get("/api/alerts")["items"]
    li.cookies.set(COOKIE, before)
    assert li("GET", "/api/session").status_code == 401
    for password, status in ((first, 401), (OWN, 200)):
        assert sign(None)("POST", "/api/session", json={"name": "li", "password": password}).status_code == status


def test_a_first_password_is_told_once_and_never_kept(sign: Sign, given: Services) -> None:
    told = _invite(sign("province"))
    user = given.entities.user("li")
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")
    assert told["password"] not in user.password_hash
    assert told["password"] not in sign("province")("GET", "/api/users").text
    assert told["password"] != _invite(sign("province"), name="wu")["password"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a\nb"},
        {"name": "x" * 65},
        {"display_name": "a\x07b"},
        {"display_name": "\u202egnaw"},
        {"display_name": "x" * 101},
        {"role": "god"},
        {"organizations": []},
        {"password": "chosen by me"},
    ],
    ids=str,
)
def test_what_is_no_user_is_refused_by_field(sign: Sign, wrong: dict[str, Any]) -> None:
    answer = sign("province")("POST", "/api/users", json={**LI, **wrong})
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["errors"][0]["location"]


def test_a_name_is_given_once(sign: Sign) -> None:
    _invite(sign("province"))
    assert sign("province")("POST", "/api/users", json=LI).status_code == 409
    for alike in ("LI", "\uff4c\uff49"):  # in capitals, full width
        assert sign("province")("POST", "/api/users", json={**LI, "name": alike}).status_code in (409, 422)


def test_of_many_who_make_the_same_name_one_succeeds(sign: Sign) -> None:
    browsers = [sign("province") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: each("POST", "/api/users", json=LI), browsers))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_a_changed_role_counts_at_once_and_ends_the_sessions(sign: Sign) -> None:
    judge = sign("judge")
    assert _change(sign("province"), "judge", role="viewer").json()["role"] == "viewer"
    assert judge("GET", "/api/session").status_code == 401
    assert sign("judge")("PUT", "/api/alerts/north-alert-1/review", json={"state": "open"}).status_code == 403


def test_a_changed_display_name_ends_no_session(sign: Sign) -> None:
    judge = sign("judge")
    _change(sign("province"), "judge", display_name="  王工 ")
    assert judge.get("/api/session")["display_name"] == "王工"


def test_a_narrower_scope_is_what_is_seen_from_then_on(sign: Sign) -> None:
    _change(sign("province"), "judge", organizations=["south"])
    told = sign("judge")("GET", "/api/alerts").text
    assert "south-1" in told
    assert "north" not in told


def test_a_disabled_user_is_out_at_once_and_in_again_when_enabled(sign: Sign) -> None:
    guest, right = sign("guest"), {"name": "guest", "password": PASSWORD}
    _change(sign("province"), "guest", disabled=True)
    assert guest("GET", "/api/session").status_code == 401
    answer = sign(None)("POST", "/api/session", json=right)
    assert (answer.status_code, answer.json()["detail"]) == (403, "The account is disabled.")
    wrong = sign(None)("POST", "/api/session", json={**right, "password": "guess"})
    assert wrong.status_code == 401  # whoever does not know the password is not told
    _change(sign("province"), "guest", disabled=False)
    assert sign(None)("POST", "/api/session", json=right).status_code == 200


def test_a_reset_password_ends_the_sessions_and_the_old_password(sign: Sign) -> None:
    guest, province = sign("guest"), sign("province")
    answer = province("POST", "/api/users/user-guest/password").json()
    assert guest("GET", "/api/session").status_code == 401
    for password, status in ((PASSWORD, 401), (answer["password"], 200)):
        assert sign(None)("POST", "/api/session", json={"name": "guest", "password": password}).status_code == status
    assert _user(province, "guest")["provisional"]


def test_a_disabled_user_comes_in_by_no_one_time_link_either(sign: Sign, given: Services) -> None:
    province, guest = sign("province"), given.entities.user("guest")
    assert guest is not None
    made = [make_link(given.entities, guest, NOW + HOUR).partition("#token=")[2] for _ in range(2)]
    assert sign(None)("POST", "/api/session/link", json={"token": made[0]}).status_code == 200
    _change(province, "guest", disabled=True)
    _change(province, "guest", disabled=False)
    assert sign(None)("POST", "/api/session/link", json={"token": made[1]}).status_code == 401


def test_a_user_who_was_made_by_mistake_is_removed_and_the_log_keeps_the_name(sign: Sign, given: Services) -> None:
    province, told = sign("province"), _invite(sign("province"))
    key, right = told["user"]["id"], {"name": "li", "password": told["password"]}
    li = given.entities.user("li")
    assert li is not None
    token = make_link(given.entities, li, NOW + HOUR).partition("#token=")[2]
    assert province("DELETE", f"/api/users/{key}").status_code == 204
    assert "li" not in {user["name"] for user in province.get("/api/users")["items"]}
    assert sign(None)("POST", "/api/session", json=right).status_code == 401
    assert sign(None)("POST", "/api/session/link", json={"token": token}).status_code == 401
    assert ("province", "user.removed", f"{key} li") in noted(given, 9)
    shown = {entry["action"]: entry["subject"] for entry in province.get("/api/audit")["items"]}
    for action in ("user.created", "user.removed"):
        assert (shown[action]["id"], shown[action]["name"]["zh"], shown[action]["there"]) == (key, "li", False)
    assert province("DELETE", f"/api/users/{key}").status_code == 404
    assert _invite(province)["user"]["name"] == "li"


def test_a_user_who_did_something_is_not_removed_but_disabled(sign: Sign, given: Services) -> None:
    told, li = _invite(sign("province")), sign(None)
    assert li("POST", "/api/session", json={"name": "li", "password": "guess"}).status_code == 401  # it may be anybody
    assert li("POST", "/api/session", json={"name": "li", "password": told["password"]}).status_code == 200
    answer = sign("province")("DELETE", f"/api/users/{told['user']['id']}")
    assert (answer.status_code, answer.json()["hint"]) == (409, "Disable the account instead.")
    assert "请改为停用" in answer.json()["zh"]
    assert li.get("/api/session")["name"] == "li"
    assert "user.removed" not in {action for _, action, _ in noted(given, 50)}


def test_nobody_removes_oneself_the_last_administrator_or_whom_one_may_not_manage(
    sign: Sign, given: Services, app: FastAPI
) -> None:
    assert sign("province")("DELETE", "/api/users/user-province").status_code == 409
    for key, status in (("user-rival", 404), ("user-province", 404), ("user-boss", 409), ("user-guest", 204)):
        assert sign("boss")("DELETE", f"/api/users/{key}").status_code == status
    assert sign("judge")("DELETE", "/api/users/user-rival").status_code == 403
    nobody = Caller(User("user-nobody", "nobody", "", Role.ADMINISTRATOR), EVERYTHING)
    with pytest.raises(ConflictError, match="last administrator"):
        app.state.accounts.remove(nobody, "user-province")


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"disabled": True}, {"organizations": ["north"]}], ids=str)
def test_nobody_demotes_or_disables_oneself(sign: Sign, changes: dict[str, Any]) -> None:
    province = sign("province")
    assert _change(province, "province", **changes).status_code == 409
    assert _user(province, "province")["role"] == "administrator"
    assert province("POST", "/api/users/user-province/password").status_code == 409
    assert _change(province, "province", display_name="省厅").status_code == 200


def test_of_two_administrators_who_disable_each_other_at_once_one_stays(sign: Sign, given: Services) -> None:
    province = given.entities.user("province")
    assert province is not None
    for turn in range(5):
        given.entities.save_user(province)
        given.entities.save_user(replace(province, id="user-second", name="second", disabled=False))
        pairs = [(sign("province"), "second"), (sign("second"), "province")]
        users = {name: _user(sign("province"), name) for name in ("province", "second")}

        def disable(pair: tuple[Browser, str], users: dict[str, dict[str, Any]] = users) -> int:
            browser, name = pair
            body = _as_is(users[name], disabled=True)
            return browser("PUT", f"/api/users/{users[name]['id']}", json=body).status_code

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(disable, pairs))
        left = [user for user in given.entities.users() if user.organizations is None and not user.disabled]
        assert (len(left), answers[0]) == (1, 200), turn


def test_an_administrator_of_one_enterprise_manages_its_users_only(sign: Sign) -> None:
    boss = sign("boss")
    assert {user["name"] for user in boss.get("/api/users")["items"]} == {"boss", "judge", "guest"}
    body = {"display_name": "", "role": "viewer", "organizations": ["north"], "disabled": True}
    for key in ("user-rival", "user-province", "user-nobody"):
        assert boss("PUT", f"/api/users/{key}", json=body).status_code == 404
        assert boss("POST", f"/api/users/{key}/password").status_code == 404
    assert boss("POST", "/api/users", json={**LI, "organizations": ["south"]}).status_code == 404
    assert boss("POST", "/api/users", json={**LI, "organizations": ["north", "south"]}).status_code == 404
    assert boss("POST", "/api/users", json={**LI, "organizations": None}).status_code == 409
    assert _change(boss, "judge", organizations=None).status_code == 409
    assert _invite(boss, role="administrator")["user"]["organizations"] == ["north"]


def test_a_user_of_two_enterprises_is_out_of_reach_of_the_administrator_of_one(sign: Sign) -> None:
    both = _invite(sign("province"), organizations=["north", "south"])["user"]
    assert "li" not in {user["name"] for user in sign("boss").get("/api/users")["items"]}
    assert sign("boss")("POST", f"/api/users/{both['id']}/password").status_code == 404


def test_everything_done_to_users_stands_in_the_audit_log(sign: Sign, given: Services) -> None:
    province = sign("province")
    key = _invite(province)["user"]["id"]
    _change(province, "li", role="viewer", organizations=None, display_name="")
    _change(province, "li", disabled=True)
    _change(province, "li", disabled=False)
    province("POST", f"/api/users/{key}/password")
    done = [(user, action) for user, action, subject in reversed(noted(given, 50)) if subject == key]
    actions = ["created", "renamed", "role_viewer", "scope_changed", "disabled", "enabled", "password_reset"]
    assert done == [("province", f"user.{action}") for action in actions]


def test_choosing_a_language_undoes_nothing_that_an_administrator_does_meanwhile(
    sign: Sign, app: FastAPI, given: Services
) -> None:
    stale = given.entities.user("judge")
    assert stale is not None
    _change(sign("province"), "judge", role="viewer")
    assert app.state.accounts.amend(stale, language="en").role is Role.VIEWER


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"current": "wrong", "new": OWN}, 403),
        ({"current": PASSWORD, "new": "short"}, 422),
        ({"current": PASSWORD, "new": PASSWORD}, 409),
    ],
    ids=["wrong", "short", "the same"],
)
def test_a_password_is_changed_by_who_knows_it_to_a_better_one(sign: Sign, sent: dict[str, str], status: int) -> None:
    guest = sign("guest")
    assert guest("PUT", "/api/session/password", json=sent).status_code == status
    assert guest.get("/api/session")["name"] == "guest"


def test_guessing_the_present_password_in_a_foreign_session_ends(sign: Sign) -> None:
    guest, sent = sign("guest"), {"current": "guess", "new": OWN}
    statuses = [guest("PUT", "/api/session/password", json=sent).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]
