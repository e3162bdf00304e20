"""The embedded platform: every part in one process, chosen and joined here."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from analytics.service import AnalyticsService, Stores
from api.feed import MemoryFeed
from api.passwords import hash_password
from api.services import Services
from api.tokens import make_link
from cli.content import Content
from cli.settings import Settings
from collectors.desk import UPLOAD, Desk
from collectors.sight import SightBook
from collectors.wire.protocol import vocabulary
from core.entities import Enterprise, Role, Site, User
from core.ids import make_id
from core.ports import Reports, Retention
from core.scope import Origin, Scope

ADMIN = "admin"
_HOUR = 3_600_000_000_000
_LINK_LIVES = _HOUR
_COMPACT_EVERY = 60.0
_log = logging.getLogger(__name__)


class Platform:
    """Collectors, analytics and stores of one process; a context."""

    def __init__(self, settings: Settings, content: Content, reports: Reports) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True)
        self.database = Database.at(settings.data / "liaowang.sqlite")
        self.entities, self.alerts = DatabaseEntities(self.database), DatabaseAlerts(self.database)
        self.archive = ParquetArchive(settings.data / "archive", vocabulary())
        self.feed, self.stream, self.sight = MemoryFeed(), MemoryStream(), SightBook()
        self.desk = Desk(settings.data / "captures", self.stream, self.sight)
        self.analytics = AnalyticsService(
            self.stream,
            Stores(self.archive, self.alerts, self.entities, self.feed),
            content.engine,
            content.vendors,
            own_past=lambda origin: origin.observer.startswith(UPLOAD),
            ended=self.desk.ended,
            learn=int(settings.learn_hours * _HOUR),
        )
        self.services = Services(
            alerts=self.alerts,
            entities=self.entities,
            archive=self.archive,
            feed=self.feed,
            intake=self.desk,
            reports=reports,
            rules=content.cards(),
            sight=self.sight,
            vocabulary=vocabulary(),
        )
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        self._know(Origin(self.settings.organization, self.settings.site, self.settings.observer))
        self.analytics.start()
        self.desk.start()
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.desk.stop()
        self.stream.close()
        self.analytics.stop()
        self._keeper.join(timeout=30)
        self.archive.close()
        self.database.close()

    def first_link(self) -> str:
        """The path that signs the administrator in once; makes the administrator where there is none."""
        user = self.entities.user(ADMIN)
        password = self.settings.admin_password
        if user is None:
            user = User(
                make_id("user", ADMIN),
                ADMIN,
                hash_password(password.get_secret_value()) if password else "",
                Role.ADMINISTRATOR,
            )
            self.entities.save_user(user)
        return make_link(self.entities, user, time.time_ns() + _LINK_LIVES)

    def know(self, enterprise: Enterprise, site: Site) -> None:
        """Keeps an enterprise and a site of it."""
        self.entities.save_enterprises([enterprise])
        self.entities.save_sites([site])

    def _know(self, origin: Origin) -> None:
        known = {one.id for one in self.services.entities.enterprises(_only(origin))}
        if origin.organization not in known:
            self.know(
                Enterprise(origin.organization, origin.organization),
                Site(origin.site, origin.organization, origin.site),
            )

    def _keep(self) -> None:
        """Keeps the archive small and in order while nobody waits for it."""
        most = self.settings.keep_gib
        policy = Retention(self.settings.keep_days, int(most * (1 << 30)) if most else None)
        while not self._over.wait(_COMPACT_EVERY):
            try:
                self.archive.compact()
                self.archive.retain(policy, time.time_ns())
            except Exception:  # noqa: BLE001 the next turn tries again; searching goes on meanwhile
                _log.exception("the archive could not be put in order")


def _only(origin: Origin) -> Scope:
    return Scope(frozenset({origin.organization}), None)
