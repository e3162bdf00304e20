"""What services a port stands for, and what is wrong with them; from the port alone, which is said wherever it counts.

Numbers: IANA service names and port numbers registry, and the vendors' own where it lists none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """What listens on a port.

    Attributes:
        name: as people say it.
        general: an office or internet service, which has no business across the boundary.
        clear: sends what it carries, passwords too, in clear.
        risky: of high risk in a control network even where it encrypts.
        remote: lets somebody operate the machine.
        old: a successor exists and should be used; the reason, and the same in Chinese.
        version: its version cannot be told from the port: what to look at, and the same in Chinese.
        reports: it is sent reports, and gets along without a reply to them.
    """

    name: str
    general: bool = True
    clear: bool = False
    risky: bool = False
    remote: bool = False
    old: tuple[str, str] | None = None
    version: tuple[str, str] | None = None
    reports: bool = False

    @property
    def weak(self) -> bool:
        """Whether it should not be used in a control network."""
        return self.clear or self.risky


_TELNET = ("cleartext remote shell, replaced by SSH", "明文远程终端，应改用 SSH")
_R = ("cleartext remote shell that trusts addresses, replaced by SSH", "凭地址信任的明文远程命令，应改用 SSH")
_NETBIOS = ("SMB over NetBIOS, the transport of SMBv1 times", "NetBIOS 上的 SMB，属 SMBv1 时代的传输方式")
_NAMES = ("NetBIOS over TCP/IP, replaced by DNS and SMB without it", "TCP/IP 上的 NetBIOS，应由 DNS 和直连 SMB 取代")
_PPTP = ("PPTP: its authentication and encryption are broken", "PPTP 的认证与加密均已被破解")
_TLS = ("TLS version not read", "未读取 TLS 版本")
_SNMP = ("version not read: v1 and v2c send the community in clear", "未读取版本：v1、v2c 明文传送团体名")
_SMB = ("version not read: SMBv1 has known weaknesses", "未读取版本：SMBv1 存在已知漏洞")

_TELNET_SERVICE = Service("Telnet", clear=True, remote=True, old=_TELNET)
_FTP = Service("FTP", clear=True)
_HTTP = Service("HTTP", clear=True)
_HTTPS = Service("HTTPS", version=_TLS)
_VNC = Service("VNC", clear=True, risky=True, remote=True)
_REMOTE_SHELL = Service("rsh/rlogin/rexec", clear=True, remote=True, old=_R)

_TCP = {
    20: _FTP,
    21: _FTP,
    22: Service("SSH", remote=True),
    23: _TELNET_SERVICE,
    25: Service("SMTP", clear=True),
    53: Service("DNS"),
    80: _HTTP,
    110: Service("POP3", clear=True),
    111: Service("RPC portmapper", risky=True),
    135: Service("MS-RPC", risky=True),
    139: Service("NetBIOS session", risky=True, old=_NETBIOS),
    143: Service("IMAP", clear=True),
    389: Service("LDAP", clear=True),
    443: _HTTPS,
    445: Service("SMB", risky=True, version=_SMB),
    465: Service("SMTP over TLS", version=_TLS),
    512: _REMOTE_SHELL,
    513: _REMOTE_SHELL,
    514: _REMOTE_SHELL,
    587: Service("mail submission", version=_TLS),
    873: Service("rsync", clear=True),
    993: Service("IMAP over TLS", version=_TLS),
    995: Service("POP3 over TLS", version=_TLS),
    1433: Service("SQL Server"),
    1521: Service("Oracle"),
    1723: Service("PPTP", risky=True, remote=True, old=_PPTP),
    1883: Service("MQTT", clear=True),
    2049: Service("NFS", clear=True),
    3306: Service("MySQL"),
    3389: Service("RDP", risky=True, remote=True, version=_TLS),
    5432: Service("PostgreSQL"),
    5800: _VNC,
    **dict.fromkeys(range(5900, 5907), _VNC),
    5938: Service("TeamViewer", risky=True, remote=True),
    6379: Service("Redis", clear=True),
    7070: Service("AnyDesk", risky=True, remote=True),
    8000: _HTTP,
    8080: _HTTP,
    8443: _HTTPS,
}
_UDP = {
    53: Service("DNS"),
    67: Service("DHCP", general=False),
    69: Service("TFTP", clear=True),
    123: Service("NTP", general=False),
    137: Service("NetBIOS name", risky=True, old=_NAMES),
    138: Service("NetBIOS datagram", risky=True, old=_NAMES, reports=True),
    161: Service("SNMP", general=False, version=_SNMP),
    162: Service("SNMP trap", general=False, version=_SNMP, reports=True),
    443: Service("QUIC"),
    500: Service("IPsec IKE", general=False),
    514: Service("syslog", general=False, reports=True),
    1194: Service("OpenVPN", general=False),
    1701: Service("L2TP", general=False, remote=True),
    3389: Service("RDP", risky=True, remote=True),
    4500: Service("IPsec NAT traversal", general=False),
    51820: Service("WireGuard", general=False),
}
_INDUSTRIAL_TCP = {
    102: "S7comm / MMS",
    502: "Modbus/TCP",
    2404: "IEC 60870-5-104",
    4840: "OPC UA",
    5007: "MELSEC",
    9600: "FINS",
    20000: "DNP3",
    44818: "EtherNet/IP",
}
_INDUSTRIAL_UDP = {2222: "EtherNet/IP I/O", 9600: "FINS", 20000: "DNP3", 44818: "EtherNet/IP", 47808: "BACnet/IP"}
_INDUSTRIAL_TLS = {
    802: "Modbus/TCP Security",
    2221: "CIP Security",
    19998: "IEC 60870-5-104 (IEC 62351-3)",
    19999: "DNP3 over TLS",
}
_INDUSTRIAL_REPORTS = frozenset({2222, 47808})
"""UDP ports of cyclic data (CIP Vol. 2 §2-3) and of notifications that nobody confirms (ASHRAE 135 §13.7)."""
DIAL_IN = frozenset({"PPTP", "L2TP"})


def find(transport: str, port: int | None) -> Service | None:
    """What is known of that port, or None."""
    if port is None:
        return None
    return (_TCP if transport == "tcp" else _UDP if transport == "udp" else {}).get(port)


def replies(transport: str, port: int | None) -> bool | None:
    """Whether what listens there replies to what it is asked; None where nobody knows what does."""
    service = find(transport, port)
    if service is not None:
        return not service.reports
    return port not in _INDUSTRIAL_REPORTS if industrial(transport, port) else None


def industrial(transport: str, port: int | None) -> str:
    """The industrial protocol that the port is registered for, or an empty text."""
    table = _INDUSTRIAL_TCP if transport == "tcp" else _INDUSTRIAL_UDP
    return table.get(port or 0, "")


def encrypted_industrial(transport: str, port: int | None) -> str:
    """The industrial protocol over TLS that the port is registered for, or an empty text."""
    return _INDUSTRIAL_TLS.get(port or 0, "") if transport == "tcp" else ""
