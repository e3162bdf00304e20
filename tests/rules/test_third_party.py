"""The rules over captures of others, whose names and documents say what was done in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.pipeline import steps
from analytics.rules.engine import RuleEngine
from analytics.rules.facts import Facts
from analytics.rules.runner import SiteRules
from collectors.capture.source import open_capture
from collectors.pipeline import Decoder
from collectors.wire.protocol import vocabulary
from core.scope import Origin
from tests.rules.content import content

ITI, ENERGY = "ITI+ICS-Security-Tools/pcaps", "fkie-cad+ipal_datasets/EnergyDataset/raw"
ZEEK = "zeek+zeek/testing/btest/Traces/dnp3"
DONE = {
    f"{ITI}/EthernetIP/cip_stop_plc.pcap": "CIP object stopped",
    f"{ITI}/openics/EIP-RebootorRestart.pcap": "CIP object stopped",
    f"{ITI}/openics/EIP-FirmwareChange.pcap": "CIP device reset",
    f"{ITI}/openics/EIP-ChangePortConfigurationAttempt.pcap": "CIP network settings changed",
    f"{ITI}/openics/EIP-IPAddressChangeAttempt.pcap": "Storm of errors",
    f"{ITI}/dnp3/cold_restart_and_response.pcap": "DNP3 outstation restarted",
    f"{ITI}/dnp3/warm_restart_and_response.pcap": "DNP3 outstation restarted",
    f"{ITI}/dnp3/file_delete.pcap": "DNP3 file opened or deleted",
    f"{ZEEK}/dnp3_file_del.pcap": "DNP3 file opened or deleted",
    "cisagov+icsnpp-s7comm/snap7.pcap": "Controller stopped",
}
QUIET = (f"{ENERGY}/train.pcap", f"{ENERGY}/test.pcap", f"{ITI}/dnp3/lan_time_sync.pcap", f"{ZEEK}/dnp3_read.pcap")
"""What others recorded of undisturbed operation."""


def named(capture: Path) -> set[str]:
    """Titles of the rules that speak; every address of the capture counts as the plant's own."""
    decoder = Decoder(Origin())
    with open_capture(capture) as source:
        batches = [batch for step in decoder.read(source, capture.name) for batch in step.rows]
    batches += decoder.finish()
    rules = SiteRules(RuleEngine(content().rules, vocabulary(), Facts({"zones": ["0.0.0.0/0", "::/0"]})))
    return {one.detector.name for step in steps(batches) for one in rules.find(step)}


def found(shared: Path, name: str) -> Path:
    captures = shared / "captures" / "pcap"
    path = captures / name
    if path.is_file():
        return path
    folder, _, file = name.partition("/")
    return next((captures / folder).rglob(Path(file).name))


@pytest.mark.parametrize("name", DONE)
def test_what_was_done_is_found(name: str, shared: Path) -> None:
    assert DONE[name] in named(found(shared, name))


@pytest.mark.parametrize("name", QUIET)
def test_undisturbed_operation_raises_nothing(name: str, shared: Path) -> None:
    assert named(found(shared, name)) == set()
