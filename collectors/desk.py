"""The capture desk: captures that people hand in, decoded and analysed one after the other."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from collectors.capture.source import open_capture
from collectors.jobs import UPLOAD, Job, Jobs
from collectors.pipeline import Decoder
from collectors.sight import SightBook
from collectors.span import by_time
from core.errors import InputError, LiaowangError
from core.ids import make_id
from core.patience import Patience, StoppedError
from core.ports import EntityStore, EventStream, StorageError, Upload, UploadState
from core.rows import RowKind, begin, end
from core.scope import Origin, Scope

__all__ = ["UPLOAD", "CaptureDelivery", "Desk"]

LEARNED_SHARE = 10
"""One part in so many of an upload's time is learned where its site has no baseline yet."""
_PART = ".part"
_log = logging.getLogger(__name__)


class Desk:
    """An `Intake`: keeps what is handed in below `folder`, and decodes it on a thread of its own.

    A capture is begun when the analysis of the one before is over, so that a capture over which the platform ends
    is known by that. After a restart it is read once more; see `again`.
    """

    def __init__(self, folder: Path, stream: EventStream, sight: SightBook, entities: EntityStore) -> None:
        """Args: where captures are kept; rows go to; who counts; where it keeps what has become of them."""
        self._folder, self._stream, self._sight = folder, stream, sight
        self._jobs = Jobs(entities)
        self._outcome: dict[str, tuple[UploadState, str]] = {}
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
            for rest in self._folder.glob(f"*{_PART}"):
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
        return CaptureDelivery(self, self._folder, Path(name).name or "capture", origin, user)

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        return self._jobs.uploads(scope)

    def accept(self, upload: Upload) -> None:
        """Queues a capture that is complete. Raises StorageError."""
        self._jobs.add(upload)
        self._waiting.put(upload.id)

    def again(self, origin: Origin) -> str | None:
        """The capture of that origin, where it is not read for the first time."""
        job = self._jobs.of(origin)
        return job.upload.name if job is not None and job.attempts > 1 else None

    def ended(self, origin: Origin, alerts: int) -> None:
        """The analysis of `origin` has come to the end of its rows. Raises StorageError."""
        job = self._jobs.of(origin)
        if job is None:
            return
        state, problem = self._outcome.get(job.upload.id, (UploadState.DONE, ""))
        self._jobs.change(job.upload.id, alerts=alerts, state=state, problem=problem, progress=1.0)
        self._outcome.pop(job.upload.id, None)
        self._ended.set()

    def _work(self) -> None:
        while (key := self._waiting.get()) is not None:
            try:
                self._analyse(self._jobs.get(key))
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
        job = self._jobs.get(key)
        if not self._in_order or job.upload.state is not UploadState.RUNNING:
            return
        try:
            # It stays at one attempt, for some of its rows may have been kept.
            self._jobs.change(key, attempts=1)
        except StorageError as error:
            _log.warning("the capture desk could not note how far it came: %s", error)

    def _analyse(self, job: Job) -> None:
        key = job.upload.id
        self._ended.clear()
        self._insist(lambda: self._jobs.change(key, attempts=job.attempts + 1, state=UploadState.RUNNING))
        self._outcome[key] = self._decoded(job)
        if self._over.is_set():
            return
        self._stream.publish(end(job.origin))
        while not self._ended.wait(0.2) and not self._over.is_set():
            pass

    def _decoded(self, job: Job) -> tuple[UploadState, str]:
        """What came of reading it, and what was wrong with it."""
        path = self._folder / job.upload.id
        try:
            damage = self._decode(job, path)
        except LiaowangError as error:
            return UploadState.FAILED, str(error).replace(str(path), job.upload.name)
        except Exception:
            if self._over.is_set():
                raise
            # The desk must outlive a fault of ours in one capture, and say so.
            _log.exception("capture %s could not be decoded", path)
            return UploadState.FAILED, "internal error; see the log"
        return (UploadState.DAMAGED, damage.replace(str(path), job.upload.name)) if damage else (UploadState.DONE, "")

    def _decode(self, job: Job, path: Path) -> str:
        """Publishes its rows; returns what is wrong with the file."""
        span = by_time([path])
        decoder = Decoder(job.origin)
        self._stream.publish(begin(job.origin, span.first + (span.last - span.first) // LEARNED_SHARE))
        with open_capture(path) as source:
            packets = messages = 0
            for step in decoder.read(source, job.upload.name):
                if self._over.is_set():
                    return ""
                packets += step.packets
                messages += sum(batch.rows.num_rows for batch in step.rows if batch.kind is RowKind.MESSAGES)
                for batch in step.rows:
                    self._stream.publish(batch)
                share = (step.last_time - span.first) / max(1, span.last - span.first)
                self._jobs.note(job.upload.id, packets=packets, messages=messages, progress=min(0.99, max(0.0, share)))
                self._sight.note(job.origin, decoder.counters(), step.last_time)
            for batch in decoder.finish():
                self._stream.publish(batch)
            return source.damage or ""


class CaptureDelivery:
    """A `Delivery` into a file of its own."""

    def __init__(self, desk: Desk, folder: Path, name: str, origin: Origin, user: str) -> None:
        """Begins the file. Raises StorageError."""
        self._desk, self._name, self._origin, self._user = desk, name, origin, user
        self._path = folder / f"{make_id('part', name, id(self), user)}{_PART}"
        self._size = 0
        self._accepted = False
        try:
            self._file: BinaryIO = self._path.open("wb")
        except OSError as error:
            raise _refused(error) from error

    def write(self, piece: bytes) -> None:
        """Keeps the next bytes. Raises StorageError."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise _refused(error) from error
        self._size += len(piece)

    def finish(self, at: int) -> Upload:
        """All of it is there and on disk; it must at least begin like a capture. Raises StorageError, InputError."""
        origin = self._origin
        key = make_id("upload", origin.organization, origin.site, self._name, at)
        path = self._path.with_name(key)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            open_capture(self._path).close()
            self._path.rename(path)
        except OSError as error:
            raise _refused(error) from error
        except InputError as error:
            raise InputError(error.message.replace(str(self._path), self._name), error.hint) from error
        self._path = path
        upload = Upload(key, origin.organization, origin.site, self._name, self._size, self._user, at)
        self._desk.accept(upload)
        self._accepted = True
        return upload

    def abort(self) -> None:
        """Nothing of it stays, unless it was accepted already."""
        if self._accepted:
            return
        try:
            self._file.close()
        except OSError:
            _log.info("the rest of %s went nowhere", self._name)  # a full disk, and the file goes away anyway
        self._path.unlink(missing_ok=True)


def _refused(error: OSError) -> StorageError:
    return StorageError(f"The capture cannot be kept: {error.strerror or error}.", "Nothing stored before is lost.")
