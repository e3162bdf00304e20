"""Signing in and out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import FastAPI

from api.access import COOKIE
from api.main import create_app
from api.services import Services
from api.settings import Settings
from api.tokens import link_hash, make_link
from core.entities import Role, User
from tests.api.conftest import Browser, Sign
from tests.api.world import HOUR, NOW, PASSWORD, noted

RIGHT = {"name": "guest", "password": PASSWORD}
WRONG = {"name": "guest", "password": "wrong"}


def test_signing_in_opens_a_session_and_signing_out_ends_it(sign: Sign) -> None:
    browser = sign(None)
    answer = browser("POST", "/api/session", json=RIGHT)
    assert answer.json() == {
        "name": "guest",
        "display_name": "",
        "role": "viewer",
        "organizations": ["north"],
        "language": "zh",
        "provisional": False,
    }
    assert browser.get("/api/session") == answer.json()
    token = browser.cookies[COOKIE]
    assert browser("DELETE", "/api/session").status_code == 204
    browser.cookies.set(COOKIE, token)
    assert browser("GET", "/api/session").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(sign: Sign) -> None:
    cookie = sign(None)("POST", "/api/session", json=RIGHT).headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
    assert "secure" not in cookie


def test_behind_https_the_cookie_is_secure(given: Services, tmp_path: Path) -> None:
    app = create_app(given, Settings(console=tmp_path, secure_cookies=True))
    answer = Browser(app, None)("POST", "/api/session", json=RIGHT)
    assert "; secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("sent", [WRONG, {"name": "nobody", "password": PASSWORD}])
def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(sign: Sign, sent: dict[str, str]) -> None:
    answer = sign(None)("POST", "/api/session", json=sent)
    assert (answer.status_code, answer.json()["detail"]) == (401, "The name or the password is wrong.")
    assert "set-cookie" not in answer.headers


def test_an_unknown_name_costs_a_whole_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    from api import passwords

    seen: list[str] = []

    class Watching(PasswordHasher):
        def verify(self, *arguments: Any) -> Literal[True]:
            try:
                return super().verify(*arguments)
            except VerifyMismatchError:
                seen.append("hashed")
                raise

    monkeypatch.setattr(passwords, "_HASHER", Watching())
    assert not passwords.fits("anything", None)
    assert not passwords.fits("anything", "")
    assert seen == ["hashed", "hashed"]


def test_a_user_without_a_password_cannot_sign_in_with_one(sign: Sign, given: Services) -> None:
    given.entities.save_user(User("user-linked", "linked", "", Role.VIEWER))
    for password in ("x", "nobody", "liaowang-nobody!"):
        assert sign(None)("POST", "/api/session", json={"name": "linked", "password": password}).status_code == 401


def test_who_was_not_let_in_is_in_the_log_with_the_address(sign: Sign, given: Services) -> None:
    browser, long = sign(None), "x\n\x1b[2J\u202e" + "y" * 90
    for sent in (WRONG, {"name": long, "password": PASSWORD}):
        assert browser("POST", "/api/session", json=sent).status_code == 401
    assert browser("POST", "/api/session/link", json={"token": "wrong"}).status_code == 401
    link, nobody, guest = noted(given, 3)
    assert guest == ("guest", "session.refused", "127.0.0.1")
    assert nobody[:2] == ("x��[2J�" + "y" * 90, "session.refused")
    assert link == ("", "session.refused", "127.0.0.1")


def test_a_disabled_account_with_the_right_password_is_in_the_log(sign: Sign, given: Services) -> None:
    user = given.entities.user("guest")
    assert user is not None
    given.entities.save_user(replace(user, disabled=True))
    assert sign(None)("POST", "/api/session", json=RIGHT).status_code == 403
    assert noted(given)[0][:2] == ("guest", "session.refused")


def test_the_limit_of_attempts_limits_the_log_too(strict: FastAPI, given: Services) -> None:
    browser = Browser(strict, None)
    for _ in range(9):
        browser("POST", "/api/session", json=WRONG)
    assert [one[1] for one in noted(given, 9)].count("session.refused") == 2


@pytest.fixture
def strict(given: Services, tmp_path: Path) -> FastAPI:
    return create_app(given, Settings(console=tmp_path, sign_in_failures=2))


def test_after_too_many_failures_even_the_right_password_has_to_wait(strict: FastAPI) -> None:
    browser = Browser(strict, None)
    assert [browser("POST", "/api/session", json=WRONG).status_code for _ in range(3)] == [401, 401, 429]
    answer = browser("POST", "/api/session", json=RIGHT)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "301")


def test_a_stranger_who_guesses_at_a_name_locks_no_other_name_out(strict: FastAPI) -> None:
    browser = Browser(strict, None)
    for _ in range(3):
        browser("POST", "/api/session", json=WRONG)
    assert browser("POST", "/api/session", json={"name": "judge", "password": PASSWORD}).status_code == 200


def test_guessing_at_many_names_from_one_address_ends(strict: FastAPI) -> None:
    browser = Browser(strict, None)
    statuses = [browser("POST", "/api/session", json={"name": f"n{n}", "password": "x"}).status_code for n in range(7)]
    assert statuses == [401] * 6 + [429]


def _token(given: Services, name: str = "judge", expires: int = NOW + HOUR) -> str:
    user = given.entities.user(name)
    assert user is not None
    path, token = make_link(given.entities, user, expires).split("#token=")
    assert path == "/sign-in"
    return token


def test_a_link_signs_in_once(sign: Sign, given: Services) -> None:
    token, first, second = _token(given), sign(None), sign(None)
    assert first("POST", "/api/session/link", json={"token": token}).json()["name"] == "judge"
    assert first.get("/api/session")["name"] == "judge"
    assert second("POST", "/api/session/link", json={"token": token}).status_code == 401


def test_of_many_who_use_a_link_at_once_one_gets_in(sign: Sign, given: Services) -> None:
    token = _token(given)
    browsers = [sign(None) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: each("POST", "/api/session/link", json={"token": token}), browsers))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_a_link_that_is_too_old_signs_nobody_in(sign: Sign, given: Services) -> None:
    token = _token(given, expires=NOW)
    assert sign(None)("POST", "/api/session/link", json={"token": token}).status_code == 401


def test_a_link_is_no_session_and_a_session_no_link(sign: Sign, given: Services) -> None:
    browser = sign(None)
    browser.cookies.set(COOKIE, _token(given))
    assert browser("GET", "/api/session").status_code == 401
    token = sign("guest").cookies[COOKIE]
    assert sign(None)("POST", "/api/session/link", json={"token": token}).status_code == 401
    assert given.entities.session_user(link_hash(token), NOW) is None


def test_the_language_is_kept_with_the_account(sign: Sign) -> None:
    assert sign("guest")("PATCH", "/api/session", json={"language": "en"}).json()["language"] == "en"
    assert sign("guest").get("/api/session")["language"] == "en"
