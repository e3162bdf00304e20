"""The command as a process: pipes that close, Ctrl-C, limits of the disk, terminals, completion, help."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cli.main import load_verbs, verbs
from tests.cli.conftest import Run

PROGRAM = [sys.executable, "-c", "from cli.main import main; main()"]
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.fixture
def environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "80"}


def test_a_reader_that_goes_away_ends_it_silently(hour: Path, environment: dict[str, str]) -> None:
    words = [*PROGRAM, "decode", str(hour)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("── ".encode())
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_ctrl_c_ends_it_with_one_line_and_130_and_keeps_what_was_read(
    scan: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    out = tmp_path / "rows.jsonl"
    words = [*PROGRAM, "decode", str(scan), "-", "-f", "jsonl", "-o", str(out)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        part, deadline = tmp_path / ".rows.jsonl.part", time.monotonic() + 60
        while not (part.exists() and part.stat().st_size > 1_000_000) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == b"liaowang: stopped.\n"
        assert process.wait(60) == 130
    assert len(out.read_bytes().splitlines()) > 1000
    assert not part.exists()


@pytest.mark.parametrize("form", ["jsonl", "csv", "arrow", "parquet"])
def test_a_disk_that_becomes_full_gets_one_message_and_2_and_leaves_what_was_there(
    hour: Path, tmp_path: Path, environment: dict[str, str], form: str
) -> None:
    folder = form in {"arrow", "parquet"}
    out = tmp_path / "rows"
    older = out / f"modbus.{form}" if folder else out
    older.parent.mkdir(exist_ok=True)
    older.write_bytes(b"older")
    done = subprocess.run(
        [*PROGRAM, "decode", str(hour), "-f", form, "-o", str(out)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 2
    assert re.fullmatch(rf"liaowang: Cannot write {re.escape(str(out))}\S*: File too large\.\n", done.stderr)
    assert older.read_bytes() == b"older"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [older]


class Terminal:
    """Runs the command with some of its outputs on a terminal, and reads what appears there."""

    def __init__(self, words: list[str], environment: dict[str, str], *, both: bool, columns: int = 80) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        surroundings = {k: v for k, v in environment.items() if k != "COLUMNS"} | {"TERM": "xterm-256color"}
        out = slave if both else subprocess.DEVNULL
        process = subprocess.Popen([*PROGRAM, *words], stdout=out, stderr=slave, stdin=slave, env=surroundings)
        os.close(slave)
        parts = []
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    parts.append(os.read(master, 65536))
                except OSError:
                    break
        os.close(master)
        self.code = process.wait(60)
        self.seen = b"".join(parts)
        self.lines = _COLOUR.sub(b"", self.seen).decode().replace("\r", "").splitlines()


def test_a_table_fits_the_terminal(scan: Path, environment: dict[str, str]) -> None:
    shown = Terminal(["decode", str(scan), "-p", "modbus"], environment, both=True, columns=90)
    assert shown.code == 0
    assert len(shown.lines) > 1000
    assert max(map(len, shown.lines)) == 90
    assert not any("\x1b" in line for line in shown.lines)


def test_colours_are_for_terminals_alone(liaowang: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    words = ["decode", str(tmp_path / "one"), str(tmp_path / "two")]
    assert b"\x1b[33mwarning" in Terminal(words, environment, both=True).seen
    assert "\x1b" not in liaowang(*words).stderr


def test_the_keyboard_is_no_capture(environment: dict[str, str]) -> None:
    shown = Terminal(["decode", "-"], environment, both=True)
    assert shown.code == 2
    assert shown.lines[0].startswith("liaowang: Standard input is the keyboard.")


def complete(line: str, environment: dict[str, str]) -> list[str]:
    words = line.split(" ")
    asked = {"_LIAOWANG_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    program = [sys.executable, "-c", "import sys; sys.argv = ['liaowang']; from cli.main import main; main()"]
    done = subprocess.run(program, capture_output=True, text=True, env=environment | asked, check=False)
    assert done.stderr == ""
    return done.stdout.split()


def test_a_shell_completes_verbs_protocols_formats_and_fields(environment: dict[str, str]) -> None:
    assert complete("liaowang de", environment) == ["decode"]
    assert complete("liaowang decode -p i", environment) == ["iec104"]
    assert complete("liaowang decode --format ", environment) == ["table", "jsonl", "csv", "arrow", "parquet"]
    assert complete("liaowang decode --rows p", environment) == ["points"]
    assert complete("liaowang fields iec104.ty", environment) == ["iec104.type_id", "iec104.type_id_name"]
    assert complete("liaowang rules c", environment) == ["coverage"]


def test_completion_installs_into_the_home_of_the_user(tmp_path: Path, environment: dict[str, str]) -> None:
    program = [sys.executable, "-c", "import sys; sys.argv[0] = 'liaowang'; from cli.main import main; main()"]
    done = subprocess.run(
        [*program, "--install-completion", "bash"],
        capture_output=True,
        text=True,
        env=environment | {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "_LIAOWANG_COMPLETE" in (tmp_path / ".bash_completions" / "liaowang.sh").read_text("utf-8")


def test_examples_stand_one_a_line_at_the_end_of_the_help(liaowang: Run) -> None:
    for verb in ("decode", "fields", "protocols", "config"):
        text = liaowang(verb, "--help", COLUMNS="80").stdout
        _, examples = text.split("Examples:")
        lines = [line.strip() for line in examples.splitlines() if line.strip()]
        assert len(lines) >= 2
        assert all(f"liaowang {verb}" in line for line in lines), verb


def test_examples_stand_once(liaowang: Run) -> None:
    for verb in verbs():
        assert liaowang(verb, "--help").stdout.count("Examples:") <= 1, verb


def test_an_unknown_verb_or_option_gets_the_nearest_and_2(liaowang: Run) -> None:
    for words, nearest in ((("decdoe",), "decode"), (("decode", "--protcol", "x"), "--protocol")):
        done = liaowang(*words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert nearest in done.stderr


def test_every_module_with_a_verb_is_found_without_importing_it(liaowang: Run) -> None:
    import importlib
    import pkgutil

    import cli

    modules = {one.name: importlib.import_module(f"cli.{one.name}") for one in pkgutil.iter_modules(cli.__path__)}
    wanted = {name for name, module in modules.items() if hasattr(module, "command") or hasattr(module, "app")}
    assert set(verbs()) == wanted - {"main"}
    assert callable(load_verbs)
