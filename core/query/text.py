"""What text means in a query: without case, by wildcard, as a number, as an address."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from core.fields import Kind

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ANY = object()
"""In `wildcard_parts`: any characters, also none."""
ONE = object()
"""In `wildcard_parts`: one code point."""


def fold(text: str) -> str:
    """`text` without case: the simple lower-case mapping of Unicode, code point by code point.

    Neither length nor context matters (unlike full lower-casing: `İ` becomes `i`, a final `Σ` becomes `σ`),
    so that it is the same in every target: it is what a search engine's lower-case filter does. `ß` and `ss`
    stay apart (unlike case folding).
    """
    if text.isascii():
        return text.lower()
    return "".join(_lower(c) for c in text)


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else lower[0]


def wildcard_parts(pattern: str) -> list[str | object]:
    """The pattern as literal texts, `ANY` and `ONE`, in order."""
    parts: list[str | object] = []
    literal = ""
    escaped = False
    for index, c in enumerate(pattern):
        if escaped:
            literal, escaped = literal + c, False
        elif c == "\\" and pattern[index + 1 : index + 2] in ("*", "?", "\\"):
            escaped = True
        elif c in "*?":
            parts += [literal] if literal else []
            literal = ""
            parts.append(ANY if c == "*" else ONE)
        else:
            literal += c
    return [*parts, literal] if literal else parts


_WHOLE = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_REAL = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


def to_number(text: str) -> int | float | None:
    """The number that the text spells: decimal, 0x… or real; None for anything else."""
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    if _HEX.fullmatch(text):
        return int(text, 16)
    if not _REAL.fullmatch(text):
        return None
    number = float(text)
    return None if number in (float("inf"), float("-inf")) else number


def from_value(value: str | float | bool) -> str:
    """The text that a value is in a text field: whole numbers without a point, booleans as words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else repr(value)


@lru_cache(maxsize=65_536)
def to_address(text: str) -> Address | None:
    """The address that the text is, an IPv4-mapped one as IPv4; None for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is None and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4096)
def to_network(text: str) -> Network | None:
    """The network that the text is, host bits ignored; one of IPv4-mapped addresses as IPv4."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


_MAC = re.compile(r"[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}")
_MAC_FOURS = re.compile(r"[0-9a-f]{4}\.[0-9a-f]{4}(?:\.[0-9a-f]{0,4})?")
_MAC_DIGITS = re.compile(r"[0-9a-f]{6,11}")
_MAC_PAIRS = re.compile(r"(?:[0-9a-f]{2}|[0-9a-f]?(?=[:-][0-9a-f]{2}))(?:[:-][0-9a-f]{2}){0,4}(?:[:-][0-9a-f]?)?")


def to_mac(text: str) -> int | None:
    """The MAC address that the text is: in pairs with colons or hyphens, in fours with dots, or bare digits."""
    text = text.lower()
    return int(re.sub("[:.-]", "", text), 16) if _MAC.fullmatch(text) else None


def mac_part(word: str) -> str | None:
    """A part of a MAC address in pairs with colons, as rows have it; None for what nobody writes for one.

    It has a separator beside a whole pair, or fours with a dot between, or at least the six digits of a vendor.
    """
    word = word.lower()
    if _MAC_FOURS.fullmatch(word):
        return ":".join(map(_in_pairs, word.split(".")))
    if _MAC_DIGITS.fullmatch(word):
        return _in_pairs(word)
    return word.replace("-", ":") if _MAC_PAIRS.fullmatch(word) and re.search("[:-]", word) else None


def mac_wildcard(pattern: str) -> str:
    """A wildcard for MAC addresses in pairs with colons; one that is not of a known form stays as it is."""
    groups = pattern.split(".")
    if len(groups) > 1:
        whole = all(one == "*" or re.fullmatch("[0-9A-Fa-f?]{4}", one) for one in groups[:-1])
        return ":".join(map(_in_pairs, groups)) if whole else pattern
    if re.fullmatch(r"\*[0-9A-Fa-f?]{3,}", pattern):
        return "*" + _in_pairs(pattern[:0:-1])[::-1]
    return _in_pairs(pattern) if re.fullmatch(r"[0-9A-Fa-f?]{3,}\*?", pattern) else pattern.replace("-", ":")


def _in_pairs(digits: str) -> str:
    """A colon behind every second digit that another one follows."""
    return re.sub(r"([^*]{2})(?=[^*])", r"\1:", digits)


def ordinal(text: str, kind: Kind) -> tuple[int, int] | None:
    """By what an address of that kind is compared, however it is written: family and number; None for no address."""
    if kind is Kind.MAC:
        mac = to_mac(text)
        return None if mac is None else (48, mac)
    address = to_address(text)
    return None if address is None else (address.version, int(address))


def contains(network: Network, text: str) -> bool:
    """Whether the text is an address within the network; one family never takes the other."""
    address = to_address(text)
    return address is not None and address.version == network.version and address in network
