"""What kind of capture some first bytes are, without knowing any file."""

from __future__ import annotations

from typing import NamedTuple

from core.errors import InputError

PCAP, PCAPNG = 0, 1
HEADER = 24
_PCAPS = {
    b"\xd4\xc3\xb2\xa1": (False, False),
    b"\xa1\xb2\xc3\xd4": (True, False),
    b"\x4d\x3c\xb2\xa1": (False, True),
    b"\xa1\xb2\x3c\x4d": (True, True),
}
_SECTION = b"\n\r\r\n"
_ORDERS = {b"\x4d\x3c\x2b\x1a": False, b"\x1a\x2b\x3c\x4d": True}


class Layout(NamedTuple):
    """How the records of a capture are written.

    Attributes:
        kind: `PCAP` or `PCAPNG`.
        big: most significant byte first; of a pcapng file, its first section.
        nano: pcap times count nanoseconds, not microseconds.
        link: LINKTYPE of a pcap file; in pcapng every interface has its own.
    """

    kind: int
    big: bool
    nano: bool
    link: int


def read_layout(first: bytes, name: str) -> tuple[Layout, int]:
    """The layout by the first 24 bytes, and how many of them are not records.

    Raises:
        InputError: these are not the first bytes of a capture.
    """
    if not first:
        zh = f"{name} 是空文件。抓包文件至少有 24 字节的文件头。"
        raise InputError(f"{name} is empty.", "A capture has at least a header of 24 bytes.", zh)
    known = _PCAPS.get(first[:4])
    if known and len(first) >= HEADER:
        big, nano = known
        link = int.from_bytes(first[20:24], "big" if big else "little") & 0xFFFF
        return Layout(PCAP, big, nano, link), HEADER
    if first[:4] == _SECTION and first[8:12] in _ORDERS:
        return Layout(PCAPNG, _ORDERS[first[8:12]], False, 0), 0
    if known or first[:4] == _SECTION:
        raise InputError(
            f"{name} ends within its header.", "Was it copied whole?", f"{name} 的文件头不完整。是否已完整复制？"
        )
    hint = "Known are pcap and pcapng, also compressed with gzip or Zstandard."
    zh = f"{name} 不是抓包文件。支持 pcap 和 pcapng，也可用 gzip 或 Zstandard 压缩。"
    raise InputError(f"{name} is not a capture.", hint, zh)
