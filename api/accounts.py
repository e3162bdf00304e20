"""Who may manage whom, and what must never happen to the accounts.

Every change happens alone and begins with what is kept at that moment, so that none undoes another and the last
administrator of the platform cannot go while two are at it.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from api.access import Caller
from api.models.users import ChangedUser, NewUser, UserSettings
from api.passwords import hash_password
from api.services import Services
from core.audit import Actor
from core.entities import Role, User
from core.errors import ConflictError, NotFoundError
from core.ids import make_id
from core.ports import AuditFilter
from core.scope import Scope

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when read aloud or off paper."""
_GROUPS, _GROUP = 4, 5


class Accounts:
    """The users of one application."""

    def __init__(self, services: Services) -> None:
        """Keep users in the entity store of `services`."""
        self._entities, self._now = services.entities, services.now
        self._lock = threading.Lock()

    def seen_by(self, asking: Caller) -> list[User]:
        """The users that the caller may manage, by name."""
        return [user for user in self._entities.users() if _manages(asking.scope, user)]

    def create(self, asking: Caller, wanted: NewUser) -> tuple[User, str]:
        """A new user, and the password for the first sign-in.

        Raises:
            ConflictError: the name is taken.
            NotFoundError: there is no such enterprise, as far as the caller can see.
        """
        seen = self._organizations(asking, wanted)
        password = _made_up()
        with self._lock:
            if _alike(wanted.name) in {_alike(user.name) for user in self._entities.users()}:
                message = f"There is already a user {wanted.name!r}."
                raise ConflictError(message, "Choose another name.", zh=f"用户名 {wanted.name} 已存在，请换一个。")
            user = User(
                make_id("user", wanted.name),
                wanted.name,
                hash_password(password),
                Role(wanted.role),
                seen,
                wanted.language,
                wanted.display_name.strip(),
                provisional=True,
            )
            self._entities.save_user(user)
        self._note(asking, "user.created", user)
        return user, password

    def change(self, asking: Caller, key: str, wanted: ChangedUser) -> User:
        """The user as the caller wants it; where it may do or see something else from now on, its sessions end.

        Raises:
            ConflictError: it is the caller, or nobody would be left to manage the platform.
            NotFoundError: there is no such user or enterprise, as far as the caller can see.
        """
        seen = self._organizations(asking, wanted)
        with self._lock:
            old = self._find(asking, key)
            new = replace(
                old,
                display_name=wanted.display_name.strip(),
                role=Role(wanted.role),
                organizations=seen,
                disabled=wanted.disabled,
            )
            other_rights = _rights(new) != _rights(old)
            if other_rights and key == asking.user.id:
                raise ConflictError(
                    "Nobody changes the own role, scope or state.",
                    "Ask another administrator.",
                    zh="不能修改本人的角色、范围和状态，请联系其他管理员。",
                )
            self._save(new)
            if other_rights:
                self._entities.end_sessions(key)
        for action in _actions(old, new):
            self._note(asking, action, new)
        return new

    def reset(self, asking: Caller, key: str) -> tuple[User, str]:
        """A new password for the next sign-in; all sessions of the user end.

        Raises:
            ConflictError: it is the caller.
            NotFoundError: there is no such user, as far as the caller can see.
        """
        if key == asking.user.id:
            raise ConflictError(
                "Nobody resets the own password.",
                "Change it in the menu of your account.",
                zh="不能重置本人的密码，请在账户菜单中修改密码。",
            )
        password = _made_up()
        with self._lock:
            user = replace(self._find(asking, key), password_hash=hash_password(password), provisional=True)
            self._entities.save_user(user)
            self._entities.end_sessions(key)
        self._note(asking, "user.password_reset", user)
        return user, password

    def remove(self, asking: Caller, key: str) -> None:
        """The user is gone, with every session and one-time link.

        Only who never did anything can be removed: alerts, captures, inspections and the audit log keep the names of
        all others, which must never become somebody else's. Those are disabled.

        Raises:
            ConflictError: it is the caller, has done something, or nobody would be left to manage the platform.
            NotFoundError: there is no such user, as far as the caller can see.
        """
        if key == asking.user.id:
            raise ConflictError(
                "Nobody removes the own account.",
                "Ask another administrator.",
                zh="不能删除本人的账户，请联系其他管理员。",
            )
        with self._lock:
            user = self._find(asking, key)
            done, _ = self._entities.audit_log(AuditFilter(user.name, Actor.USER), 1)
            if done:
                raise ConflictError(
                    f"{user.name} has used the platform, and the audit log keeps the name.",
                    "Disable the account instead.",
                    zh=f"{user.name} 已使用过平台，审计记录保留其用户名，不能删除。请改为停用。",
                )
            self._keep_governed(user.id, [])
            self._entities.remove_user(user.id)
        self._note(asking, "user.removed", user, f"{user.id} {user.name}")

    def amend(self, user: User, **changes: Any) -> User:
        """What users change of themselves, on top of what is kept now."""
        with self._lock:
            kept = next((one for one in self._entities.users() if one.id == user.id), user)
            new = replace(kept, **changes)
            self._entities.save_user(new)
        return new

    def _find(self, asking: Caller, key: str) -> User:
        found = next((user for user in self.seen_by(asking) if user.id == key), None)
        if found is None:
            raise NotFoundError(f"There is no user {key!r}.")
        return found

    def _save(self, new: User) -> None:
        self._keep_governed(new.id, [new])
        self._entities.save_user(new)

    def _keep_governed(self, key: str, instead: list[User]) -> None:
        """Raises ConflictError where nobody could manage the platform with `instead` in place of that user."""
        rest = [user for user in self._entities.users() if user.id != key]
        if not _governed([*rest, *instead]):
            raise ConflictError(
                "It is the last administrator of the platform.",
                "Make another user an administrator of all enterprises first.",
                zh="这是平台最后一个管理员。请先将另一用户设为可见全部企业的管理员。",
            )

    def _organizations(self, asking: Caller, wanted: UserSettings) -> frozenset[str] | None:
        if wanted.organizations is None:
            if asking.scope.organizations is not None:
                raise ConflictError("You cannot let a user see every enterprise.", "Choose among those that you see.")
            return None
        known = {one.id for one in self._entities.enterprises(asking.scope)}
        for name in wanted.organizations:
            if name not in known:
                raise NotFoundError(f"There is no enterprise {name!r}.")
        return frozenset(wanted.organizations)

    def _note(self, asking: Caller, action: str, user: User, subject: str = "") -> None:
        self._entities.audit(asking.user.name, action, subject or user.id, self._now())


