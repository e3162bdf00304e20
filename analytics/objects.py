"""Data objects in words: which of its kind one is, and where at the device."""

from __future__ import annotations

from itertools import pairwise

from analytics.findings import Row
from core.object_types import in_words

_WHERE = (("ot.object.group", "group", "组"), ("ot.object.instance", "instance", "实例"))


def told(row: Row) -> tuple[str, str]:
    """The object of a row, in English and Chinese: `holding register 40 (group 1)`, `tag Setpoints[7]`."""
    kind, kind_zh = in_words(row["ot.object.type"] or "")
    which = _which(row)
    where = [(en, zh, row[name]) for name, en, zh in _WHERE if row[name] is not None]
    at, at_zh = (
        ", ".join(f"{en} {value}" for en, _, value in where),
        "，".join(f"{zh} {value}" for _, zh, value in where),
    )
    return f"{kind} {which}".strip() + (at and f" ({at})"), f"{kind_zh} {which}".strip() + (at and f"（{at_zh}）")


def _which(row: Row) -> str:
    """Its name, else its address; an element of a tag is named with its index.

    On the wire a tag that is no array looks like the element 0 of one; both go by the bare name.
    """
    name, address = row["ot.object.name"], row["ot.object.address"]
    if name is None:
        return "" if address is None else str(address)
    if row["ot.object.type"] != "tag" or address is None:
        return str(name)
    return element(name, str(address)) if address or name.endswith("]") else str(name)


def element(tag: str, index: str) -> str:
    """The element of an array, as controllers spell it; the name has the other indices of a further dimension."""
    return f"{tag[:-1]},{index}]" if tag.endswith("]") else f"{tag}[{index}]"


def names(known: list[tuple[str, int | None]], kind: str) -> list[str]:
    """Names of objects of a kind, each with its address; elements of a tag as ranges, `Setpoints[0-6]`."""
    if kind != "tag":
        return sorted({name for name, _ in known})
    tags: dict[str, list[int]] = {}
    for name, address in known:
        tags.setdefault(name, []).append(address or 0)
    parts = [(name, part) for name in sorted(tags) for part in ranges(tags[name])]
    return [name if part == "0" and not name.endswith("]") else element(name, part) for name, part in parts]


def ranges(addresses: list[int]) -> list[str]:
    """Addresses as ranges, `0-9` and `40`."""
    ordered = sorted(set(addresses))
    if not ordered:
        return []
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(ordered)) if b != a + 1), len(ordered)]
    parts = [ordered[i:j] for i, j in pairwise(breaks)]
    return [f"{one[0]}-{one[-1]}" if len(one) > 1 else str(one[0]) for one in parts]
