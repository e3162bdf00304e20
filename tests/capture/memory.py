"""Captures that are no files."""

from __future__ import annotations

import io

from collectors.capture.source import Capture


def capture_of(data: bytes, name: str = "memory") -> Capture:
    """A capture of bytes in memory."""
    return Capture(io.BytesIO(data), name)
