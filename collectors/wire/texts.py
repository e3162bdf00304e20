"""Addresses as text: each distinct one of a batch is written once, and rows hold its number.

Three books of texts, by kind: IP addresses, MAC addresses, Community IDs. A book is laid out as Arrow has it:
letters, and where each word ends.
"""

from __future__ import annotations

from .community import ID_SIZE, community
from .compiled import compiled
from .memory import Record, State
from .mixing import mix
from .records import BOOKS, FLOWS, WORD_PLACES

IP, MAC, ID = 0, 1, 2
MAPPED = 0xFFFF0000
HEX = b"0123456789abcdef"
COLON, DOT, ZERO = 58, 46, 48


@compiled
def open_books(z: State) -> None:
    """Empty books, for the words of another batch."""
    w = z.work[0]
    w.page = w.page + 1 & 0x7FFFFFFF
    for kind in range(BOOKS):
        z.books[kind].words = 0
        z.books[kind].letters = 0


@compiled
def path_words(z: State, n: int, numbers: Record) -> None:
    """The words of paths 0..n: rows of `numbers` are source MAC and IP, destination MAC and IP, Community ID."""
    open_books(z)
    for j in range(n):
        q = z.paths[j]
        numbers[0, j] = mac_word(z, q.mac1 >> 16 & 0xFFFFFFFFFFFF)
        numbers[1, j] = ip_word(z, q.src0, q.src1)
        numbers[2, j] = mac_word(z, q.mac0 & 0xFFFFFFFFFFFF if q.link == 1 else 0)
        numbers[3, j] = ip_word(z, q.dst0, q.dst1)
        numbers[4, j] = id_word(z, q)


@compiled
def connection_words(z: State, n: int, numbers: Record) -> None:
    """The words of connections 0..n: rows of `numbers` are client MAC and IP, server MAC and IP."""
    open_books(z)
    for j in range(n):
        c = z.connections[j]
        numbers[0, j] = mac_word(z, c.client_mac)
        numbers[1, j] = ip_word(z, c.client0, c.client1)
        numbers[2, j] = mac_word(z, c.server_mac)
        numbers[3, j] = ip_word(z, c.server0, c.server1)


@compiled
def place_of(z: State, kind: int, high: int, low: int) -> int:
    """The place of a word in the table; it is new where the place's stamp is not that of the open books."""
    w = z.work[0]
    at = mix(mix(mix(w.seed, high), low), kind) & (WORD_PLACES - 1)
    while True:
        x = z.words[at]
        if x.stamp != w.page or (x.low == low and x.high == high and x.kind == kind):
            return at
        at = at + 1 & (WORD_PLACES - 1)


@compiled
def enter(z: State, at: int, kind: int, high: int, low: int) -> int:
    """A new word at that place of the table; returns where its letters begin."""
    x, b = z.words[at], z.books[kind]
    x.stamp = z.work[0].page
    x.kind = kind
    x.high = high
    x.low = low
    x.number = b.words
    return b.letters


@compiled
def close(z: State, kind: int, end: int) -> None:
    """The letters of the new word end before `end`."""
    b = z.books[kind]
    b.words += 1
    b.letters = end
    z.ends[kind, b.words] = end


@compiled
def mac_word(z: State, mac: int) -> int:
    """Number of the MAC whose first byte is the lowest of `mac`; -1 where that is 0."""
    if mac == 0:
        return -1
    at = place_of(z, MAC, 0, mac)
    if z.words[at].stamp != z.work[0].page:
        p = enter(z, at, MAC, 0, mac)
        for i in range(6):
            z.letters[MAC, p] = HEX[mac >> 8 * i + 4 & 15]
            z.letters[MAC, p + 1] = HEX[mac >> 8 * i & 15]
            z.letters[MAC, p + 2] = COLON
            p += 3
        close(z, MAC, p - 1)
    return z.words[at].number


@compiled
def ip_word(z: State, high: int, low: int) -> int:
    """Number of an address of 16 bytes, in order from the lowest of `high` on."""
    at = place_of(z, IP, high, low)
    if z.words[at].stamp != z.work[0].page:
        p = enter(z, at, IP, high, low)
        close(z, IP, write_ipv4(z, p, low >> 32) if is_ipv4(high, low) else write_ipv6(z, p, high, low))
    return z.words[at].number


@compiled
def id_word(z: State, q: Record) -> int:
    """Number of the Community ID of path q; it is computed once for a flow."""
    f = z.flow_ids[q.fid & (FLOWS - 1)]
    if f.fid != q.fid:
        community(z, q, f)
        f.fid = q.fid
    at = place_of(z, ID, f.high, f.low)
    if z.words[at].stamp != z.work[0].page:
        p = enter(z, at, ID, f.high, f.low)
        for i in range(ID_SIZE):
            z.letters[ID, p + i] = f.letters[i]
        close(z, ID, p + ID_SIZE)
    return z.words[at].number


@compiled
def is_ipv4(high: int, low: int) -> bool:
    return high == 0 and low & 0xFFFFFFFF == MAPPED


@compiled
def write_ipv4(z: State, p: int, x: int) -> int:
    """The four lower bytes of x, lowest first; returns where the text ends."""
    for i in range(4):
        v = x >> 8 * i & 255
        if v >= 100:
            z.letters[IP, p] = ZERO + v // 100
            p += 1
        if v >= 10:
            z.letters[IP, p] = ZERO + v // 10 % 10
            p += 1
        z.letters[IP, p] = ZERO + v % 10
        z.letters[IP, p + 1] = DOT
        p += 2
    return p - 1


@compiled
def group(high: int, low: int, i: int) -> int:
    """Group i of the eight of an IPv6 address."""
    x = high if i < 4 else low
    return (x >> 16 * (i & 3) & 0xFF) << 8 | x >> 16 * (i & 3) + 8 & 0xFF


@compiled
def write_ipv6(z: State, p: int, high: int, low: int) -> int:
    """By RFC 5952 section 4, the last four bytes as inet_ntop has them; returns where the text ends."""
    zeros, many = longest_zeros(high, low)
    i = 0
    while i < 8:
        if i == zeros:
            z.letters[IP, p] = COLON
            z.letters[IP, p + 1] = COLON
            p += 2
            i += many
            continue
        if i > 0 and i != zeros + many:
            z.letters[IP, p] = COLON
            p += 1
        if i == 6 and zeros == 0 and many == 6:  # IPv4-compatible (RFC 4291 section 2.5.5.1)
            return write_ipv4(z, p, low >> 32)
        p = write_group(z, p, group(high, low, i))
        i += 1
    return p


@compiled
def longest_zeros(high: int, low: int) -> tuple[int, int]:
    """The first of the longest runs of two or more groups that are zero, and its length; (-9, 0) without one."""
    start, most, run = -9, 1, 0
    for i in range(8):
        run = run + 1 if group(high, low, i) == 0 else 0
        if run > most:
            start, most = i - run + 1, run
    return (start, most) if start >= 0 else (-9, 0)


@compiled
def write_group(z: State, p: int, x: int) -> int:
    """Up to four digits, without zeros before them."""
    for shift in (12, 8, 4, 0):
        if shift == 0 or x >> shift:
            z.letters[IP, p] = HEX[x >> shift & 15]
            p += 1
    return p
