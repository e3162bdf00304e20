"""What the whole platform is tried with: the detection content, read once, and captures of the laboratory."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest

from cli.content import Content
from cli.demo import FACTS, ORIGIN
from tests.platform.plant import CAPTURES


@pytest.fixture(scope="session")
def content() -> Content:
    """All rules, and what the laboratory's plant tells of itself."""
    return Content(pytest.fail, facts={"local": FACTS[ORIGIN.site]})


@pytest.fixture(scope="session")
def attack() -> bytes:
    """The archive server writes to a controller, as an uncompressed capture."""
    return plain(CAPTURES / "unauthorised-write" / "capture.pcap.zst")


@pytest.fixture(scope="session")
def long() -> bytes:
    """An hour of a plant, which takes seconds to analyse."""
    return plain(CAPTURES / "normal-hour" / "capture.pcap.zst")


def plain(path: Path) -> bytes:
    """A capture without its compression."""
    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
        return cast("bytes", stream.read())
