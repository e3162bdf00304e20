"""What the documents say exists; both languages say the same."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import ROOT

DOCUMENTS = sorted(
    file.relative_to(ROOT).as_posix()
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if file.name != "0000-template.md"
)
DECISIONS = sorted(file.name for file in (ROOT / "docs" / "decisions").glob("*.md"))
_TEXT = {
    "",
    ".cfg",
    ".in",
    ".ini",
    ".json",
    ".md",
    ".mjs",
    ".npmrc",
    ".py",
    ".toml",
    ".ts",
    ".txt",
    ".vue",
    ".yaml",
    ".yml",
}
PAIRS = [("README.md", "README.zh-CN.md"), ("docs/guides/first-steps.md", "docs/guides/first-steps.zh-CN.md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def makes() -> set[str]:
    """Targets that `make help` lists."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  make (\w+)", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", read(name)):
        assert target.startswith("https://") or ((ROOT / name).parent / target).exists(), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_command_in_a_document_exists(name: str) -> None:
    said = set(re.findall(r"(?:`|^|\s'…' )make (\w+)", read(name), re.MULTILINE))
    assert said <= makes()


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_have_the_same_parts(english: str, chinese: str) -> None:
    def shape(text: str) -> list[str]:
        return re.findall(r"^(#+ |- |\| |```|<!--)", text, re.MULTILINE)

    assert shape(read(english)) == shape(read(chinese))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_show_the_same_commands(english: str, chinese: str) -> None:
    def commands(text: str) -> list[str]:
        blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        return [line.split(" #")[0].rstrip() for block in blocks for line in block.splitlines()]

    assert [line.split("    ")[0] for line in commands(read(english))] == [
        line.split("    ")[0] for line in commands(read(chinese))
    ]


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_says_what_would_change_it(name: str) -> None:
    text = read(f"docs/decisions/{name}")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["Context", "Choice", "What would change our mind"]
    number = name[:4] if name != "0000-template.md" else "NNNN"
    assert text.startswith(f"# {number}: ")


def test_decisions_have_a_number_of_their_own() -> None:
    numbers = [name[:4] for name in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def test_files_named_in_the_guide_to_adding_exist() -> None:
    ours = "collectors|analytics|api|dashboards|docs|lab|requirements|rules|tests"
    named = re.findall(rf"`((?:{ours})/[^`]*)`", read("CONTRIBUTING.md"))
    assert named
    assert [path for path in named if not (ROOT / re.split(r"[^/]*[<…]", path)[0]).exists()] == []


def test_no_file_names_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = re.compile(r"--(extra-)?index-url \S|^registry *=|registry\.np[m]js|pypi\.or[g]", re.MULTILINE)
    named = []
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if file.suffix in _TEXT and file.is_file():
            named += [f"{name}: {found.group()}" for found in wrong.finditer(file.read_text(encoding="utf-8"))]
    assert named == []
