"""The plant's cabling: a namespace for each host, a bridge for each VLAN, a firewall that routes between them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lab.errors import LabError
from lab.plant import HOSTS, Host, firewall_mac, vlans

if TYPE_CHECKING:
    from collections.abc import Iterable

FIREWALL, SWITCH = "firewall", "switch"


def run(*command: str) -> None:
    """Run a command that must succeed.

    Raises:
        LabError: it did not; the message holds what it said.
    """
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if result.returncode:
        raise LabError(f"{' '.join(command)}: {result.stderr.strip()}")


def check() -> None:
    """Say what is missing before anything is begun.

    Raises:
        LabError: this machine or this user cannot make network namespaces.
    """
    if not sys.platform.startswith("linux"):
        raise LabError("The laboratory needs Linux network namespaces; this is another system.")
    if os.geteuid() != 0:
        raise LabError("The laboratory makes network namespaces, which needs root: run it with sudo, or use the "
                       "captures that are already in tests/captures.")  # fmt: skip
    if not shutil.which("ip"):
        raise LabError("The command `ip` is missing: install the package iproute2.")
    name = f"lw{os.getpid()}-check"
    run("ip", "netns", "add", name)
    run("ip", "netns", "delete", name)


def sweep() -> None:
    """Remove the namespaces of runs that were killed before they could."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, timeout=30, check=False).stdout
    for line in listed.splitlines():
        found = re.match(r"lw(\d+)-\S+", line)
        if found and not Path("/proc", found[1]).exists():
            run("ip", "netns", "delete", found[0])


class Network:
    """The namespaces of one run; they are gone when its context ends, whatever happened in it."""

    def __init__(self, hosts: Iterable[Host] = tuple(HOSTS.values())) -> None:
        self._hosts = tuple(hosts)
        self._prefix = f"lw{os.getpid()}-"
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        check()
        sweep()
        with self._stack:
            self._build()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def namespace(self, name: str) -> str:
        """Full name of the namespace of a host, the switch or the firewall."""
        return self._prefix + name

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line that runs this Python inside a host."""
        return ["ip", "netns", "exec", self.namespace(name), sys.executable, *arguments]

    def _build(self) -> None:
        for name in (SWITCH, FIREWALL, *(host.name for host in self._hosts)):
            self._add(name)
        for vlan in vlans():
            self._inside(SWITCH, "ip", "link", "add", f"vlan{vlan}", "type", "bridge", "mcast_snooping", "0")
            self._inside(SWITCH, "ip", "link", "set", f"vlan{vlan}", "up")
            self._connect(FIREWALL, f"eth{vlan}", vlan, firewall_mac(vlan), f"10.21.{vlan}.1")
        self._set(FIREWALL, "net/ipv4/ip_forward", "1")
        for host in self._hosts:
            self._connect(host.name, "eth0", host.vlan, host.mac, host.ip)
            self._inside(host.name, "ip", "route", "add", "default", "via", f"10.21.{host.vlan}.1")
            self._set(host.name, "net/ipv4/ip_default_ttl", str(host.ttl))

    def _add(self, name: str) -> None:
        run("ip", "netns", "add", self.namespace(name))
        self._stack.callback(run, "ip", "netns", "delete", self.namespace(name))
        for key, value in (("ipv6/conf/all/disable_ipv6", "1"), ("ipv6/conf/default/disable_ipv6", "1"),
                           ("ipv4/tcp_timestamps", "0"), ("ipv4/tcp_sack", "0")):  # fmt: skip
            self._set(name, f"net/{key}", value)
        self._inside(name, "ip", "link", "set", "lo", "up")

    def _connect(self, name: str, interface: str, vlan: int, mac: str, ip: str) -> None:
        """Plug a host into a port of the switch."""
        port = f"{name[:9]}.{vlan}"
        self._inside(SWITCH, "ip", "link", "add", port, "type", "veth", "peer", "name", interface,
                     "netns", self.namespace(name))  # fmt: skip
        self._inside(SWITCH, "ip", "link", "set", port, "master", f"vlan{vlan}", "up")
        self._inside(name, "ip", "link", "set", interface, "address", mac, "up")
        self._inside(name, "ip", "address", "add", f"{ip}/24", "dev", interface)
        self._inside(name, sys.executable, str(Path(__file__).with_name("offload.py")), interface)

    def _inside(self, name: str, *command: str) -> None:
        run("ip", "netns", "exec", self.namespace(name), *command)

    def _set(self, name: str, key: str, value: str) -> None:
        """Write a kernel setting of a namespace, where this kernel has it."""
        self._inside(name, "sh", "-c", f"[ ! -e /proc/sys/{key} ] || echo {value} > /proc/sys/{key}")
