"""The capture desk: captures that people hand in, decoded and analysed one after the other."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pyarrow as pa

from collectors.capture.names import readable
from collectors.capture.source import MOST_DECOMPRESSED, open_capture
from collectors.delivery import PART, CaptureDelivery
from collectors.jobs import UPLOAD, Job, Jobs
from collectors.ledger import INTERNAL, problem
from collectors.pipeline import Decoder
from collectors.sight import SightBook
from collectors.span import by_time
from core.errors import LiaowangError
from core.patience import Patience, StoppedError
from core.ports import EntityStore, EventStream, Retention, StorageError, Upload, UploadState
from core.rows import RowKind, begin, end
from core.said import NOTHING, Said
from core.scope import Origin, Scope

__all__ = ["UPLOAD", "Desk"]

LEARNED_SHARE = 10
"""One part in so many of an upload's time is learned where its site has no baseline yet."""
_DAY = 86_400_000_000_000
Needed = Callable[[], AbstractContextManager[Collection[str]]]
"""Gives the ids of captures that inspections to come or under way need; while it lasts there come no more."""
_log = logging.getLogger(__name__)


def _none_needed() -> AbstractContextManager[Collection[str]]:
    return nullcontext(())


class Desk:
    """An `Intake`: keeps what is handed in below `folder`, and decodes it on a thread of its own.

    A capture is begun when the analysis of the one before is over, so that a capture over which the platform ends
    is known by that. After a restart it is read once more; see `again`.
    """

    def __init__(
        self,
        folder: Path,
        stream: EventStream,
        sight: SightBook,
        entities: EntityStore,
        most: int = MOST_DECOMPRESSED,
        needed: Needed = _none_needed,
    ) -> None:
        """Makes it.

        Args:
            folder: where captures are kept.
            stream: where their rows go.
            sight: who counts.
            entities: who keeps the jobs.
            most: bytes that are decompressed of one capture.
            needed: what must not go.
        """
        self._folder, self._stream, self._sight, self._most = folder, stream, sight, most
        self._needed = needed
        self._jobs = Jobs(entities)
        self._outcome: dict[str, tuple[UploadState, Said]] = {}
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._over = threading.Event()
        self._in_order = True
        self._insist = Patience("the capture desk", self._over)
        self._thread = threading.Thread(target=self._work, name="capture-desk", daemon=True)

    @property
    def trouble(self) -> str:
        """Why it waits at the moment; empty while it does not."""
        return self._insist.trouble

    def start(self) -> None:
        """Begins to work, with what an earlier run has left.

        Raises:
            StorageError: the folder cannot be made or written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for rest in self._folder.glob(f"*{PART}"):
                rest.unlink()
        except OSError as error:
            raise StorageError(f"Captures cannot be kept in {self._folder}: {error.strerror}.") from error
        for key in self._jobs.waiting():
            self._waiting.put(key)
        self._thread.start()

    def stop(self, in_order: bool = True) -> None:
        """Tells it to end after the step that it is at; what it has not finished is taken up again.

        Args:
            in_order: nothing broke, so that the capture under way has nothing to answer for.
        """
        self._in_order = in_order
        self._over.set()
        self._waiting.put(None)

    def join(self, seconds: float) -> None:
        """Waits for its end, at most so long."""
        self._thread.join(seconds)

    def begin(self, name: str, origin: Origin, user: str) -> CaptureDelivery:
        """Takes a capture in, piece by piece."""
        return CaptureDelivery(self.accept, self._folder, Path(name).name or "capture", origin, user)

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        return self._jobs.uploads(scope)

    def accept(self, upload: Upload, digest: str) -> None:
        """Queues a capture that is complete. Raises ConflictError, StorageError; see `Jobs.add`."""
        with self._needed() as needed:
            for old in self._jobs.add(upload, digest, needed):
                self._remove(old)
        self._waiting.put(upload.id)

    def delete(self, upload: str, scope: Scope) -> None:
        """Deletes a capture, and stops its analysis.

        Raises:
            NotFoundError, ConflictError, StorageError: see the port.
        """
        with self._needed() as needed:
            self._jobs.delete(upload, scope, needed)
            self._remove(upload)

    def size(self) -> int:
        """Bytes of the captures that are kept. Raises StorageError."""
        return sum(about.st_size for _, about in self._files())

    def retain(self, policy: Retention, now: int) -> int:
        """Deletes captures that came too long ago, and the oldest where all take too much room, with their jobs.

        One that is not analysed yet, or that an inspection needs, is kept in any case. Returns how many went. Raises
        StorageError.
        """
        with self._needed() as needed:
            return self._retain(policy, now, self._jobs.unfinished() | set(needed))

    def _retain(self, policy: Retention, now: int, busy: Collection[str]) -> int:
        files = sorted(self._files(), key=lambda file: file[1].st_mtime_ns)
        excess = 0 if policy.most_bytes is None else sum(about.st_size for _, about in files) - policy.most_bytes
        gone = []
        for path, about in files:
            old = about.st_mtime_ns < now - policy.days * _DAY
            if path.name not in busy and (old or excess > 0):
                excess -= about.st_size
                gone.append(path.name)
        self._jobs.drop(gone)
        for key in gone:
            self._remove(key)
        return len(gone)

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        try:
            return [(path, path.stat()) for path in self._folder.iterdir() if path.suffix != PART]
        except FileNotFoundError:  # one that was deleted just now; the next look is in a minute
            return []
        except OSError as error:
            raise StorageError(f"Captures cannot be read in {self._folder}: {error.strerror}.") from error

    def _remove(self, key: str) -> None:
        try:
            (self._folder / key).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("the capture %s stays until it is too old: %s", self._folder / key, error)

    def again(self, origin: Origin) -> str | None:
        """The capture of that origin, where it is not read for the first time."""
        job = self._jobs.of(origin)
        return job.upload.name if job is not None and job.attempts > 1 else None

    def ended(self, origin: Origin, alerts: int) -> None:
        """The analysis of `origin` has come to the end of its rows. Raises StorageError."""
        job = self._jobs.of(origin)
        if job is None:
            return
        state, said = self._outcome.get(job.upload.id, (UploadState.DONE, NOTHING))
        if job.unwanted:
            self._jobs.drop([job.upload.id])
        else:
            self._jobs.change(job.upload.id, alerts=alerts, state=state, progress=1.0, **problem(said))
        self._outcome.pop(job.upload.id, None)
        self._ended.set()

    def _work(self) -> None:
        while (key := self._waiting.get()) is not None:
            try:
                self._analyse(key)
            except StoppedError:
                return
            except Exception:
                if not self._over.is_set():
                    raise
                # The stream was closed under it; the next run takes it up.
            if self._over.is_set():
                self._let_go(key)
                return

    def _let_go(self, key: str) -> None:
        """An end in order does not count as an attempt."""
        job = self._jobs.find(key)
        if job is None or not self._in_order or job.upload.state is not UploadState.RUNNING:
            return
        try:
            # It stays at one attempt, for some of its rows may have been kept.
            self._jobs.change(key, attempts=1)
        except StorageError as error:
            _log.warning("the capture desk could not note how far it came: %s", error)

    def _analyse(self, key: str) -> None:
        self._ended.clear()
        job = self._insist(lambda: self._jobs.begin(key))
        if job is None:
            return
        self._outcome[key] = self._decoded(job)
        if self._over.is_set():
            return
        self._stream.publish(end(job.origin))
        while not self._ended.wait(0.2) and not self._over.is_set():
            pass
        # Arrow keeps what its rows had for the next ones, which may come tomorrow.
        pa.default_memory_pool().release_unused()

    def _decoded(self, job: Job) -> tuple[UploadState, Said]:
        """What came of reading it, and what was wrong with it."""
        path = self._folder / job.upload.id
        try:
            damage = self._decode(job, path)
        except LiaowangError as error:
            return UploadState.FAILED, error.said.renamed(readable(path), job.upload.name)
        except Exception:
            if self._over.is_set():
                raise
            # The desk must outlive a fault of ours in one capture, and say so.
            _log.exception("capture %s could not be decoded", path)
            return UploadState.FAILED, INTERNAL
        if damage is None:
            return UploadState.DONE, NOTHING
        return UploadState.DAMAGED, damage.renamed(readable(path), job.upload.name)

    def _decode(self, job: Job, path: Path) -> Said | None:
        """Publishes its rows; returns what is wrong with the file."""
        span = by_time([path], self._most)
        decoder = Decoder(job.origin)
        self._stream.publish(begin(job.origin, span.first + (span.last - span.first) // LEARNED_SHARE))
        with open_capture(path, self._most) as source:
            packets = messages = 0
            for step in decoder.read(source, job.upload.name):
                if self._over.is_set() or self._unwanted(job):
                    return None
                packets += step.packets
                messages += sum(batch.rows.num_rows for batch in step.rows if batch.kind is RowKind.MESSAGES)
                for batch in step.rows:
                    self._stream.publish(batch)
                share = (source.position or 0) / max(1, job.upload.size)
                self._jobs.note(job.upload.id, packets=packets, messages=messages, progress=min(0.99, share))
                self._sight.note(job.origin, decoder.counters(), step.last_time)
            for batch in decoder.finish():
                self._stream.publish(batch)
            return source.damage

    def _unwanted(self, job: Job) -> bool:
        now = self._jobs.find(job.upload.id)
        return now is None or now.unwanted
