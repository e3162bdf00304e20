"""A notebook in a field cabinet looks for controllers.

ATT&CK for ICS: T0846 remote system discovery, T0888 remote system information discovery, T0864 transient cyber asset.
Attack frames: every frame to or from the notebook. It asks by ARP for the first 60 addresses of the control network,
opens the five industrial ports on whatever answers and, through the firewall, on the first 30 addresses of the remote
network, and asks each service found what it is: Modbus device identification, S7 component identification, EtherNet/IP
list identity, an IEC 104 test frame, a DNP3 link status. The first frames of its connections (SYN) are the commands.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from dnp3py.layers.datalink import DataLinkLayer

from lab.clients.sessions import enip, list_identity, modbus, s7comm
from lab.devices import szl
from lab.devices.dnp3 import MASTER, OUTSTATION
from lab.plant import DNP3, ENIP, HOSTS, IEC104, MODBUS, S7COMM, address
from lab.scenario import Scenario

if TYPE_CHECKING:
    from lab.clock import Clock

PORTS = (S7COMM, MODBUS, IEC104, DNP3, ENIP)
NETWORKS = (("10.21.10", 60), ("10.21.20", 30))
AT_ONCE, PATIENCE = 12, 0.35
"""Connections tried side by side, and real seconds to wait for one."""
TEST_FRAME = bytes.fromhex("680443000000")
"""IEC 104 U-format TESTFR act (IEC 60870-5-104:2006 §5.3)."""


async def knock(ip: str, port: int, gate: asyncio.Semaphore) -> bool:
    """Whether a TCP port can be opened."""
    async with gate:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(ip, port), PATIENCE)
        except OSError:
            return False
        writer.close()
        return True


async def sweep() -> set[tuple[str, int]]:
    """Every open port of both networks."""
    gate = asyncio.Semaphore(AT_ONCE)
    targets = [(f"{network}.{host}", port) for network, last in NETWORKS for host in range(1, last + 1)
               for port in PORTS if f"{network}.{host}" != address("laptop")]  # fmt: skip
    found = await asyncio.gather(*(knock(ip, port, gate) for ip, port in targets))
    return {target for target, is_open in zip(targets, found, strict=True) if is_open}


def ask(ip: str, port: int, question: bytes) -> None:
    """Send one message and wait for the answer."""
    with socket.create_connection((ip, port), timeout=1.0) as connection:
        connection.sendall(question)
        connection.recv(512)


def identify(name: str, port: int) -> None:
    """Ask one service what it is."""
    if port == MODBUS:
        with modbus(name) as client:
            client.read_device_information(read_code=1, object_id=0, device_id=1)
    elif port == S7COMM:
        with s7comm(name) as controller:
            controller.read_szl(szl.COMPONENT, 0)
    elif port == ENIP:
        with enip(name) as session:
            list_identity(session)
    elif port == IEC104:
        ask(address(name), port, TEST_FRAME)
    else:
        ask(address(name), port, DataLinkLayer(MASTER, OUTSTATION).build_request_link_status())


def attack(clock: Clock) -> None:
    """Sweep, then ask."""
    names = {host.ip: host.name for host in HOSTS.values()}
    for ip, port in sorted(asyncio.run(sweep())):
        clock.sleep(1.0)
        identify(names[ip], port)


SCENARIO = Scenario(
    name="scan",
    title="A notebook scans the control networks",
    length=180.0,
    techniques=("T0846", "T0888", "T0864"),
    attacker="laptop",
    victims=("plc-water", "plc-boiler", "plc-fuel", "gw-meters", "rtu-grid", "rtu-booster"),
    begin=40.0,
    behind=3300,
    commands=f"ip.src == {address('laptop')} && tcp.flags.syn == 1 && tcp.flags.ack == 0",
    attack=attack,
    seen="""\
- `10.21.10.77` with a MAC address never seen before asks by ARP for address after address, most of which do not exist.
- SYN to ports 102, 502, 2404, 20000 and 44818 of every host that answers; most are refused (RST).
- One identification request to each open service afterwards, with the vendor's and product's names in the answers.""",
)
