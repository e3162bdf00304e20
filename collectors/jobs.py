"""Captures that were handed in and what has become of each, kept so that a restart takes up what was waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

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
    """

    upload: Upload
    attempts: int = 0

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
        self._jobs = {job.upload.id: _taken_up(job) for job in found}

    def waiting(self) -> list[str]:
        """Ids of what is to be analysed, oldest first."""
        with self._lock:
            found = [job.upload for job in self._jobs.values() if job.upload.state is UploadState.WAITING]
        return [upload.id for upload in sorted(found, key=lambda upload: upload.at)]

    def of(self, origin: Origin) -> Job | None:
        """The capture whose rows have that origin."""
        with self._lock:
            return next((job for job in self._jobs.values() if job.origin == origin), None)

    def get(self, key: str) -> Job:
        """One of them."""
        return self._jobs[key]

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        with self._lock:
            found = [
                job.upload for job in self._jobs.values() if scope.covers(job.upload.organization, job.upload.site)
            ]
        return sorted(found, key=lambda upload: -upload.at)

    def add(self, upload: Upload) -> None:
        """Takes one more; beyond two hundred the oldest that are over are forgotten. Raises StorageError."""
        with self._lock:
            jobs = {**self._jobs, upload.id: Job(upload)}
            over = sorted((job for job in jobs.values() if job.upload.state in _OVER), key=lambda job: job.upload.at)
            for old in over[: max(0, len(jobs) - _MOST_KEPT)]:
                del jobs[old.upload.id]
            self._keep(jobs)

    def change(self, key: str, attempts: int | None = None, **changes: object) -> None:
        """Says anew what has become of one, all or nothing. Raises StorageError."""
        with self._lock:
            job = self._jobs[key]
            upload = replace(job.upload, **changes)  # type: ignore[arg-type]
            self._keep({**self._jobs, key: Job(upload, job.attempts if attempts is None else attempts)})

    def note(self, key: str, **progress: object) -> None:
        """Says how far one has come, which nothing depends on after a restart."""
        with self._lock:
            job = self._jobs[key]
            self._jobs[key] = replace(job, upload=replace(job.upload, **progress))  # type: ignore[arg-type]

    def _keep(self, jobs: dict[str, Job]) -> None:
        self._entities.save_state(_STATE, _document.dump_json(list(jobs.values())))
        self._jobs = jobs


def _taken_up(job: Job) -> Job:
    if job.upload.state is not UploadState.RUNNING:
        return job
    if job.attempts >= MOST_ATTEMPTS:
        problem = f"The platform ended {job.attempts} times while it analysed this capture; its log says more."
        return replace(job, upload=replace(job.upload, state=UploadState.FAILED, problem=problem))
    upload = replace(job.upload, state=UploadState.WAITING, progress=0.0, packets=0, messages=0, problem="")
    return replace(job, upload=upload)