def _manages(scope: Scope, user: User) -> bool:
    """Whether everything that the user may see is the caller's to give."""
    if scope.organizations is None:
        return True
    return bool(user.organizations) and user.organizations is not None and user.organizations <= scope.organizations


def _rights(user: User) -> tuple[object, ...]:
    return user.role, user.organizations, user.disabled


def _governed(users: Iterable[User]) -> bool:
    """Whether one of them can manage the whole platform."""
    return any(one.role is Role.ADMINISTRATOR and one.organizations is None and not one.disabled for one in users)


def _actions(old: User, new: User) -> list[str]:
    found = {
        "user.renamed": old.display_name != new.display_name,
        f"user.role_{new.role.value}": old.role is not new.role,
        "user.scope_changed": old.organizations != new.organizations,
        "user.disabled" if new.disabled else "user.enabled": old.disabled != new.disabled,
    }
    return [action for action, happened in found.items() if happened]


def _made_up() -> str:
    """About 99 random bits in groups that can be read out."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def given_accounts(request: Request) -> Accounts:
    """What the application was made with."""
    accounts = request.app.state.accounts
    assert isinstance(accounts, Accounts)
    return accounts


Managed = Annotated[Accounts, Depends(given_accounts)]


def _alike(name: str) -> str:
    """The same for names that people take for one another."""
    return unicodedata.normalize("NFKC", name).casefold()
