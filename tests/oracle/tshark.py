"""What tshark says of every frame of a capture: a few fields, each with all its values; kept in a scratch folder."""

from __future__ import annotations

import functools
import gzip
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

SCRATCH = Path(os.environ.get("LIAOWANG_ORACLE_SCRATCH") or Path(tempfile.gettempdir()) / "liaowang-oracle")
PREFERENCES = (
    "ip.defragment:TRUE",
    "tcp.analyze_sequence_numbers:TRUE",
    "tcp.desegment_tcp_streams:TRUE",
    "tcp.reassemble_out_of_order:TRUE",
)
"""With these tshark puts streams together as the engine does; it does not do the last one by itself."""
WIRE_ORDER = "tcp.reassemble_out_of_order:FALSE"
"""With it tshark says what a packet holds though one before it is lost; without it, it waits for ever."""
ABOUT = (
    "frame.number",
    "frame.protocols",
    "frame.len",
    "frame.cap_len",
    "tcp.stream",
    "tcp.seq_raw",
    "tcp.len",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.analysis.retransmission",
    "tcp.analysis.out_of_order",
    "tcp.analysis.lost_segment",
    "tcp.analysis.ack_lost_segment",
    "tcp.segment",
    "tcp.segment.error",
    "udp.srcport",
    "udp.dstport",
    "icmp.type",
    "_ws.malformed",
    "_ws.expert.message",
)
"""Fields that are asked for with every protocol, so that a reason can look at the packet."""
_BETWEEN = "\x1f"

Frame = dict[str, list[str]]


@functools.cache
def version() -> str:
    """Of tshark, such as `4.0.17`.

    Raises:
        FileNotFoundError: there is no tshark.
    """
    said = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout
    return next(word for word in said.split() if word[0].isdigit())


def frames(capture: Path, fields: Sequence[str], options: Sequence[str]) -> Iterator[Frame]:
    """The fields of `ABOUT` and `fields` of each frame, in order; a field without values is left out."""
    names = list(dict.fromkeys([*ABOUT, *fields]))
    with gzip.open(_answer(capture, names, options), "rt", encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            values = line.rstrip("\n").split("\t")
            yield {name: value.split(_BETWEEN) for name, value in zip(names, values, strict=True) if value}


def _answer(capture: Path, names: Sequence[str], options: Sequence[str]) -> Path:
    about = capture.stat()
    key = repr((version(), capture.name, str(capture), about.st_size, about.st_mtime_ns, names, options))
    kept = SCRATCH / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.tsv.gz"
    if kept.exists():
        return kept
    SCRATCH.mkdir(parents=True, exist_ok=True)
    command = ["tshark", "-n", "-r", str(_readable(capture)), "-T", "fields", "-E", "occurrence=a"]
    command += ["-E", f"aggregator={_BETWEEN}"]
    for preference in (*PREFERENCES, *options):
        command += ["-o", preference] if ":" in preference else preference.split(" ", 1)
    for name in names:
        command += ["-e", name]
    # Times are printed in the zone of the machine; a cut capture is read up to the cut and ends with code 2.
    made = kept.with_suffix(f".{os.getpid()}")
    with gzip.open(made, "wb", compresslevel=1) as out:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"}
        ) as run:
            assert run.stdout is not None
            while part := run.stdout.read(1 << 20):
                out.write(part)
        if run.returncode not in {0, 2}:
            raise RuntimeError(f"tshark ended with code {run.returncode} on {capture.name}; try: {' '.join(command)}")
    made.rename(kept)
    return kept


def _readable(capture: Path) -> Path:
    """The capture without zstd, which tshark may have been built without."""
    if capture.suffix != ".zst":
        return capture
    about = capture.stat()
    name = hashlib.sha256(f"{capture}{about.st_size}{about.st_mtime_ns}".encode()).hexdigest()[:16]
    plain = SCRATCH / f"{name}.pcap"
    if not plain.exists():
        with pa.input_stream(str(capture), compression="zstd") as stream:
            plain.write_bytes(stream.read())
    return plain
