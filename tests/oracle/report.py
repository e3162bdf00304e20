"""The comparison as a page: shares, and each kind of difference with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import tshark
from tests.oracle.compare import STREAMS, Oracle, Result

ENOUGH = 0.99
"""Share of frames that must be equal or explained."""


def page(results: Mapping[str, tuple[Oracle, Result]]) -> str:
    """`docs/oracle.md`: everything in it follows from the captures, so it changes only when a result does."""
    lines = [
        "# Fields compared with tshark",
        "",
        (
            f"Made by `make oracle` with tshark {tshark.version()}: every frame of every capture at hand where either side "
            "sees a message. A frame is *equal* when all compared fields have the same values in the same order, and "
            "*explained* when each field that differs is a known difference below."
        ),
        "",
        (
            f"tshark runs with {', '.join(f'`-o {one}`' for one in tshark.PREFERENCES)} and what is said at each protocol. "
            f"Where a frame differs, it is looked at again with `-o {tshark.WIRE_ORDER}`: some reasons below need both."
        ),
        "",
        "| protocol | captures | frames | values | equal | explained | unexplained | equal or explained |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, (_, one) in results.items():
        left = one.frames - one.equal - one.explained
        cells = (one.captures, one.frames, sum(one.compared.values()), one.equal, one.explained, left)
        lines.append(f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} | {_percent(one.share)} |")
    for name, (oracle, one) in results.items():
        lines += _section(name, oracle, one)
    return "\n".join(lines) + "\n"


def _percent(share: float) -> str:
    """Rounded down: 100 % is said of nothing less."""
    return f"{int(share * 10_000) / 100:.2f} %"


def _section(name: str, oracle: Oracle, one: Result) -> list[str]:
    lines = ["", f"## {name}", ""]
    if oracle.options:
        lines += [f"tshark also has {', '.join(f'`{option}`' for option in oracle.options)}.", ""]
    lines += ["| our field = tshark's | values |", "|---|--:|"]
    lines += [f"| {field.name} | {one.compared[field.name]:,} |" for field in oracle.fields]
    if one.kinds:
        lines += ["", "| known difference | right | frames | in |", "|---|---|--:|---|"]
    for known in (*oracle.differences, *STREAMS):
        if one.kinds[known.reason]:
            where = fields_of(one, known.reason)
            lines.append(f"| {known.reason} | {known.right} | {one.kinds[known.reason]:,} | {where} |")
    if one.unexplained:
        lines += ["", "| unexplained | frames |", "|---|--:|"]
        lines += [f"| {field} | {count:,} |" for field, count in sorted(one.unexplained.items())]
    return lines


def fields_of(one: Result, reason: str) -> str:
    """Where a known difference shows: the field, or how many fields."""
    found = sorted({field for known, field in one.fields if known == reason})
    return found[0] if len(found) == 1 else f"{len(found)} fields"
