"""The inspection desk over real captures, real rules and a real database."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.database.entities import DatabaseEntities
from analytics.inspection.report.reports import InspectionReports
from cli.content import Content
from cli.inspector.desk import InspectionDesk
from collectors.capture.source import MOST_DECOMPRESSED
from core.entities import Verdict
from core.errors import InputError, NotFoundError
from core.ports import BusyError, InspectionOrder, InspectionRun, Upload, UploadState
from core.scope import EVERYTHING, Scope
from lab.pcap import unpack
from tests.api.fakes import HeldIntake

CAPTURE = Path(__file__).parents[1] / "captures" / "plc-stop" / "capture.pcap.zst"
PATIENCE_SECONDS = 60
ORDER = InspectionOrder("plant", "north", ("one",), 3, "wang", 1_000)


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    folder = tmp_path / "captures"
    folder.mkdir()
    return folder


def _intake(captures: Path, *files: tuple[str, str, bytes | Path]) -> HeldIntake:
    """Uploads by id and name."""
    uploads = []
    for key, name, body in files:
        if isinstance(body, Path):
            shutil.copy(body, captures / key)
        else:
            (captures / key).write_bytes(body)
        uploads.append(Upload(key, "plant", "north", name, 1, "wang", 1))
    return HeldIntake(uploads)


def _desk(
    captures: Path,
    intake: HeldIntake,
    entities: DatabaseEntities,
    content: Content,
    most: int = MOST_DECOMPRESSED,
) -> InspectionDesk:
    desk = InspectionDesk(captures.parent / "lists", captures, intake, entities, content, most)
    desk.start()
    return desk


@pytest.fixture
def desk(captures: Path, entities: DatabaseEntities, content: Content) -> Iterator[InspectionDesk]:
    files: list[tuple[str, str, bytes | Path]] = [
        ("one", "夜班.pcap.zst", CAPTURE),
        ("same", "夜班.pcap.zst", CAPTURE),
        ("cut", "cut.pcap.zst", CAPTURE.read_bytes()[:-2000]),
        ("broken", "broken.pcap", b"\xd4\xc3\xb2\xa1 and nothing else"),
        ("empty", "empty.pcap", b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + b"\xff\xff\0\0\1\0\0\0"),
    ]
    made = _desk(captures, _intake(captures, *files), entities, content)
    yield made
    made.stop()
    made.join(10)


def _over(desk: InspectionDesk, run: InspectionRun) -> InspectionRun:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        found = next(one for one in desk.runs(EVERYTHING) if one.id == run.id)
        if found.state not in {UploadState.WAITING, UploadState.RUNNING}:
            return found
        time.sleep(0.05)
    raise AssertionError("the inspection did not end")


def test_an_order_becomes_an_inspection_with_every_report(desk: InspectionDesk, entities: DatabaseEntities) -> None:
    waiting = desk.order(ORDER)
    assert (waiting.state, waiting.captures, waiting.inspection) == (UploadState.WAITING, ("夜班.pcap.zst",), "")
    run = _over(desk, waiting)
    assert (run.state, run.progress, run.problem) == (UploadState.DONE, 1.0, "")
    (made,) = entities.inspections(EVERYTHING)
    assert (made.id, made.organization, made.site, made.captures) == (
        run.inspection,
        "plant",
        "north",
        ("夜班.pcap.zst",),
    )
    assert made.packets == run.packets > 100
    assert {one.verdict for one in made.findings} >= {Verdict.NOT_MET, Verdict.NOT_OBSERVABLE}
    files = {each.file for one in made.findings for seen in one.evidence for each in seen.frames}
    assert files == {"夜班.pcap.zst"}  # never where it lies on the disk
    text = InspectionReports(entities.state).render(made, "json", "zh").decode()
    assert "某水厂" in text
    assert "北厂" in text


def test_the_level_decides_which_requirements_are_asked(desk: InspectionDesk, entities: DatabaseEntities) -> None:
    runs = [_over(desk, desk.order(replace(ORDER, level=level, at=level))) for level in (2, 3)]
    standards = {one.id: one.standard for one in entities.inspections(EVERYTHING)}
    assert standards[runs[0].inspection] != standards[runs[1].inspection]


def test_the_same_order_twice_is_one_inspection_and_keeps_its_repairs(
    desk: InspectionDesk, entities: DatabaseEntities
) -> None:
    first, second = (_over(desk, desk.order(replace(ORDER, at=at))) for at in (1, 2))
    assert first.id != second.id
    assert first.inspection == second.inspection
    assert len(entities.inspections(EVERYTHING)) == 1


def test_orders_of_one_capture_are_told_apart_by_level_list_and_who_asked_when(
    desk: InspectionDesk, entities: DatabaseEntities
) -> None:
    listed = replace(ORDER, user="li", at=2, register=b"ip\n10.21.10.41\n", register_name="登记.csv")
    orders = (ORDER, listed, replace(ORDER, level=2, at=3), replace(ORDER, level=2, at=4, user="zhao"))
    made = [_over(desk, desk.order(order)).inspection for order in orders]
    assert made[2] == made[3]  # the same order again: who asked last stands for it
    known = {one.id: (one.level, one.register, one.user, one.ordered) for one in entities.inspections(EVERYTHING)}
    assert [known[key] for key in made[:3]] == [(3, "", "wang", 1_000), (3, "登记.csv", "li", 2), (2, "", "zhao", 4)]


def test_registered_assets_count_and_lines_that_cannot_be_used_are_told(
    desk: InspectionDesk, entities: DatabaseEntities, captures: Path
) -> None:
    data = "IP地址,资产名称\n10.21.10.41,工程师站\x07\nnowhere,什么\n".encode("gb18030")
    run = _over(desk, desk.order(replace(ORDER, register=data, register_name="登记.csv")))
    assert run.state is UploadState.DAMAGED
    assert run.problem == "登记.csv: line 3, column 1 'IP地址': 'nowhere' is no IP address"
    (made,) = entities.inspections(EVERYTHING)
    reports = InspectionReports(entities.state)
    text = reports.render(made, "json", "zh").decode()
    assert "工程师站" in text
    assert "\\u0007" not in text
    assert reports.render(made, "docx", "zh").startswith(b"PK")
    assert list((captures.parent / "lists").iterdir()) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"host;owner\nplc;li\n",
            "a.csv has no column of addresses.*Line 1 has column 1 'host', column 2 'owner'.",
        ),
        (b"ip,name\nx,y\n", "a.csv holds no asset that can be used. line 2, column 1 'ip': 'x' is no IP address"),
        (b"PK\x03\x04\0\0\0", "a.csv is no text. Save the list as CSV, in UTF-8 or GBK."),
        (b"\n" * 100_001, "a.csv has more than 100,000 lines."),
        (b"\r" * 100_001, "a.csv has more than 100,000 lines."),
    ],
    ids=["columns", "no line", "no text", "too long", "too long for a Mac"],
)
def test_a_list_that_cannot_be_used_is_refused_at_once_and_nothing_stays(
    desk: InspectionDesk, captures: Path, data: bytes, told: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match=told):
        desk.order(replace(ORDER, register=data, register_name="a.csv"))
    assert time.monotonic() - begun < 2
    assert list(desk.runs(EVERYTHING)) == []
    assert list((captures.parent / "lists").iterdir()) == []


def test_a_hundred_thousand_wrong_lines_are_told_in_a_few_words(desk: InspectionDesk) -> None:
    data = b"ip\n10.0.0.1\n" + b"wrong\n" * 99_000
    run = _over(desk, desk.order(replace(ORDER, register=data, register_name="a.csv")))
    assert run.problem.endswith("; and 996 more")
    assert len(run.problem) < 500


def test_a_capture_cut_off_is_inspected_and_said(desk: InspectionDesk) -> None:
    run = _over(desk, desk.order(replace(ORDER, captures=("cut",))))
    assert (run.state, bool(run.inspection)) == (UploadState.DAMAGED, True)
    assert run.problem.startswith("cut.pcap.zst: ")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_capture_that_grows_too_large_is_inspected_up_to_there_and_said(
    captures: Path, entities: DatabaseEntities, content: Content, share: float
) -> None:
    most = int(len(unpack(CAPTURE)) * share)
    intake = _intake(captures, ("one", "夜班.pcap.zst", CAPTURE), ("plain", "plain.pcap", unpack(CAPTURE)))
    desk = _desk(captures, intake, entities, content, most)
    try:
        cut = _over(desk, desk.order(ORDER))
        whole = _over(desk, desk.order(replace(ORDER, captures=("plain",), at=2_000)))
    finally:
        desk.stop()
        desk.join(10)
    assert (cut.state, bool(cut.inspection)) == (UploadState.DAMAGED, True)
    assert cut.problem.startswith("夜班.pcap.zst: It has more than ")
    assert "when decompressed; the rest was not read" in cut.problem
    assert "其余部分未读取" in cut.problem_zh
    assert (whole.state, whole.problem) == (UploadState.DONE, ""), "the bound is of what a small file becomes"
    assert 0.5 * share * whole.packets < cut.packets < whole.packets
    found = {one.id: one for one in entities.inspections(EVERYTHING)}
    report = InspectionReports(entities.state).render(found[cut.inspection], "json", "zh").decode()
    assert "其余部分未读取" in report, "who reads the report must know too"


@pytest.mark.parametrize(
    ("capture", "told"), [("broken", "broken.pcap"), ("empty", "There are no packets to inspect.")]
)
def test_a_capture_that_tells_nothing_fails_with_its_name(desk: InspectionDesk, capture: str, told: str) -> None:
    run = _over(desk, desk.order(replace(ORDER, captures=(capture,))))
    assert (run.state, run.inspection) == (UploadState.FAILED, "")
    assert told in run.problem
    assert "captures" not in run.problem  # nor where it lies


def test_captures_of_one_name_are_told_apart_in_the_evidence(desk: InspectionDesk, entities: DatabaseEntities) -> None:
    run = _over(desk, desk.order(replace(ORDER, captures=("one", "same"))))
    assert run.captures == ("夜班.pcap.zst", "夜班.pcap.zst (2)")
    (made,) = entities.inspections(EVERYTHING)
    assert set(made.captures) == set(run.captures)


def test_a_capture_that_went_away_is_not_found(desk: InspectionDesk, captures: Path) -> None:
    (captures / "one").unlink()
    with pytest.raises(NotFoundError, match="夜班"):
        desk.order(ORDER)
    with pytest.raises(NotFoundError):
        desk.order(replace(ORDER, captures=("../entities.sqlite",)))


def test_runs_of_another_enterprise_are_not_shown(desk: InspectionDesk) -> None:
    desk.order(ORDER)
    assert len(desk.runs(Scope(frozenset({"plant"})))) == 1
    assert list(desk.runs(Scope(frozenset({"rival"})))) == []


def test_too_many_that_wait_are_refused(captures: Path, entities: DatabaseEntities, content: Content) -> None:
    lists = captures.parent / "lists"
    lists.mkdir()
    idle = InspectionDesk(lists, captures, _intake(captures, ("one", "a.pcap", CAPTURE)), entities, content)
    for at in range(20):
        idle.order(replace(ORDER, at=at))
    with pytest.raises(BusyError):
        idle.order(replace(ORDER, at=99, register=b"ip\n10.0.0.1\n", register_name="a.csv"))
    assert list(lists.iterdir()) == []


def test_what_waits_when_the_platform_ends_is_made_by_the_next_run(
    captures: Path, entities: DatabaseEntities, content: Content
) -> None:
    lists = captures.parent / "lists"
    lists.mkdir()
    intake = _intake(captures, ("one", "a.pcap", CAPTURE))
    before = InspectionDesk(lists, captures, intake, entities, content)
    run = before.order(replace(ORDER, register=b"ip\n10.21.10.41\n", register_name="a.csv"))
    (lists / "left over").write_bytes(b"x")
    after = _desk(captures, intake, entities, content)
    try:
        assert _over(after, run).state is UploadState.DONE
    finally:
        after.stop()
        after.join(10)
    assert list(lists.iterdir()) == []


def test_an_inspection_over_which_the_platform_ends_again_and_again_is_given_up(
    captures: Path, entities: DatabaseEntities, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = _intake(captures, ("one", "a.pcap", CAPTURE))
    lists = captures.parent / "lists"
    lists.mkdir()
    run = InspectionDesk(lists, captures, intake, entities, content).order(ORDER)

    def end(*_: object) -> None:
        raise SystemExit  # nothing is noted any more, as when the process is killed

    with monkeypatch.context() as patch:
        patch.setattr("cli.inspector.desk.inspect", end)
        for _ in range(3):
            desk = InspectionDesk(lists, captures, intake, entities, content)
            with pytest.raises(SystemExit):
                desk._take(run.id)
    (found,) = InspectionDesk(lists, captures, intake, entities, content).runs(EVERYTHING)
    assert found.state is UploadState.FAILED
    assert "3 times" in found.problem
