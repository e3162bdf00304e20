"""In one line, what was in the packets instead of industrial traffic, and what could not be seen of them."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.pipeline import meanings
from collectors.wire.counters import COUNTERS

_MOST = 3
_USUAL = 0.25
"""Of all packets, those that may repeat others on a bad line."""
_FRAMED = "packets_read"


def unseen(counters: Mapping[str, int]) -> str:
    """What could not be seen, with its number; empty where everything could."""
    about = meanings()
    return _line([(number, about[name][0]) for name, number in counters.items() if number and about[name][2]])


def repeated(counters: Mapping[str, int]) -> str:
    """That many packets hold what was there before; empty where that is no more than a bad line explains."""
    again, packets = counters.get("packets_repeated", 0), counters.get("packets", 0)
    if again <= _USUAL * packets:
        return ""
    cause = "are there copies of a capture, or a port that is mirrored twice?"
    return f"{again:,} of {packets:,} packets repeat others and were read once; {cause}"


def kinds(counters: Mapping[str, int]) -> str:
    """What the packets were that no protocol took, the most frequent first; empty where there are none."""
    outcomes = [name for name, one in COUNTERS.items() if one.outcome and not one.loss and name != _FRAMED]
    seen = [(counters[name], COUNTERS[name].meaning) for name in outcomes if counters.get(name)]
    return _line(sorted(seen, key=lambda one: -one[0]))


def _line(found: list[tuple[int, str]]) -> str:
    told = [f"{number:,} × {meaning}" for number, meaning in found]
    more = len(told) - _MOST
    return "; ".join([*told[:_MOST], f"and {more} more kinds"] if more > 1 else told)
