"""Enterprises, sites, users, assets, conversations, inspections and the audit log in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, delete, select
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database.audit import Audit
from adapters.database.engine import Database
from adapters.database.inspections import Inspections
from adapters.database.mapping import Entity, to_entity, to_row, upsert
from adapters.database.wall import within
from core.audit import AuditNote
from core.entities import Asset, Conversation, Enterprise, Inspection, Rectification, Site, User
from core.errors import ConflictError
from core.ports import AuditFilter
from core.scope import Scope


class DatabaseEntities:
    """An `EntityStore`; entities come back in the order of their ids unless said otherwise."""

    def __init__(self, database: Database) -> None:
        """Keep entities in `database`."""
        self._database = database
        self._inspections = Inspections(database)
        self._audit = Audit(database)

    def save_enterprises(self, enterprises: Iterable[Enterprise]) -> None:
        """Keep these, replacing those with known ids."""
        self._save(tables.enterprise, enterprises)

    def enterprises(self, scope: Scope) -> Sequence[Enterprise]:
        """All within the scope."""
        return self._within(Enterprise, tables.enterprise, scope)

    def save_sites(self, sites: Iterable[Site]) -> None:
        """Keep these, replacing those of the same enterprise and id."""
        self._save(tables.site, sites)

    def sites(self, scope: Scope) -> Sequence[Site]:
        """All within the scope."""
        return self._within(Site, tables.site, scope)

    def save_user(self, user: User) -> None:
        """Keep this user. Raises ConflictError where another one has the name."""
        try:
            self._save(tables.user, [user])
        except IntegrityError as error:
            raise ConflictError(f"There is already a user {user.name!r}.", "Choose another name.") from error

    def user(self, name: str) -> User | None:
        """The user who signs in as `name`."""
        with self._database.read() as connection:
            row = connection.execute(select(tables.user).where(tables.user.c.name == name)).mappings().first()
        return None if row is None else to_entity(User, row)

    def users(self) -> Sequence[User]:
        """All, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(tables.user).order_by(tables.user.c.name)).mappings().all()
        return [to_entity(User, row) for row in rows]

    def remove_user(self, user: str) -> None:
        """Forget the user with id `user`, and every token that stands for the user; the audit log keeps its notes."""
        with self._database.write() as connection:
            connection.execute(delete(tables.session).where(tables.session.c.user == user))
            connection.execute(delete(tables.user).where(tables.user.c.id == user))

    def save_session(self, token_hash: str, user: str, expires: int) -> None:
        """Let the token stand for the user with id `user` until `expires` (ns)."""
        with self._database.write() as connection:
            upsert(connection, tables.session, [{"token_hash": token_hash, "user": user, "expires": expires}])

    def session_user(self, token_hash: str, now: int) -> User | None:
        """Whom the token stands for; None where it is unknown, has expired, or its user is disabled."""
        session = tables.session
        query = select(tables.user).join(session, session.c.user == tables.user.c.id)
        query = query.where(session.c.token_hash == token_hash, session.c.expires > now, ~tables.user.c.disabled)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else to_entity(User, row)

    def end_session(self, token_hash: str) -> None:
        """The token stands for nobody any more."""
        with self._database.write() as connection:
            connection.execute(delete(tables.session).where(tables.session.c.token_hash == token_hash))

    def end_sessions(self, user: str) -> int:
        """No token stands for the user with id `user` any more; returns how many did."""
        with self._database.write() as connection:
            return connection.execute(delete(tables.session).where(tables.session.c.user == user)).rowcount

    def purge_sessions(self, now: int) -> int:
        """Forget the tokens that stand for nobody any more at `now` (ns); returns how many."""
        with self._database.write() as connection:
            return connection.execute(delete(tables.session).where(tables.session.c.expires <= now)).rowcount

    def save_assets(self, assets: Iterable[Asset]) -> None:
        """Keep these, replacing those with known ids."""
        self._save(tables.asset, assets)

    def assets(self, scope: Scope) -> Sequence[Asset]:
        """All within the scope."""
        return self._within(Asset, tables.asset, scope)

    def save_conversations(self, conversations: Iterable[Conversation]) -> None:
        """Keep these, replacing those with known ids."""
        self._save(tables.conversation, conversations)

    def conversations(self, scope: Scope) -> Sequence[Conversation]:
        """All within the scope."""
        return self._within(Conversation, tables.conversation, scope)

    def save_inspection(self, inspection: Inspection) -> None:
        """Keep it with its findings; a repair that people have begun stays as they left it."""
        self._inspections.save(inspection)

    def inspections(self, scope: Scope) -> Sequence[Inspection]:
        """All within the scope, newest first."""
        return self._inspections.all(scope)

    def set_rectification(self, inspection: str, requirement: str, state: Rectification, scope: Scope) -> None:
        """Set where the repair of a finding stands. Raises NotFoundError."""
        self._inspections.set_rectification(inspection, requirement, state, scope)

    def save_state(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        with self._database.write() as connection:
            upsert(connection, tables.state, [{"key": key, "value": value}])

    def state(self, key: str) -> bytes | None:
        """What was kept under `key`."""
        with self._database.read() as connection:
            value = connection.execute(select(tables.state.c.value).where(tables.state.c.key == key)).scalar()
        return None if value is None else bytes(value)

    def audit(self, user: str, action: str, subject: str, at: int) -> None:
        """Note that `user` did `action` to `subject` at time `at` (ns); notes are never changed."""
        self._audit.note(user, action, subject, at)

    def audit_log(
        self, chosen: AuditFilter, size: int, cursor: str | None = None
    ) -> tuple[Sequence[AuditNote], str | None]:
        """At most `size` of those notes, newest first, and the cursor of the next page. Raises QueryError."""
        return self._audit.page(chosen, size, cursor)

    def _save(self, table: Table, entities: Iterable[object]) -> None:
        rows = [to_row(entity) for entity in entities]
        with self._database.write() as connection:
            upsert(connection, table, rows)

    def _within(self, kind: type[Entity], table: Table, scope: Scope) -> list[Entity]:
        query = select(table).where(within(table, scope)).order_by(table.c.id, *table.primary_key)
        with self._database.read() as connection:
            return [to_entity(kind, row) for row in connection.execute(query).mappings()]
