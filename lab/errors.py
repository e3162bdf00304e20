"""What keeps the laboratory from running, in words for the person who started it."""

from __future__ import annotations


class LabError(Exception):
    """The laboratory cannot run here, or did not make what it should; the message says why."""
