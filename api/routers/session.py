"""Signing in and out, and who is signed in."""

from fastapi import APIRouter, Request, Response

from api.access import COOKIE, Configured, Given, Viewer
from api.accounts import Managed
from api.attempts import Attempts
from api.models.session import Credentials, LinkToken, Me, NewPassword, Preferences
from api.passwords import fits, hash_password
from api.problems import RefusedError, problems
from api.tokens import link_hash, new_token, session_hash
from core.entities import User
from core.errors import ConflictError

router = APIRouter(prefix="/api/session", tags=["session"])


def _begin(user: User, response: Response, given: Given, settings: Configured) -> Me:
    token = new_token()
    seconds = int(settings.session_hours * 3600)
    given.entities.save_session(session_hash(token), user.id, given.now() + seconds * 10**9)
    given.entities.audit(user.name, "session.begun", user.id, given.now())
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/", httponly=True, samesite="strict", secure=settings.secure_cookies
    )
    return Me.of(user)


def _attempts(request: Request) -> Attempts:
    attempts = request.app.state.attempts
    assert isinstance(attempts, Attempts)
    return attempts


def _keys(request: Request, name: str) -> dict[str, int]:
    address = request.client.host if request.client else ""
    return {f"{name} at {address}": 1, f"at {address}": 3, name: 10}


def _refused(request: Request, given: Given, name: str) -> None:
    """Writes down who tried, from where; the limit of attempts also limits how much of this there can be."""
    address = request.client.host if request.client else ""
    given.entities.audit(_printable(name), "session.refused", _printable(address), given.now())


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text[:100])


@router.post("", summary="Sign in with a password", responses=problems(401, 429, 503))
def sign_in(request: Request, sent: Credentials, response: Response, given: Given, settings: Configured) -> Me:
    """Begins a session. A name or address that fails too often has to wait."""
    attempts, keys = _attempts(request), _keys(request, sent.name)
    attempts.check(keys, given.now())
    user = given.entities.user(sent.name)
    if not fits(sent.password, user.password_hash if user else None) or user is None:
        attempts.failed(keys, given.now())
        _refused(request, given, sent.name)
        raise RefusedError(401, "The name or the password is wrong.")
    attempts.succeeded(next(iter(keys)))
    if user.disabled:
        _refused(request, given, sent.name)
        raise RefusedError(403, "The account is disabled.", "Ask an administrator.")
    return _begin(user, response, given, settings)


@router.post("/link", summary="Sign in with a one-time link", responses=problems(401, 429))
def use_link(request: Request, sent: LinkToken, response: Response, given: Given, settings: Configured) -> Me:
    """Begins a session and ends the link."""
    attempts, keys = _attempts(request), _keys(request, "")
    attempts.check(keys, given.now())
    kept = link_hash(sent.token)
    with request.app.state.links:  # two at once must not both find it
        user = given.entities.session_user(kept, given.now())
        if user is not None:
            given.entities.end_session(kept)
    if user is None:
        attempts.failed(keys, given.now())
        _refused(request, given, "")
        raise RefusedError(401, "The link was used already or is too old.", "Ask for a new one.")
    return _begin(user, response, given, settings)


@router.get("", summary="Who is signed in")
def show_me(asking: Viewer) -> Me:
    """The own account."""
    return Me.of(asking.user)


@router.patch("", summary="Choose the language")
def set_language(asking: Viewer, sent: Preferences, accounts: Managed) -> Me:
    """Kept with the account, for the next sign-in too."""
    return Me.of(accounts.amend(asking.user, language=sent.language))


@router.put("/password", summary="Choose a password", responses=problems(409, 429, 503))
def choose_password(
    request: Request,
    sent: NewPassword,
    response: Response,
    asking: Viewer,
    given: Given,
    settings: Configured,
    accounts: Managed,
) -> Me:
    """Ends every session of the account and begins a new one. An account without a password needs no present one."""
    attempts, keys, kept = _attempts(request), {f"password of {asking.user.name}": 1}, asking.user.password_hash
    attempts.check(keys, given.now())
    if kept and not fits(sent.current, kept):
        attempts.failed(keys, given.now())
        raise RefusedError(403, "The present password is wrong.")
    if sent.new == sent.current or sent.new.casefold() == asking.user.name.casefold():
        raise ConflictError("The new password is the present one or the name.", "Choose another.")
    user = accounts.amend(asking.user, password_hash=hash_password(sent.new), provisional=False)
    given.entities.end_sessions(user.id)
    given.entities.audit(user.name, "password.changed", user.id, given.now())
    return _begin(user, response, given, settings)


@router.delete("", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response, asking: Viewer, given: Given) -> None:
    """Ends the session."""
    given.entities.end_session(session_hash(request.cookies[COOKIE]))
    given.entities.audit(asking.user.name, "session.ended", asking.user.id, given.now())
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
