"""The capture desk: captures that people hand in or that appear in a folder, decoded one after the other."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.sight import SightBook
from collectors.span import by_time
from core.errors import InputError, LiaowangError
from core.ids import make_id
from core.ports import EventStream, StorageError, Upload, UploadState
from core.rows import RowKind, begin, end
from core.scope import Origin, Scope

UPLOAD = "upload-"
"""How the observer of an uploaded capture is called: each is a sensor of its own, with a past of its own."""
LEARNED_SHARE = 10
"""One part in so many of an upload's time is learned where its site has no baseline yet."""
_MOST_KEPT = 200
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """A capture and what has become of it."""

    upload: Upload
    path: Path
    origin: Origin


class Desk:
    """An `Intake`: keeps what is handed in below `folder`, and decodes it on a thread of its own."""

    def __init__(self, folder: Path, stream: EventStream, sight: SightBook) -> None:
        self._folder, self._stream, self._sight = folder, stream, sight
        folder.mkdir(parents=True, exist_ok=True)
        self._jobs: dict[str, _Job] = {}
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="capture-desk", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the capture that it is at."""
        self._waiting.put(None)
        self._thread.join(timeout=10)

    def begin(self, name: str, origin: Origin, user: str) -> CaptureDelivery:
        """Takes a capture in, piece by piece."""
        return CaptureDelivery(self, self._folder, Path(name).name or "capture", origin, user)

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        """What was handed in, newest first."""
        with self._lock:
            found = [job.upload for job in self._jobs.values() if scope.covers(job.origin.organization, job.origin.site)]
        return sorted(found, key=lambda upload: -upload.at)

    def accept(self, upload: Upload, path: Path) -> Upload:
        """Queues a capture that is complete."""
        origin = Origin(upload.organization, upload.site, UPLOAD + upload.id[:8])
        with self._lock:
            self._jobs[upload.id] = _Job(upload, path, origin)
            for old in sorted(self._jobs.values(), key=lambda job: job.upload.at)[:-_MOST_KEPT]:
                del self._jobs[old.upload.id]
        self._waiting.put(upload.id)
        return upload

    def ended(self, origin: Origin, alerts: int) -> None:
        """The analysis of `origin` has come to the end of its rows."""
        for job in list(self._jobs.values()):
            if job.origin == origin:
                state = UploadState.DAMAGED if job.upload.problem else UploadState.DONE
                self._update(job, alerts=alerts, state=state, progress=1.0)

    def _update(self, job: _Job, **changes: object) -> None:
        with self._lock:
            job.upload = replace(job.upload, **changes)  # type: ignore[arg-type]

    def _work(self) -> None:
        while (name := self._waiting.get()) is not None:
            job = self._jobs.get(name)
            if job is None:
                continue
            try:
                self._decode(job)
            except LiaowangError as error:
                self._update(job, state=UploadState.FAILED, problem=str(error))
            except Exception:  # noqa: BLE001 the desk must outlive a fault of ours in one capture, and say so
                _log.exception("capture %s could not be decoded", job.path)
                self._update(job, state=UploadState.FAILED, problem="internal error; see the log")

    def _decode(self, job: _Job) -> None:
        self._update(job, state=UploadState.RUNNING)
        span = by_time([job.path])
        decoder = Decoder(job.origin)
        self._stream.publish(begin(job.origin, span.first + (span.last - span.first) // LEARNED_SHARE))
        with open_capture(job.path) as source:
            packets = messages = 0
            for step in decoder.read(source, job.upload.name):
                packets += step.packets
                messages += sum(batch.rows.num_rows for batch in step.rows if batch.kind is RowKind.MESSAGES)
                for batch in step.rows:
                    self._stream.publish(batch)
                share = (step.last_time - span.first) / max(1, span.last - span.first)
                self._update(job, packets=packets, messages=messages, progress=min(0.99, max(0.0, share)))
                self._sight.note(job.origin, decoder.counters(), step.last_time)
            for batch in decoder.finish():
                self._stream.publish(batch)
            if source.damage:
                self._update(job, problem=source.damage)
        self._stream.publish(end(job.origin))


class CaptureDelivery:
    """A `Delivery` into a file of its own."""

    def __init__(self, desk: Desk, folder: Path, name: str, origin: Origin, user: str) -> None:
        self._desk, self._name, self._origin, self._user = desk, name, origin, user
        self._path = folder / f"{make_id('part', name, id(self), user)}.part"
        self._size = 0
        try:
            self._file: BinaryIO = self._path.open("wb")
        except OSError as error:
            raise StorageError(f"The capture cannot be kept: {error.strerror}.") from error

    def write(self, piece: bytes) -> None:
        """Keeps the next bytes."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise StorageError(f"The capture cannot be kept: {error.strerror}.") from error
        self._size += len(piece)

    def finish(self, at: int) -> Upload:
        """All of it is there; it must at least begin like a capture."""
        try:
            self._file.close()
            open_capture(self._path).close()
        except OSError as error:
            self.abort()
            raise StorageError(f"The capture cannot be kept: {error.strerror}.") from error
        except InputError as error:
            self.abort()
            raise InputError(str(error).replace(str(self._path), self._name)) from error
        origin = self._origin
        key = make_id("upload", origin.organization, origin.site, self._name, at)
        path = self._path.with_name(key)
        self._path.rename(path)
        upload = Upload(key, origin.organization, origin.site, self._name, self._size, self._user, at)
        return self._desk.accept(upload, path)

    def abort(self) -> None:
        """Nothing of it stays."""
        self._file.close()
        self._path.unlink(missing_ok=True)


