"""Compressed bytes in, what they stand for out: piece by piece, and everything up to the place of a damage.

The containers, gzip (RFC 1952) and Zstandard (RFC 8878), are read here; the libraries get no more at a time than they
can answer for, as a call that fails gives nothing of what it had decompressed before the fault.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader

import zstandard

from core.said import Said

AHEAD = 4
"""Bytes by which compression is told."""
_PIECE = 1 << 17
_LONGEST_TEXT = 1 << 16
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_DEFLATE, _HEADER_CRC, _EXTRA, _NAME, _COMMENT, _RESERVED = 8, 2, 4, 8, 16, 0xE0
_RLE, _CHECKSUM = 1, 4

_CUT = Said("The compressed data is cut off.", "压缩数据不完整（尾部缺失）。")
_MORE = Said(
    "Behind the compressed data are bytes that are not compressed; they were not read.",
    "压缩数据之后还有未压缩的字节，未读取。",
)


class DamageError(Exception):
    """Compressed data ends within itself or cannot be read on; all that stands before was given.

    Attributes:
        said: how, one sentence.
    """

    def __init__(self, said: Said) -> None:
        super().__init__(said.en)
        self.said = said


def decompression(first: bytes) -> Callable[[BufferedReader], Iterator[bytes]] | None:
    """What decompresses data that begins with these `AHEAD` bytes; None where it is not compressed.

    It gives pieces of less than 256 KiB, some of which may be empty, and raises `DamageError` behind the last one if
    something is wrong with the data.
    """
    if first[:2] == _GZIP:
        return _gunzip
    return _unzstd if first == _ZSTD or _is_skippable(first) else None


def _gunzip(packed: BufferedReader) -> Iterator[bytes]:
    """The members one after the other; zero bytes between and behind them are padding, as in gzip(1)."""
    while magic := _behind_zeros(packed):
        if magic != _GZIP:
            raise DamageError(_MORE)
        _skip_header(packed)
        crc = size = 0
        for piece in _inflate(packed):
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            yield piece
        if _exactly(packed, 8) != crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"):
            raise DamageError(_damaged("the checksum does not match", "校验和不符"))


def _behind_zeros(packed: BufferedReader) -> bytes:
    """The next two bytes of which the first is not zero, or as many as there are."""
    while some := packed.peek(1):
        if rest := some.lstrip(b"\0"):
            packed.read(len(some) - len(rest))
            return packed.read(2)
        packed.read(len(some))
    return b""


def _skip_header(packed: BufferedReader) -> None:
    """The header of a member behind its magic, RFC 1952 §2.3."""
    method, flags = _exactly(packed, 8)[:2]
    if method != _DEFLATE or flags & _RESERVED:
        raise DamageError(_damaged("a header of gzip that is not known", "无法识别的 gzip 头"))
    if flags & _EXTRA:
        _exactly(packed, int.from_bytes(_exactly(packed, 2), "little"))
    for text in (_NAME, _COMMENT):
        if flags & text:
            _skip_text(packed)
    if flags & _HEADER_CRC:
        _exactly(packed, 2)


def _skip_text(packed: BufferedReader) -> None:
    """A name or a comment, up to the zero that ends it."""
    for _ in range(_LONGEST_TEXT):
        if _exactly(packed, 1) == b"\0":
            return
    raise DamageError(_damaged("a name in it does not end", "其中的名称没有结尾"))


def _inflate(packed: BufferedReader) -> Iterator[bytes]:
    """The content of a member, whose trailer is next then."""
    state, most = zlib.decompressobj(wbits=-zlib.MAX_WBITS), _PIECE
    while not state.eof:
        data, before = packed.peek(1), state.copy()
        try:
            piece = state.decompress(data, most)
        except zlib.error as error:
            if most == 1:
                raise DamageError(_damaged(error, error)) from error
            state, most = before, most // 2  # what is right is nearer
            continue
        used = len(data) - len(state.unused_data if state.eof else state.unconsumed_tail)
        if not used and not piece:
            raise DamageError(_CUT)
        packed.read(used)
        yield piece


def _unzstd(packed: BufferedReader) -> Iterator[bytes]:
    """The frames one after the other. Blocks may be as small as packets: those are given many at a time."""
    some: list[bytes] = []
    size = 0
    try:
        for block in _blocks(packed):
            some.append(block)
            size += len(block) + 1
            if size >= _PIECE:
                yield b"".join(some)
                some, size = [], 0
    except DamageError:
        yield b"".join(some)
        raise
    yield b"".join(some)


def _blocks(packed: BufferedReader) -> Iterator[bytes]:
    state = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
    try:
        while magic := packed.read(4):
            if _is_skippable(magic):
                _skip(packed, int.from_bytes(_exactly(packed, 4), "little"))
            elif magic == _ZSTD:
                yield from map(state.decompress, _parts(packed))
            else:
                raise DamageError(_MORE)
    except zstandard.ZstdError as error:
        raise DamageError(_damaged(error, error)) from error


def _is_skippable(magic: bytes) -> bool:
    """Whether a frame with something else begins, RFC 8878 §3.1.2."""
    return len(magic) == 4 and 0x184D2A50 <= int.from_bytes(magic, "little") <= 0x184D2A5F


def _parts(packed: BufferedReader) -> Iterator[bytes]:
    """A frame whose magic was read: its header, each of its blocks, its checksum, RFC 8878 §3.1.1."""
    about = _exactly(packed, 1)
    single = about[0] >> 5 & 1
    size = 1 - single + (0, 1, 2, 4)[about[0] & 3] + (single, 2, 4, 8)[about[0] >> 6]
    yield _ZSTD + about + _exactly(packed, size)
    last = 0
    while not last:
        head = _exactly(packed, 3)
        word = int.from_bytes(head, "little")
        last, size = word & 1, 1 if word >> 1 & 3 == _RLE else word >> 3
        body = packed.read(size)
        yield head + body
        if len(body) < size:
            raise DamageError(_CUT)
    if about[0] & _CHECKSUM:
        yield _exactly(packed, 4)


def _exactly(packed: BufferedReader, size: int) -> bytes:
    data = packed.read(size)
    if len(data) < size:
        raise DamageError(_CUT)
    return data


def _skip(packed: BufferedReader, size: int) -> None:
    while size:
        got = len(packed.read(min(size, _PIECE)))
        if not got:
            raise DamageError(_CUT)
        size -= got


def _damaged(reason: object, zh: object) -> Said:
    return Said(f"The compressed data is damaged: {reason}.", f"压缩数据已损坏：{zh}。")
