"""Two captures of one name are told apart, by as little of their paths as does it."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cli.naming import capture_names
from collectors.capture.names import readable

_PATHS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda parts: Path(*parts)))


def test_a_name_that_stands_alone_is_enough() -> None:
    assert capture_names([Path("in/a.pcap"), Path("/x/b.pcap")]) == {
        Path("in/a.pcap"): "a.pcap",
        Path("/x/b.pcap"): "b.pcap",
    }


def test_equal_names_have_their_folders() -> None:
    names = capture_names([Path("/p/mon/tap.pcap"), Path("/p/tue/tap.pcap"), Path("/q/tue/tap.pcap")])
    assert [*names.values()] == ["mon/tap.pcap", "p/tue/tap.pcap", "q/tue/tap.pcap"]


def test_a_file_given_twice_is_one_file(tmp_path: Path) -> None:
    names = capture_names([tmp_path / "a.pcap", tmp_path / "x" / ".." / "a.pcap"])
    assert {*names.values()} == {"a.pcap"}


def test_a_part_in_gbk_is_read_as_such_and_one_that_is_nothing_keeps_its_bytes() -> None:
    assert readable(_path("厂区".encode(), "抄表 数据.pcap".encode("gbk"))) == "厂区/抄表 数据.pcap"
    assert readable(_path("厂区".encode("gbk"), b"tap\xff\xfe.pcap")) == "厂区/tap\\xff\\xfe.pcap"
    assert readable("plain/路/✓.pcap") == "plain/路/✓.pcap"


def test_one_name_in_utf_8_and_in_gbk_is_two_names() -> None:
    utf8, gbk = _path(b"in", "表.pcap".encode()), _path(b"in", "表.pcap".encode("gbk"))
    assert capture_names([utf8, gbk]) == {utf8: "表.pcap", gbk: "\\xb1\\xed.pcap"}
    assert capture_names([gbk]) == {gbk: "表.pcap"}


@given(st.binary().filter(lambda name: b"\0" not in name))
def test_any_name_is_text_that_can_be_written(name: bytes) -> None:
    assert isinstance(readable(os.fsdecode(name)).encode("utf-8"), bytes)


def _path(*parts: bytes) -> Path:
    return Path(os.fsdecode(b"/".join(parts)))


@given(_PATHS)
def test_different_files_never_share_a_name(files: list[Path]) -> None:
    names = capture_names(files)
    assert len({*names.values()}) == len({*files})
    assert all(str(file.absolute()).endswith(names[file]) for file in files)
