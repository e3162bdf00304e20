"""Captures that were handed in and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter

from collectors.ledger import Ledger
from core.errors import ConflictError, NotFoundError
from core.ports import EntityStore, Upload, UploadState
from core.said import Said
from core.scope import Origin, Scope

UPLOAD = "upload-"
"""How the observer of an uploaded capture is called: each is a sensor of its own, with a past of its own."""
_STATE = "captures"
_BLANK = {"progress": 0.0, "packets": 0, "messages": 0, "problem": "", "problem_zh": ""}


@dataclass(frozen=True, slots=True)
class Job:
    """One capture.

    Attributes:
        upload: what is told of it.
        attempts: to analyse it so far, with the one under way.
        digest: of its bytes, SHA-256.
        unwanted: it was deleted while it was analysed.
    """

    upload: Upload
    attempts: int = 0
    digest: str = ""
    unwanted: bool = False

    @property
    def told(self) -> Upload:
        """What is told of it."""
        return self.upload

    @property
    def origin(self) -> Origin:
        """Of its rows."""
        return Origin(self.upload.organization, self.upload.site, UPLOAD + self.upload.id[:8])

    def changed(self, attempts: int, **changes: Any) -> Self:
        """See `collectors.ledger.Entry`."""
        return replace(self, attempts=attempts, upload=replace(self.upload, **changes))


_document = TypeAdapter(list[Job])


class Jobs(Ledger[Job]):
    """All of them, by the id of the upload; safe to use from several threads."""

    def __init__(self, entities: EntityStore) -> None:
        """Goes on from what `entities` kept, but for what was deleted."""
        super().__init__(
            entities, _STATE, _document, Said("while it analysed this capture", "分析此抓包文件期间"), _BLANK
        )
        self._work = {key: job for key, job in self._work.items() if not job.unwanted}

    def of(self, origin: Origin) -> Job | None:
        """The capture whose rows have that origin."""
        with self._lock:
            return next((job for job in self._work.values() if job.origin == origin), None)

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        return [job.upload for job in self.within(scope) if not job.unwanted]

    def add(self, upload: Upload, digest: str, needed: Collection[str] = ()) -> list[str]:
        """Takes one more; beyond two hundred the oldest that are over are forgotten, whose ids are returned.

        Those that are needed are not forgotten.

        Raises:
            ConflictError: the site has the same bytes already, and their analysis did not fail.
            StorageError: it cannot be kept.
        """
        with self._lock:
            same = next((job.upload for job in self._work.values() if _repeats(upload, digest, job)), None)
            if same is not None:
                message = f"{upload.name} was handed in already, as {same.name}."
                raise ConflictError(message, "Delete that one first where it is to be analysed again.")
            return self._take(Job(upload, digest=digest), needed)

    def begin(self, key: str) -> Job | None:
        """Notes that one is under way; None where it was deleted. Raises StorageError."""
        with self._lock:
            job = self._work.get(key)
            if job is None:
                return None
            self._keep({**self._work, key: job.changed(job.attempts + 1, state=UploadState.RUNNING)})
            return self._work[key]

    def delete(self, key: str, scope: Scope, needed: Collection[str] = ()) -> None:
        """Forgets one; where it is under way, once that has come to its end.

        Raises:
            NotFoundError: there is none within the scope.
            ConflictError: it is needed.
            StorageError: that cannot be kept.
        """
        with self._lock:
            job = self._work.get(key)
            if job is None or job.unwanted or not scope.covers(job.upload.organization, job.upload.site):
                raise NotFoundError(f"There is no capture {key!r}.")
            if key in needed:
                raise _needed(job.upload.name)
            if job.upload.state is UploadState.RUNNING:
                self._keep({**self._work, key: replace(job, unwanted=True)})
            else:
                self._keep({other: one for other, one in self._work.items() if other != key})

    def drop(self, keys: Collection[str]) -> None:
        """Forgets these. Raises StorageError."""
        with self._lock:
            if not self._work.keys().isdisjoint(keys):
                self._keep({key: job for key, job in self._work.items() if key not in keys})


def _repeats(upload: Upload, digest: str, job: Job) -> bool:
    """Whether what is handed in is what `job` has analysed or will."""
    other = job.upload
    same = (other.organization, other.site, job.digest) == (upload.organization, upload.site, digest)
    return same and not job.unwanted and other.state is not UploadState.FAILED


def _needed(name: str) -> ConflictError:
    return ConflictError(
        f"{name} is needed by an inspection that waits or is under way.",
        "Delete it when that is over, or cancel the inspection first.",
        zh=f"{name} 正被排队中或进行中的检查使用，不能删除。请待检查结束后再删除，或先取消该检查。",
    )
