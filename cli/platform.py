"""The embedded platform: every part in one process, chosen and joined here."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from adapters.database.alerts import DatabaseAlerts
from adapters.database.engine import Database
from adapters.database.entities import DatabaseEntities
from adapters.memory.stream import MemoryStream
from adapters.parquet.archive import ParquetArchive
from analytics.inspection.report.reports import InspectionReports
from analytics.service import AnalyticsService, Inputs, Stores
from analytics.sight import WholeSight
from api.feed import MemoryFeed
from api.passwords import hash_password
from api.services import Services
from api.tokens import make_link
from cli.content import Content
from cli.inspector.desk import InspectionDesk
from cli.settings import Settings
from collectors.desk import UPLOAD, Desk
from collectors.folder_watch import FolderWatch
from collectors.sight import SightBook
from collectors.wire.protocol import vocabulary
from core.entities import Enterprise, Role, Site, User
from core.errors import LiaowangError
from core.ids import make_id
from core.ports import Retention, StorageError
from core.scope import Origin, Scope

ADMIN = "admin"
_GIB = 1 << 30
_HOUR = 3_600_000_000_000
_LINK_LIVES = _HOUR
_COMPACT_EVERY = 60.0
_END_SECONDS = 2.0
"""That the parts have to come to an end; what they are at then is done again after the next start."""
_KEEPER_SECONDS = 1.5
"""That the keeper has besides, which cannot leave off within a step of a merge."""
_log = logging.getLogger(__name__)


class Platform:
    """Collectors, analytics and stores of one process; a context."""

    def __init__(self, settings: Settings, content: Content) -> None:
        """Opens the data folder.

        Raises:
            StorageError: it cannot be made, read or written.
            ConflictError: another process works with it.
        """
        self.settings = settings
        _make(settings.data)
        self.database = Database.at(settings.data / "liaowang.sqlite")
        self.entities, self.alerts = DatabaseEntities(self.database), DatabaseAlerts(self.database)
        self.archive = ParquetArchive(settings.data / "archive", vocabulary())
        self.feed, self.stream, self.sight = MemoryFeed(), MemoryStream(), SightBook()
        self.archive.claim()
        captures, most = settings.data / "captures", settings.capture_bytes
        self.desk = Desk(captures, self.stream, self.sight, self.entities, most, self._needed)
        self.inspector = InspectionDesk(
            settings.data / "inspections", captures, self.desk, self.entities, content, most
        )
        self.own = Origin(settings.organization, settings.site, settings.observer)
        self.watch: FolderWatch | None = None
        if settings.watch is not None:
            self.watch = FolderWatch(settings.watch, self.own, self.stream, self.sight, self.entities, most=most)
        self.analytics = AnalyticsService(
            self.stream,
            Stores(self.archive, self.alerts, self.entities, self.feed),
            content.engine,
            content.vendors,
            Inputs(lambda origin: origin.observer.startswith(UPLOAD), self._again, self.desk.ended),
            learn=int(settings.learn_hours * _HOUR),
        )
        self.services = Services(
            alerts=self.alerts,
            entities=self.entities,
            archive=self.archive,
            feed=self.feed,
            intake=self.desk,
            inspector=self.inspector,
            reports=InspectionReports(self.entities.state),
            rules=content.cards(),
            sight=WholeSight(self.sight, lambda: self.analytics.losses.counts),
            vocabulary=vocabulary(),
            troubles=self.troubles,
        )
        self._unkept = ""
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        self._know(self.own)
        self.desk.start()
        self.inspector.start()
        if self.watch is not None:
            self.watch.start()
        self.analytics.start()
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        inputs = [part for part in (self.desk, self.watch) if part is not None]
        parts = [self.analytics, *inputs, self.inspector]
        self._over.set()
        self.analytics.stop()
        self.inspector.stop()
        for source in inputs:
            source.stop(in_order=not self.analytics.broken)
        self.stream.close()
        until = time.monotonic() + _END_SECONDS
        for part in parts:
            part.join(max(0.1, until - time.monotonic()))
        self._keeper.join(max(0.1, until + _KEEPER_SECONDS - time.monotonic()))
        self.archive.close()
        self.database.close()

    def troubles(self) -> Mapping[str, str]:
        """What cannot do its work at the moment, and why."""
        found = {"analysis": self.analytics.trouble, "captures": self.desk.trouble, "archive": self._unkept}
        found["inspections"] = self.inspector.trouble
        if self.watch is not None:
            found["watch"] = self.watch.trouble
        return {name: trouble for name, trouble in found.items() if trouble}

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
        scope = Scope(frozenset({origin.organization}), None)
        if not self.entities.enterprises(scope):
            self.entities.save_enterprises([Enterprise(origin.organization, origin.organization)])
        if origin.site not in {one.id for one in self.entities.sites(scope)}:
            self.entities.save_sites([Site(origin.site, origin.organization, origin.site)])

    def _again(self, origin: Origin) -> str | None:
        return self.desk.again(origin) or (self.watch.again(origin) if self.watch is not None else None)

    def _needed(self) -> AbstractContextManager[Collection[str]]:
        return self.inspector.needed()

    def _keep(self) -> None:
        """Keeps the archive small and in order while nobody waits for it."""
        chores: tuple[Callable[[], object], ...] = (
            lambda: self.archive.compact(self._over),
            self._retain,
            lambda: self.entities.purge_sessions(time.time_ns()),
        )
        while not self._over.wait(_COMPACT_EVERY):
            try:
                for chore in chores:
                    if not self._over.is_set():
                        chore()
            except LiaowangError as error:
                if not self._unkept and not self._over.is_set():
                    _log.error("the archive could not be put in order: %s", error)
                self._unkept = str(error)
            except Exception:
                if not self._over.is_set():
                    raise
                _log.warning("the stores were closed before they were in order")
            else:
                self._unkept = ""

    def _retain(self) -> None:
        """Deletes what is too old or too much; captures may take half of the room, and more while there is."""
        days, most, now = self.settings.keep_days, self.settings.keep_gib, time.time_ns()
        if most is None:
            self.desk.retain(Retention(days), now)
            self.archive.retain(Retention(days), now)
            return
        room = int(most * _GIB)
        self.desk.retain(Retention(days, max(room // 2, room - self.archive.size()["bytes"])), now)
        self.archive.retain(Retention(days, max(0, room - self.desk.size())), now)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"The data folder {folder} cannot be written: {error.strerror or error}."
        raise StorageError(message, "Choose another with --data.") from error
