"""What the audit log's entries were done to, by the names that people know."""

from collections.abc import Iterable
from functools import cached_property

from api.models.audit import AuditSubject, SubjectKind
from api.models.base import Words
from api.services import Services
from core.audit import REFUSED, AuditNote
from core.errors import NotFoundError
from core.ports import AuditFilter, InspectionRun
from core.scope import EVERYTHING

_MOST_REMOVED = 1000


def _plain(text: str) -> Words:
    return Words(en=text, zh=text)


class Subjects:
    """Names for one page of the log: each store is asked when the first entry needs it, and once."""

    def __init__(self, given: Services) -> None:
        """Look them up in `given`, whoever they belong to."""
        self._given = given
        self._finders = {
            "alert": self._alert,
            "capture": self._capture,
            "inspection": self._run,
            "rectification": self._finding,
        } | dict.fromkeys(("user", "session", "password"), self._user)

    def of(self, notes: Iterable[AuditNote]) -> list[AuditSubject]:
        """The subject of each."""
        return [self._of(note) for note in notes]

    def _of(self, note: AuditNote) -> AuditSubject:
        if note.action == REFUSED:
            return self._made("address", note.subject, note.subject)
        find = self._finders.get(note.action.partition(".")[0])
        return find(note.subject) if find else self._made("other", note.subject, None)

    @staticmethod
    def _made(kind: SubjectKind, key: str, name: str | None, kept: str = "") -> AuditSubject:
        """`name` is None where it is not there any more, `kept` what the log itself says it was called."""
        said = kept if name is None else name
        return AuditSubject(kind=kind, id=key, name=_plain(said) if said else None, there=name is not None)

    def _alert(self, key: str) -> AuditSubject:
        try:
            found, _ = self._given.alerts.show(key, EVERYTHING)
        except NotFoundError:
            return self._made("alert", key, None)
        return AuditSubject(kind="alert", id=key, name=Words(en=found.rule_name, zh=found.rule_name_zh), there=True)

    def _user(self, subject: str) -> AuditSubject:
        """Its id and, where the user was removed, its name."""
        key, _, name = subject.partition(" ")
        return self._made("user", key, self._users.get(key), name or self._removed.get(key, ""))

    def _capture(self, subject: str) -> AuditSubject:
        """Its id and, since nothing else tells it once the capture is deleted, its name."""
        key, _, name = subject.partition(" ")
        return self._made("capture", key, self._captures.get(key), name)

    def _run(self, key: str) -> AuditSubject:
        """The run, or what came of it where it came to something."""
        run = self._runs.get(key)
        name = None if run is None else ", ".join(run.captures)
        if run is None or run.inspection not in self._inspections:
            return self._made("run", key, name)
        return self._made("inspection", run.inspection, name)

    def _finding(self, key: str) -> AuditSubject:
        """The inspection, named by the requirement whose repair it is."""
        inspection, _, requirement = key.rpartition("/")
        if inspection not in self._inspections:
            return self._made("inspection", key, None)
        known = self._given.reports.requirements(self._inspections[inspection])
        title = next((each for each in known if each.id == requirement), None)
        words = Words(en=f"{requirement} {title.en}", zh=f"{requirement} {title.zh}") if title else _plain(requirement)
        return AuditSubject(kind="inspection", id=inspection, name=words, there=True)

    @cached_property
    def _users(self) -> dict[str, str]:
        return {each.id: each.name for each in self._given.entities.users()}

    @cached_property
    def _removed(self) -> dict[str, str]:
        """What those were called who are gone, as far back as the log is looked at."""
        notes, _ = self._given.entities.audit_log(AuditFilter(actions=frozenset({"user.removed"})), _MOST_REMOVED)
        return dict(note.subject.split(" ", 1) for note in notes if " " in note.subject)

    @cached_property
    def _captures(self) -> dict[str, str]:
        return {each.id: each.name for each in self._given.intake.uploads(EVERYTHING)}

    @cached_property
    def _runs(self) -> dict[str, InspectionRun]:
        return {each.id: each for each in self._given.inspector.runs(EVERYTHING)}

    @cached_property
    def _inspections(self) -> dict[str, str]:
        """The standard of each."""
        return {each.id: each.standard for each in self._given.entities.inspections(EVERYTHING)}
