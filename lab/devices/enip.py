"""EtherNet/IP server on cpppo: the fuel controller, a Logix processor with tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cpppo.server.enip import device
from cpppo.server.enip.main import main

from lab.plant import ENIP
from lab.process.fuel import Fuel

if TYPE_CHECKING:
    from lab.clock import Clock
    from lab.plant import Host

TAGS = ("Fuel_PV=REAL[8]", "Fuel_SP=REAL[3]", "Fan_SP=REAL[2]", "Drive_Run=DINT[4]", "Heartbeat=DINT[1]")
IDENTITY = {"Product Name": "1756-L61/B LOGIX5561", "Serial Number": str(0x00A1B7C3)}


def attribute(fuel: Fuel, clock: Clock) -> type[Any]:
    """Make the attribute class that shows the process in the tags and takes over what is written."""
    written: dict[str, list[Any]] = {"Fuel_SP": fuel.setpoint, "Fan_SP": fuel.fan, "Drive_Run": fuel.run}

    class Tag(device.Attribute):  # type: ignore[misc]
        """A tag of the controller."""

        def __init__(self, name: str, *arguments: Any, **options: Any) -> None:
            super().__init__(name, *arguments, **options)
            if name in written:
                self.default[:] = written[name]

        def refresh(self) -> None:
            fuel.advance(clock.elapsed())
            if self.name == "Fuel_PV":
                self.default[:] = fuel.measured()
            elif self.name == "Heartbeat":
                self.default[:] = [int(clock.elapsed())]

        def __getitem__(self, key: int | slice) -> Any:
            if isinstance(self.default, list):
                self.refresh()
            return super().__getitem__(key)

        def __setitem__(self, key: int | slice, value: Any) -> None:
            super().__setitem__(key, value)
            if self.name in written:
                written[self.name][:] = self.default

    return Tag


def serve(host: Host, clock: Clock) -> None:
    """Serve until the process is ended."""
    device.Object.config_loader.read_dict({"Identity": IDENTITY})
    tag = attribute(Fuel(), clock)
    main(["--no-config", "--no-print", "-a", f"{host.ip}:{ENIP}", *TAGS], attribute_class=tag)
