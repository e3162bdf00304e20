"""The plant as data: a district heating works of a northern city, its networks and its hosts.

Two hot-water boilers feed a district. Make-up water and circulation pumps hang on one controller, the boilers on a
second, the fuel and draught on a third; heat meters of three branches lie behind a gateway. A remote terminal unit
watches the 10 kV switchgear, another the booster station on the far end of the line. The vendors' prefixes of the
MAC addresses are real, the plant and its addresses are not.
"""

from __future__ import annotations

from dataclasses import dataclass

CONTROL, REMOTE, SUPERVISION = 10, 20, 30


@dataclass(frozen=True, slots=True)
class Host:
    """One machine of the plant.

    Attributes:
        name: of the host; also that of its network namespace.
        ip: its address; the third number is the VLAN.
        mac: its address on the link.
        role: what it is, by NIST SP 800-82r3.
        about: what it does in the plant.
        module: `devices.x` or `clients.x` that plays it, empty where nothing runs on it.
        ttl: initial hop limit of its network stack (64: embedded and Unix, 128: Windows).
        foreign: does not belong to the plant.
    """

    name: str
    ip: str
    mac: str
    role: str
    about: str
    module: str = ""
    ttl: int = 64
    foreign: bool = False

    @property
    def vlan(self) -> int:
        """VLAN of the access port."""
        return int(self.ip.split(".")[2])


HOSTS = {
    host.name: host
    for host in (
        Host("plc-water", "10.21.10.11", "00:80:f4:1a:07:31", "PLC", "make-up water and circulation pumps, Schneider "
             "Modicon M340", "devices.modbus"),
        Host("plc-boiler", "10.21.10.12", "00:1b:1b:5c:e2:18", "PLC", "boilers 1 and 2, Siemens S7-300",
             "devices.s7comm"),
        Host("plc-fuel", "10.21.10.13", "f4:54:33:8a:41:0c", "PLC", "fuel feed and draught fans, Rockwell "
             "ControlLogix", "devices.enip"),
        Host("gw-meters", "10.21.10.14", "00:90:e8:6b:22:f5", "gateway", "heat meters of three branches behind a "
             "Moxa gateway", "devices.modbus"),
        Host("hmi", "10.21.10.32", "00:d0:c9:f3:5a:91", "HMI", "operator panel in the control room", "clients.hmi",
             ttl=128),
        Host("ews", "10.21.10.41", "f8:b1:56:c4:0e:27", "engineering workstation", "engineering station of the "
             "controllers", "clients.engineering", ttl=128),
        Host("rtu-grid", "10.21.20.21", "00:02:a3:41:9d:06", "RTU", "10 kV switchgear, Hitachi Energy RTU560",
             "devices.iec104"),
        Host("rtu-booster", "10.21.20.22", "00:30:a7:12:c8:3b", "RTU", "booster station on the far line, SEL "
             "controller", "devices.dnp3"),
        Host("scada", "10.21.20.31", "34:17:eb:9b:d0:44", "SCADA server", "front end of the control centre",
             "clients.scada", ttl=128),
        Host("historian", "10.21.30.33", "48:ba:4e:2f:71:aa", "historian", "process data archive",
             "clients.historian", ttl=128),
        Host("laptop", "10.21.10.77", "54:e1:ad:6d:93:5e", "laptop", "a notebook that does not belong here",
             ttl=128, foreign=True),
    )
}  # fmt: skip

FIREWALL_MAC = "00:80:63:d1:4c:%02x"
"""Address of the Hirschmann firewall's port in a VLAN; its address is `.1` there."""

MODBUS, S7COMM, ENIP, IEC104, DNP3 = 502, 102, 44818, 2404, 20000


def vlans() -> list[int]:
    """Every VLAN of the plant, ascending."""
    return sorted({host.vlan for host in HOSTS.values()})


def firewall_mac(vlan: int) -> str:
    """Address of the firewall's port in a VLAN."""
    return FIREWALL_MAC % vlan


def address(name: str) -> str:
    """IP address of a host."""
    return HOSTS[name].ip
