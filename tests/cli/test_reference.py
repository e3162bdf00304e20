"""docs/reference is what the code declares, in both languages; the names that others join on are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.reference import pages
from cli.reference.cli import untranslated
from cli.reference.settings import chinese
from cli.settings import Settings
from collectors.pipeline import meanings
from collectors.sight import OF_CAPTURES
from collectors.wire.protocol import vocabulary
from core.fields import Kind
from core.rows import RowKind, schema

PAGES = dict(pages())
_HAN = re.compile(r"[\u4e00-\u9fff]")
COMMON = [
    "@timestamp",
    "frame.file",
    "frame.number",
    "source.mac",
    "source.ip",
    "source.port",
    "destination.mac",
    "destination.ip",
    "destination.port",
    "network.transport",
    "network.protocol",
    "network.community_id",
    "network.vlan.id",
    "ot.direction",
    "ot.command",
    "organization.id",
    "ot.site.id",
    "observer.name",
]
FIXED = {
    "modbus": "transaction_id unit_id function_code exception_code address quantity",
    "iec104": "apdu_type type_id cause negative test common_address object_count object_address",
    "s7comm": "rosctr pdu_reference function_code error_class error_code",
    "dnp3": "source destination function_code iin",
    "enip": "command session_handle status",
    "cip": "service class instance attribute status",
}
WORDS = {"apdu_type": Kind.KEYWORD, "negative": Kind.BOOLEAN, "test": Kind.BOOLEAN}
NAMED = {
    "modbus": "function_code exception_code",
    "iec104": "type_id cause",
    "s7comm": "rosctr function_code error_class",
    "dnp3": "function_code",
    "enip": "command status",
    "cip": "service class status",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_code_declares_it(root: Path, name: str) -> None:
    written = (root / "docs/reference" / name).read_text("utf-8")
    assert written == PAGES[name], "run `make docs`"


def test_no_page_is_left_over(root: Path) -> None:
    assert {file.name for file in (root / "docs/reference").iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_no_date_and_no_path_of_a_machine(root: Path, name: str) -> None:
    assert str(root) not in PAGES[name]
    assert not re.search(r"/(home|root|work|tmp|usr)/", PAGES[name])
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", PAGES[name])


def test_every_field_has_a_meaning_in_both_languages() -> None:
    assert [one.name for one in vocabulary() if not one.en.strip() or not _spoken(one.zh)] == []


def _spoken(text: str) -> bool:
    """Chinese, or an abbreviation that both languages share."""
    return bool(_HAN.search(text)) or bool(re.fullmatch(r"[A-Z][\w /-]*", text.strip()))


def test_every_counter_has_a_meaning_in_both_languages() -> None:
    known = {**meanings(), **OF_CAPTURES}
    assert [name for name, (en, zh, _) in known.items() if not en.strip() or not _HAN.search(zh)] == []


def test_every_setting_has_a_meaning_in_both_languages() -> None:
    silent = [
        name for name, one in Settings.model_fields.items() if not one.description or not _HAN.search(chinese(one))
    ]
    assert silent == []


def test_every_verb_and_option_has_a_meaning_in_both_languages() -> None:
    assert untranslated() == [], "see cli/reference/cli.zh.toml"


@pytest.mark.parametrize("kind", RowKind)
@pytest.mark.parametrize("protocol", FIXED)
def test_every_row_has_the_fixed_common_columns(kind: RowKind, protocol: str) -> None:
    assert schema(kind, protocol, vocabulary()).names[: len(COMMON)] == COMMON


@pytest.mark.parametrize("protocol", FIXED)
def test_the_fixed_fields_of_a_protocol_are_columns_of_its_messages(protocol: str) -> None:
    columns = {one.name: one for one in vocabulary().protocols[protocol]}
    for name in FIXED[protocol].split():
        kind = columns[f"{protocol}.{name}"].kind
        wanted = {WORDS[name]} if name in WORDS else {Kind.INTEGER, Kind.LONG}
        assert kind in wanted, name
    for name in NAMED[protocol].split():
        assert columns[f"{protocol}.{name}_name"].kind is Kind.KEYWORD


def test_transactions_and_points_have_their_fixed_columns() -> None:
    transaction = set(schema(RowKind.TRANSACTIONS, "modbus", vocabulary()).names)
    assert {"ot.outcome", "ot.round_trip_time", "modbus.address"} <= transaction
    point = set(schema(RowKind.POINTS, "modbus", vocabulary()).names)
    assert {"ot.object.type", "ot.object.address", "ot.value", "ot.quality"} <= point
