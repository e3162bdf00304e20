"""What devices said of themselves: the latest word, and what they said before."""

from __future__ import annotations

from typing import NamedTuple

from core.entities import Fact

# What devices call the parts of their identity: Modbus MEI objects, CIP Identity attributes, S7 SZL, DNP3 attributes.
PARTS = {
    "vendor_name": "vendor",
    "product_code": "model",
    "product_name": "model",
    "model_name": "model",
    "order_number": "model",
    "module_order_number": "model",
    "major_minor_revision": "firmware",
    "firmware": "firmware",
    "firmware_version": "firmware",
    "revision": "firmware",
    "serial_number": "serial_number",
    "user_application_name": "application",
    "plant_identification": "plant",
}

MOST_EARLIER = 8
"""Earlier values that are kept of one fact."""


class Said(NamedTuple):
    """What a device said of itself.

    Attributes:
        time: when, ns since 1970; 0 where it was kept by an earlier run.
        unit: behind the address that said it, or None.
    """

    fact: Fact
    time: int
    unit: int | None


def note(said: dict[str, list[Said]], new: Said) -> int:
    """The latest word of the same source counts, and stands first; what it said before is kept behind.

    Two sources, or two units behind one address, may name different things: the first to speak goes on to.

    Returns:
        How many earlier words there was no room for.
    """
    known = said.setdefault(new.fact.name, [])
    if not known:
        known.append(new)
        return 0
    now = known[0]
    if now.fact.why != new.fact.why or (now.time and now.unit != new.unit):
        return 0
    if now.fact.value == new.fact.value:
        known[0] = Said(now.fact, max(now.time, new.time), new.unit)
        return 0
    known[:] = [new, *known] if new.time >= now.time else [now, new, *known[1:]]
    over = len(known[1 + MOST_EARLIER :])
    del known[1 + MOST_EARLIER :]
    return over
