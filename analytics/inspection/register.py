"""The list of registered assets: CSV as enterprises keep it, with headers in Chinese or English."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.errors import InputError
from core.said import Said

_HEADERS = {
    "ip": ("ip", "ip地址", "ip address", "address", "地址"),
    "mac": ("mac", "mac地址", "mac address", "物理地址"),
    "name": ("name", "名称", "资产名称", "设备名称", "主机名", "hostname", "asset"),
    "role": ("role", "角色", "类型", "设备类型", "资产类型", "type"),
    "level": ("level", "层级", "层", "层次", "purdue"),
    "zone": ("zone", "区域", "安全域", "分区", "安全区", "网络区域"),
    "vendor": ("vendor", "厂商", "厂家", "制造商", "品牌", "manufacturer"),
    "model": ("model", "型号", "产品型号"),
    "firmware": ("firmware", "固件", "固件版本", "版本", "version", "firmware version"),
}
_COLUMN = {name: column for column, names in _HEADERS.items() for name in names}

# NIST SP 800-82r3 roles by the words that lists use.
_ROLES = {
    "ews": ("ews", "工程师站", "工程站", "engineering", "编程"),
    "hmi": ("hmi", "操作员站", "操作站", "触摸屏", "operator"),
    "historian": ("historian", "历史", "数据归档"),
    "scada_server": ("scada", "实时服务器", "前置", "监控服务器"),
    "plc": ("plc", "dcs", "控制器"),
    "rtu": ("rtu", "远动", "测控", "终端单元"),
    "gateway": ("gateway", "网关"),
    "io_device": ("i/o", "io_device", "远程io"),
}

# The layers of a plant as GB/T 22239-2019 annex G names them, and words of the Purdue model.
_LAYERS = {
    "现场设备": 0.0,
    "现场控制": 1.0,
    "过程监控": 2.0,
    "生产管理": 3.0,
    "企业资源": 4.0,
    "dmz": 3.5,
    "隔离区": 3.5,
    "办公": 4.0,
    "office": 4.0,
    "enterprise": 4.0,
}
_MAC = re.compile(r"[0-9a-f]{12}")
_LEVEL = re.compile(r"(?:level|l|第)?\s*([0-5](?:\.5)?)\s*(?:层|级)?")
_MANY = re.compile(r"[;；、|/\s]+")


@dataclass(frozen=True, slots=True)
class Registered:
    """One line of the list.

    Attributes:
        line: 1-based, in the file.
        ips: addresses; macs likewise, in lower case with colons.
        name: as its owners call it.
        role: NIST SP 800-82r3 term where the word is known, else the word.
        level: of the Purdue model, or None.
        zone: name of the zone, or empty; vendor, model and firmware likewise.
    """

    line: int
    ips: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    name: str = ""
    role: str = ""
    level: float | None = None
    zone: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""


@dataclass(frozen=True)
class Register:
    """The list.

    Attributes:
        assets: in the order of the file.
        problems: what could not be used, with line numbers.
    """

    assets: tuple[Registered, ...]
    problems: tuple[Said, ...] = ()

    @cached_property
    def by_ip(self) -> dict[str, Registered]:
        return {ip: one for one in reversed(self.assets) for ip in one.ips}

    @cached_property
    def _by_mac(self) -> dict[str, Registered]:
        return {mac: one for one in reversed(self.assets) for mac in one.macs}

    def match(self, ip: str, macs: Iterable[str], own: bool) -> Registered | None:
        """The line for a device: by its address, else by MAC address.

        `own` says that the MAC addresses can only be the device's, and no router's: then a line that has other
        addresses fits too, as a host has IPv6 addresses beside the one that is registered.
        """
        found = [self._by_mac[mac] for mac in macs if mac in self._by_mac]
        return self.by_ip.get(ip) or next((one for one in found if own or not one.ips), None)


def read(data: bytes, name: str) -> Register:
    """The list out of the bytes of a file: UTF-8 with or without BOM, or GB 18030 (GBK); comma, semicolon or tab.

    Raises:
        InputError: it holds no text, no header that is known, or no line that can be used.
    """
    text = _decode(data, name)
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = tuple(next(rows, []))
    if not {"ip", "mac"} & set(_columns(header).values()):
        hint = "Its first line must name one ip or mac (IP地址, MAC地址)."
        zh = f"{name} 没有地址列。首行须有名为 IP地址 或 MAC地址（ip、mac）的列。"
        raise InputError(f"{name} has no column of addresses.", hint, zh)
    assets: list[Registered] = []
    problems: list[Said] = []
    taken: dict[str, int] = {}
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                _line(row, rows.line_num, header, assets, problems, taken)
    except csv.Error as error:
        wrong = Said(f"{error}; what follows was not read", f"{error}；其后内容未读取")
        problems.append(_of_line(rows.line_num, wrong))
    if not assets:
        first = Said.joined(problems[:3])
        raise InputError(f"{name} holds no asset that can be used.", first.en, f"{name} 中没有可用的资产。{first.zh}")
    return Register(tuple(assets), tuple(problems))


def _line(
    row: list[str],
    number: int,
    header: tuple[str, ...],
    assets: list[Registered],
    problems: list[Said],
    taken: dict[str, int],
) -> None:
    cells = {column: row[index].strip() for index, column in _columns(header).items() if index < len(row)}
    column = "ip"
    try:
        ips = tuple(_ip(one) for one in _MANY.split(cells.get("ip", "")) if one)
        column = "mac"
        macs = tuple(_mac(one) for one in _MANY.split(cells.get("mac", "")) if one)
    except _NoAddressError as error:
        problems.append(_of_cell(number, header, column, error.said))
        return
    if not ips and not macs:
        problems.append(_of_line(number, Said("neither an IP nor a MAC address", "既无 IP 地址也无 MAC 地址")))
        return
    twice = next((ip for ip in ips if ip in taken), None)
    if twice:
        already = Said(f"{twice} stands in line {taken[twice]} already", f"{twice} 已见于第 {taken[twice]} 行")
        problems.append(_of_cell(number, header, "ip", already))
        return
    level = _level(cells.get("level", ""))
    if level is None and cells.get("level"):
        word = f"{cells['level']!r}"
        none = Said(
            f"{word} is no level from 0 to 5; the rest of the line is used",
            f"{word} 不是 0 至 5 的层级；该行其余内容有效",
        )
        problems.append(_of_cell(number, header, "level", none))
    zone = cells.get("zone", "")
    taken.update(dict.fromkeys(ips, number))
    words = {name: cells.get(name, "") for name in ("name", "vendor", "model", "firmware")}
    layer = level if level is not None else _layer(zone)
    assets.append(Registered(number, ips, macs, role=_role(cells.get("role", "")), level=layer, zone=zone, **words))


@lru_cache(maxsize=1)
def _columns(header: tuple[str, ...]) -> dict[int, str]:
    """Column by place in the line; the last of two that mean the same counts."""
    return {index: _COLUMN[_plain(word)] for index, word in enumerate(header) if _plain(word) in _COLUMN}


def _of_line(number: int, wrong: Said) -> Said:
    return Said(f"line {number}: {wrong.en}", f"第 {number} 行：{wrong.zh}")


def _of_cell(number: int, header: tuple[str, ...], column: str, wrong: Said) -> Said:
    """With the number of the column that counts, from 1, and what the list itself calls it: `2 'IP地址'`."""
    place = max(index for index, name in _columns(header).items() if name == column)
    called = header[place].strip()
    return Said(
        f"line {number}, column {place + 1} {called!r}: {wrong.en}",
        f"第 {number} 行第 {place + 1} 列“{called}”：{wrong.zh}",
    )


class _NoAddressError(ValueError):
    def __init__(self, said: Said) -> None:
        super().__init__(said.en)
        self.said = said


def _decode(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    hint = "Save the list as CSV, in UTF-8 or GBK."
    raise InputError(f"{name} is no text.", hint, f"{name} 不是文本文件。请将清单另存为 UTF-8 或 GBK 编码的 CSV。")


def _plain(word: str) -> str:
    return re.sub(r"[\s_\-]+", " ", word.strip().lower()).replace("ip 地址", "ip地址").replace("mac 地址", "mac地址")


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise _NoAddressError(Said(f"{text!r} is no IP address", f"{text!r} 不是 IP 地址")) from None


def _mac(text: str) -> str:
    digits = re.sub(r"[:.\-]", "", text.lower())
    if not _MAC.fullmatch(digits):
        raise _NoAddressError(Said(f"{text!r} is no MAC address", f"{text!r} 不是 MAC 地址"))
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _role(word: str) -> str:
    plain = word.lower()
    return next((role for role, words in _ROLES.items() if any(one in plain for one in words)), word)


def _level(word: str) -> float | None:
    plain = word.strip().lower()
    number = _LEVEL.fullmatch(plain)
    if number:
        return float(number[1])
    return _layer(plain)


def _layer(word: str) -> float | None:
    """The level that a word names; a bare number of a zone names none."""
    return next((level for layer, level in _LAYERS.items() if layer in word.lower()), None)
