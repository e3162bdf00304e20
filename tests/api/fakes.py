"""Ports that no embedded adapter of ours serves without the whole platform, kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.entities import Inspection
from core.errors import ConflictError, InputError, NotFoundError, UnsupportedError
from core.ports import InspectionOrder, InspectionRun, Requirement, RuleCard, SensorState, Tally, Upload, UploadState
from core.scope import Origin, Scope


@dataclass
class HeldDelivery:
    intake: HeldIntake
    name: str
    origin: Origin
    user: str
    pieces: list[bytes] = field(default_factory=list)

    def write(self, piece: bytes) -> None:
        self.pieces.append(piece)

    def finish(self, at: int) -> Upload:
        body = b"".join(self.pieces)
        if not body.startswith(b"\xd4\xc3\xb2\xa1"):
            raise InputError(f"{self.name} is no capture.", "Send a pcap or pcapng file.")
        number = f"upload-{len(self.intake.done)}"
        where = self.origin
        upload = Upload(number, where.organization, where.site, self.name, len(body), self.user, at)
        self.intake.done.append(upload)
        self.intake.bodies[number] = body
        return upload

    def abort(self) -> None:
        self.intake.aborted.append(self.name)


@dataclass
class HeldIntake:
    done: list[Upload] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)

    def begin(self, name: str, origin: Origin, user: str) -> HeldDelivery:
        return HeldDelivery(self, name, origin, user)

    def uploads(self, scope: Scope) -> Sequence[Upload]:
        return [each for each in self.done if scope.covers(each.organization, each.site)]

    def delete(self, upload: str, scope: Scope) -> None:
        found = next((each for each in self.uploads(scope) if each.id == upload), None)
        if found is None:
            raise NotFoundError(f"There is no capture {upload!r}.")
        if upload in self.needed:
            raise ConflictError(f"{found.name} is needed.", "Wait.", zh=f"{found.name} 正被使用。")
        self.done.remove(found)


@dataclass
class HeldInspector:
    asked: list[InspectionRun] = field(default_factory=list)
    orders: list[InspectionOrder] = field(default_factory=list)

    def order(self, order: InspectionOrder) -> InspectionRun:
        if order.register.startswith(b"wrong"):
            raise InputError(f"{order.register_name}, line 1: no column is called ip or mac.", "It has: wrong.")
        self.orders.append(order)
        place = (order.organization, order.site)
        files = tuple(f"{capture}.pcap" for capture in order.captures)
        run = InspectionRun(
            f"run-{len(self.asked)}", *place, files, order.level, order.register_name, order.user, order.at
        )
        self.asked.append(run)
        return run

    def cancel(self, run: str, user: str, at: int, scope: Scope) -> InspectionRun:
        found = next((each for each in self.runs(scope) if each.id == run), None)
        if found is None:
            raise NotFoundError(f"There is no run {run!r}.")
        if found.state not in {UploadState.WAITING, UploadState.RUNNING}:
            raise ConflictError("The inspection is over already.")
        over = replace(found, state=UploadState.CANCELLED, cancelled_by=user, cancelled_at=at)
        self.asked[self.asked.index(found)] = over
        return over

    def runs(self, scope: Scope) -> Sequence[InspectionRun]:
        return [each for each in self.asked if scope.covers(each.organization, each.site)]


class PlainReports:
    def requirements(self, standard: str) -> Sequence[Requirement]:
        return [Requirement("CN-1", "Separate zones", "分区隔离", "8.5.2.1")] if standard else []

    def render(self, inspection: Inspection, form: str, language: str) -> bytes:
        if form == "docx":
            raise UnsupportedError("This test writes no DOCX.")
        return f"{form} {language} {inspection.id} {inspection.captures}".encode()


@dataclass
class FixedRules:
    kept: Sequence[RuleCard]

    def cards(self) -> Sequence[RuleCard]:
        return self.kept


@dataclass
class FixedSight:
    counted: Sequence[Tally]
    known: Sequence[SensorState]

    def tallies(self, scope: Scope) -> Sequence[Tally]:
        return [each for each in self.counted if scope.covers(each.origin.organization, each.origin.site)]

    def sensors(self, scope: Scope, now: int) -> Sequence[SensorState]:
        del now
        return [each for each in self.known if scope.covers(each.origin.organization, each.origin.site)]
