"""Every format, read back by another program's reader, holds the library's rows, each value of them."""

from __future__ import annotations

import csv
import datetime
import json
import math
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from polars.testing import assert_frame_equal

from core.rows import RowBatch, RowKind
from tests.cli.conftest import Run, without_losses

Library = Callable[[Path, RowKind], list[RowBatch]]
KINDS = [RowKind.MESSAGES, RowKind.TRANSACTIONS, RowKind.POINTS]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)


def rfc3339(value: Any) -> str:
    """Of an Arrow timestamp, made without ours."""
    nanoseconds = value.value
    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=nanoseconds // 10**9)
    return moment.isoformat(timespec="seconds").replace("+00:00", f".{nanoseconds % 10**9:09d}Z")


def expected(batches: list[RowBatch]) -> list[dict[str, Any]]:
    """The library's rows as JSON holds them, protocol behind protocol."""
    found = []
    for batch in batches:
        columns = {}
        for name, column in zip(batch.rows.schema.names, batch.rows.columns, strict=True):
            if pa.types.is_timestamp(column.type):
                columns[name] = [rfc3339(one) if one.is_valid else None for one in column]
            else:
                columns[name] = column.to_pylist()
        found += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [{k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()} for row in found]


def in_packet_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["frame.number"])


@each_kind
def test_jsonl_is_one_stream_of_the_librarys_rows_in_the_order_of_packets(
    liaowang: Run, library: Library, scan: Path, kind: RowKind
) -> None:
    done = liaowang("decode", scan, "--rows", kind.value, "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, without_losses(done.stderr)) == (0, "")
    assert len({row["network.protocol"] for row in rows}) > 3
    wanted = in_packet_order(expected(library(scan, kind)))
    assert sorted(map(str, rows)) == sorted(map(str, wanted))
    if kind is not RowKind.TRANSACTIONS:  # which are known by their response, and may wait for it beyond a step
        assert [row["frame.number"] for row in rows] == [row["frame.number"] for row in wanted]
    for protocol, own in groupby(
        sorted(rows, key=lambda row: row["network.protocol"]), lambda r: r["network.protocol"]
    ):
        assert list(own) == [row for row in wanted if row["network.protocol"] == protocol], protocol


def test_messages_stay_in_the_order_of_packets_over_many_steps_and_protocols(liaowang: Run, hour: Path) -> None:
    done = liaowang("decode", hour, "-f", "jsonl")
    frames = [json.loads(line)["frame.number"] for line in done.stdout.splitlines()]
    assert len(frames) > 80_000
    assert all(one <= other for one, other in pairwise(frames))


@each_kind
def test_csv_holds_the_librarys_rows_under_the_columns_of_every_protocol(
    liaowang: Run, library: Library, scan: Path, tmp_path: Path, kind: RowKind
) -> None:
    out = tmp_path / "rows.csv"
    assert liaowang("decode", scan, "--rows", kind.value, "-f", "csv", "-o", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    batches = library(scan, kind)
    assert {name for batch in batches for name in batch.rows.schema.names} <= set(reader.fieldnames or ())
    wanted = in_packet_order(expected(batches))
    assert len(rows) == len(wanted)
    for row, known in zip(rows, wanted, strict=True):
        for name, value in row.items():
            assert _same(value, known.get(name)), (name, value, known.get(name))


def _same(cell: str, value: Any) -> bool:
    if value is None or value == "":
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value).lower()
    if isinstance(value, float):
        return float(cell) == value
    return cell == str(value)


def _frames(batches: list[RowBatch]) -> dict[str, pl.DataFrame]:
    frames: dict[str, list[pl.DataFrame]] = {}
    for batch in batches:
        frames.setdefault(batch.protocol, []).append(_plain(pl.DataFrame(pl.from_arrow(batch.rows))))
    return {name: pl.concat(parts) for name, parts in frames.items()}


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Categorical).cast(pl.String))


@each_kind
@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_column_files_hold_the_librarys_rows_for_both_polars_and_pyarrow(
    liaowang: Run, library: Library, hour: Path, tmp_path: Path, kind: RowKind, form: str
) -> None:
    out = tmp_path / "rows"
    done = liaowang("decode", hour, "--rows", kind.value, "-f", form, "-o", out)
    assert (done.exit_code, done.stdout, without_losses(done.stderr)) == (0, "", "")
    wanted = _frames(library(hour, kind))
    assert {file.name for file in out.iterdir()} == {f"{name}.{form}" for name in wanted}
    for name, frame in wanted.items():
        file = out / f"{name}.{form}"
        read = pl.read_ipc(file) if form == "arrow" else pl.read_parquet(file)
        assert_frame_equal(_plain(read), frame)
        table = _table(file)
        assert table.schema.field("source.ip").type == pa.dictionary(pa.int32(), pa.string())
        assert table.schema.metadata[b"liaowang.protocol"] == name.encode()
        assert_frame_equal(_plain(pl.DataFrame(pl.from_arrow(table))), frame)


