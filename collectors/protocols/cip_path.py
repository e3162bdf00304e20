"""Paths of CIP (Vol. 1 appendix C-1, padded form): the segments that say what a service is for."""

from collections.abc import Iterator

from collectors.wire.fields import Expr, choose, le16, le32, u8
from collectors.wire.items import Items, first_of, last_of

UNCONNECTED_SEND = 0x52
SEGMENTS = 32
SYMBOL, WIDE_FORMS = 0x91, (1, 2)
_EXTENDED_PORT = 15

_form = u8[0] & 3  # of a logical segment: its number has 8, 16 or 32 bits
_kind = u8[0] & 0xFC
_logical = (u8[0] >> 5) == 1
_port = u8[0] < 0x20
_link = choose((((u8[0] & 0x0F) == _EXTENDED_PORT), 2), default=0)  # bytes of a port number that the type cannot hold
_lengths = u8[1] * 2 + 2


def unconnected_send(at: Expr | int = 0) -> Expr:
    """Whether the request at that offset is for the connection manager to pass on (Vol. 1 §3-5.5.4)."""
    to_manager = (le16[at + 2] == 0x0620) | ((le16[at + 2] == 0x0021) & (le16[at + 4] == 6))
    return (u8[at] == UNCONNECTED_SEND) & to_manager


def _even(size: Expr) -> Expr:
    return (size + 1) // 2 * 2


_size = choose(
    (u8[0] == 0x34, (u8[1].numbers({4: 10, 5: 14}))),  # electronic key, by its format
    (_kind == 0x38, 2),  # service identifier
    (_logical & (_form == 0) & (_kind == 0x3C), 4),  # extended logical: its type stands where others have a pad
    (_logical & (_form == 0), 2),
    (_logical & (_form == 1), 4),
    (_logical & (_form == 2), 6),
    (u8[0] == SYMBOL, _even(u8[1] + 2)),
    (u8[0] == 0x80, _lengths),  # simple data
    (_port & ((u8[0] & 0x10) == 0), _link + 2),
    (_port, _even(_link + u8[1] + 2)),
    ((u8[0] >> 4) == 5, _lengths),  # network segment with a length of its own
    ((u8[0] >> 5) == 2, 2),
    ((u8[0] >> 5) == 3, choose(((u8[0] & 0x1F) > 0, _even((u8[0] & 0x1F) + 1)))),  # symbol in the old form
)
_number = choose(
    ((_kind == 0x3C) & (_form == 0), u8[2]), (_form == 0, u8[1]), (_form == 1, le16[2]), (_form == 2, le32[2])
)


def segments(path: Items) -> Items:
    """The segments of a path; one of unknown size ends it."""
    return path.walk(0, _size, most=SEGMENTS)


def logical(found: Items, kind: int, *, last: bool = False) -> Expr:
    """The first, or the last, number of a kind among segments: 0x20 class, 0x24 instance, 0x30 attribute."""
    return (last_of if last else first_of)(found, _number.when(_logical, _kind == kind))


def named(found: Items) -> Expr:
    """Whether the path goes to a name."""
    return first_of(found, u8[0].when(u8[0] == SYMBOL)).exists()


def element(found: Items) -> Expr:
    """The member that the path ends with; missing where it ends with something else."""
    last = last_of(found, choose((_logical & (_kind == 0x28), _number), default=-1))
    return last.when(last >= 0)


def tag_name(path: bytes) -> str:
    """The name that a path spells, such as `Program:Main.Motor[2].Speed`, without the member that it ends with."""
    name, members = "", list[str]()
    for symbol, number in _parts(path):
        if symbol is None:
            members.append(str(number))
            continue
        name += _brackets(members) + (f".{symbol}" if name else symbol)
        members = []
    return name + _brackets(members[:-1])


def _brackets(members: list[str]) -> str:
    return f"[{','.join(members)}]" if members else ""


def _parts(path: bytes) -> Iterator[tuple[str | None, int]]:
    at = 0
    while at + 2 <= len(path):
        kind, size = path[at], path[at + 1]
        if kind == SYMBOL:
            raw = path[at + 2 : at + 2 + size].decode("ascii", "replace")
            yield "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in raw), 0
            at += (size + 3) // 2 * 2
        elif kind >> 5 == 1 and kind & 3 in {0, *WIDE_FORMS} and kind != 0x34:
            wide = 2 * (kind & 3)
            if kind & 0xFC == 0x28:
                yield None, int.from_bytes(path[at + 2 : at + 2 + wide], "little") if wide else size
            at += 2 + wide
        else:
            return
