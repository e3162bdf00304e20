"""Captures that were handed in and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from core.errors import ConflictError, NotFoundError
from core.ports import EntityStore, Upload, UploadState
from core.scope import Origin, Scope

UPLOAD = "upload-"
"""How the observer of an uploaded capture is called: each is a sensor of its own, with a past of its own."""
MOST_ATTEMPTS = 3
"""How often one capture is tried where the platform ends over it each time."""
_STATE = "captures"
_MOST_KEPT = 200
_OVER = frozenset({UploadState.DONE, UploadState.DAMAGED, UploadState.FAILED})


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
    def origin(self) -> Origin:
        """Of its rows."""
        return Origin(self.upload.organization, self.upload.site, UPLOAD + self.upload.id[:8])


_document = TypeAdapter(list[Job])


class Jobs:
    """All of them, by the id of the upload; safe to use from several threads."""

    def __init__(self, entities: EntityStore) -> None:
        """Goes on from what `entities` kept: what was under way waits again, unless it was tried often."""
        self._entities = entities
        self._lock = threading.Lock()
        kept = entities.state(_STATE)
        found = [] if kept is None else _document.validate_json(kept)
        self._jobs = {job.upload.id: _taken_up(job) for job in found if not job.unwanted}

    def waiting(self) -> list[str]:
        """Ids of what is to be analysed, oldest first."""
        with self._lock:
            found = [job.upload for job in self._jobs.values() if job.upload.state is UploadState.WAITING]
        return [upload.id for upload in sorted(found, key=lambda upload: upload.at)]

    def of(self, origin: Origin) -> Job | None:
        """The capture whose rows have that origin."""
        with self._lock:
            return next((job for job in self._jobs.values() if job.origin == origin), None)

    def find(self, key: str) -> Job | None:
        """One of them, unless it was deleted."""
        with self._lock:
            return self._jobs.get(key)

    def unfinished(self) -> set[str]:
        """Ids of what is still to be analysed or under way."""
        with self._lock:
            return {key for key, job in self._jobs.items() if job.upload.state not in _OVER}

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        with self._lock:
            found = [job.upload for job in self._jobs.values() if not job.unwanted]
        found = [upload for upload in found if scope.covers(upload.organization, upload.site)]
        return sorted(found, key=lambda upload: -upload.at)

    def add(self, upload: Upload, digest: str) -> list[str]:
        """Takes one more; beyond two hundred the oldest that are over are forgotten, whose ids are returned.

        Raises:
            ConflictError: the site has the same bytes already, and their analysis did not fail.
            StorageError: it cannot be kept.
        """
        with self._lock:
            same = next((job.upload for job in self._jobs.values() if _repeats(upload, digest, job)), None)
            if same is not None:
                message = f"{upload.name} was handed in already, as {same.name}."
                raise ConflictError(message, "Delete that one first where it is to be analysed again.")
            jobs = {**self._jobs, upload.id: Job(upload, digest=digest)}
            over = sorted((job for job in jobs.values() if job.upload.state in _OVER), key=lambda job: job.upload.at)
            forgotten = [old.upload.id for old in over[: max(0, len(jobs) - _MOST_KEPT)]]
            self._keep({key: job for key, job in jobs.items() if key not in forgotten})
            return forgotten

    def begin(self, key: str) -> Job | None:
        """Notes that one is under way; None where it was deleted. Raises StorageError."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            upload = replace(job.upload, state=UploadState.RUNNING)
            self._keep({**self._jobs, key: replace(job, upload=upload, attempts=job.attempts + 1)})
            return self._jobs[key]

    def delete(self, key: str, scope: Scope) -> None:
        """Forgets one; where it is under way, once that has come to its end. Raises NotFoundError, StorageError."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.unwanted or not scope.covers(job.upload.organization, job.upload.site):
                raise NotFoundError(f"There is no capture {key!r}.")
            if job.upload.state is UploadState.RUNNING:
                self._keep({**self._jobs, key: replace(job, unwanted=True)})
            else:
                self._keep({other: one for other, one in self._jobs.items() if other != key})

    def drop(self, keys: Collection[str]) -> None:
        """Forgets these. Raises StorageError."""
        with self._lock:
            if not self._jobs.keys().isdisjoint(keys):
                self._keep({key: job for key, job in self._jobs.items() if key not in keys})

    def change(self, key: str, attempts: int | None = None, **changes: object) -> None:
        """Says anew what has become of one, all or nothing. Raises StorageError."""
        with self._lock:
            job = self._jobs[key]
            upload = replace(job.upload, **changes)  # type: ignore[arg-type]
            attempts = job.attempts if attempts is None else attempts
            self._keep({**self._jobs, key: replace(job, upload=upload, attempts=attempts)})

    def note(self, key: str, **progress: object) -> None:
        """Says how far one has come, which nothing depends on after a restart."""
        with self._lock:
            job = self._jobs[key]
            self._jobs[key] = replace(job, upload=replace(job.upload, **progress))  # type: ignore[arg-type]

    def _keep(self, jobs: dict[str, Job]) -> None:
        self._entities.save_state(_STATE, _document.dump_json(list(jobs.values())))
        self._jobs = jobs


def _repeats(upload: Upload, digest: str, job: Job) -> bool:
    """Whether what is handed in is what `job` has analysed or will."""
    other = job.upload
    same = (other.organization, other.site, job.digest) == (upload.organization, upload.site, digest)
    return same and not job.unwanted and other.state is not UploadState.FAILED


def _taken_up(job: Job) -> Job:
    if job.upload.state is not UploadState.RUNNING:
        return job
    if job.attempts >= MOST_ATTEMPTS:
        problem = f"The platform ended {job.attempts} times while it analysed this capture; its log says more."
        return replace(job, upload=replace(job.upload, state=UploadState.FAILED, problem=problem))
    upload = replace(job.upload, state=UploadState.WAITING, progress=0.0, packets=0, messages=0, problem="")
    return replace(job, upload=upload)