def _table(file: Path) -> pa.Table:
    if file.suffix == ".parquet":
        return pyarrow.parquet.read_table(file)
    with pa.ipc.open_file(file) as opened:
        return opened.read_all()


def test_an_arrow_file_has_one_dictionary_a_column(liaowang: Run, hour: Path, tmp_path: Path) -> None:
    assert liaowang("decode", hour, "--rows", "points", "-p", "modbus", "-f", "arrow", "-o", tmp_path).exit_code == 0
    with pa.ipc.open_file(tmp_path / "modbus.arrow") as opened:
        assert opened.num_record_batches > 1
        batches = [opened.get_batch(number) for number in range(opened.num_record_batches)]
    words = [batch.column("source.ip").dictionary.to_pylist() for batch in batches]
    assert all(one == words[0] for one in words)
    assert len(set(words[0])) == len(words[0])


def test_only_the_protocol_that_was_asked_for_comes_out_also_from_inside_another(liaowang: Run, scan: Path) -> None:
    rows = [json.loads(line) for line in liaowang("decode", scan, "-p", "CIP", "-f", "jsonl").stdout.splitlines()]
    assert {row["network.protocol"] for row in rows} == {"cip"}
    both = liaowang("decode", scan, "-p", "cip", "-p", "enip", "-f", "jsonl").stdout.splitlines()
    assert {json.loads(line)["network.protocol"] for line in both} == {"cip", "enip"}


def test_csv_of_one_protocol_has_its_columns_alone(liaowang: Run, scan: Path) -> None:
    heading = liaowang("decode", scan, "-p", "dnp3", "-f", "csv").stdout.splitlines()[0].split(",")
    assert {name.split(".")[0] for name in heading} & {"modbus", "cip", "enip", "iec104", "s7comm"} == set()
    assert "dnp3.iin" in heading


def test_standard_input_gives_the_same_rows_as_the_file(scan: Path, root: Path) -> None:
    import subprocess

    from tests.cli.test_command import PROGRAM

    with scan.open("rb") as opened:
        piped = subprocess.run([*PROGRAM, "decode", "-", "-f", "csv"], stdin=opened, capture_output=True, check=True)
    named = subprocess.run([*PROGRAM, "decode", str(scan), "-f", "csv"], capture_output=True, check=True)
    assert piped.stdout.replace(b"standard input", str(scan).encode()) == named.stdout
    assert piped.stderr == named.stderr
    assert without_losses(piped.stderr.decode()) == ""


def test_several_files_come_one_behind_the_other_under_their_own_names(
    liaowang: Run, scan: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pcap.zst"
    other.write_bytes(scan.read_bytes())
    rows = [json.loads(x) for x in liaowang("decode", scan, other, "-f", "jsonl", "-p", "modbus").stdout.splitlines()]
    files = [name for name, _ in groupby(row["frame.file"] for row in rows)]
    assert files == [str(scan), str(other)]


def test_a_table_line_says_when_who_whom_and_what_under_a_heading_of_capture_and_day(liaowang: Run, scan: Path) -> None:
    lines = liaowang("decode", scan, "-p", "modbus").stdout.splitlines()
    assert lines[0].startswith("── 20")
    assert str(scan) in lines[0]
    row = json.loads(liaowang("decode", scan, "-p", "modbus", "-f", "jsonl").stdout.splitlines()[0])
    assert row["@timestamp"][11:26] in lines[1]
    assert f"{row['source.ip']} → {row['destination.ip']}" in lines[1]
    assert f"function_code={row['modbus.function_code_name']}({row['modbus.function_code']})" in lines[1]


def test_what_would_steer_a_terminal_never_reaches_it() -> None:
    import io

    from cli.lines import TableWriter
    from cli.target import Target

    class Memory(Target):
        def open(self) -> io.BytesIO:
            return io.BytesIO()

    writer = TableWriter(Memory(Path("nowhere")))
    writer.width = 20
    assert writer._fit("\x1b[2J夜 name") == "�[2J夜 name\n"
    assert writer._fit("x" * 50) == "x" * 19 + "…\n"
    assert writer._fit("报" * 50) == "报" * 9 + " …\n"
