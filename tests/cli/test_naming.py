"""Two captures of one name are told apart, by as little of their paths as does it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cli.naming import capture_names

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


@given(_PATHS)
def test_different_files_never_share_a_name(files: list[Path]) -> None:
    names = capture_names(files)
    assert len({*names.values()}) == len({*files})
    assert all(str(file.absolute()).endswith(names[file]) for file in files)
