"""What every `EntityStore` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.audit import Actor
from core.entities import (
    Asset,
    Conversation,
    Enterprise,
    EnterpriseKind,
    Evidence,
    Fact,
    Finding,
    Frames,
    Inspection,
    Rectification,
    Role,
    Site,
    User,
    Verdict,
)
from core.errors import ConflictError, NotFoundError, QueryError
from core.ports import AuditFilter, EntityStore
from core.scope import EVERYTHING, Scope

PLANT = Enterprise(
    *("plant", "水厂", "91350100M000100Y43", "D4610", EnterpriseKind.PLATFORM),
    level=3,
    region="350100",
    contact="李, 0591",
    demo=True,
)
ASSET = Asset(
    *("asset1", "plant", "north", ("00:11:22:33:44:55",), ("10.0.0.1", "fe80::1"), "plc"),
    level=1.5,
    protocols=("modbus:server",),
    first_seen=1_700_000_000_123_456_789,
    facts=(Fact("vendor", "Siemens", "OUI of the MAC address", "a.pcap", 4),),
)
CONVERSATION = Conversation(
    *("talk1", "plant", "north", "modbus", "10.0.0.9", "10.0.0.1", 502, "tcp", None, 5, 6, 2**40),
    commands=(("ot_read_command", 5), ("ot_write_command", 1)),
)
FINDING = Finding(
    "CN-1",
    Verdict.NOT_MET,
    "flat",
    "扁平",
    (Evidence("seen", "看到", (Frames("a.pcap", (1, 2)),), 2),),
    Rectification.OPEN,
    "split",
    "划分",
)
INSPECTION = Inspection(
    *("check1", "plant", "north", "GB/T 22239", 100, ("a.pcap",), 5000),
    (FINDING, Finding("CN-2", Verdict.NOT_OBSERVABLE, "", "")),
    *(3, "登记.csv", "wang", 120),
)
USER = User("u1", "li", "$argon2id$x", Role.ANALYST, frozenset({"plant", "mill"}), "zh", "李工", provisional=True)


def test_each_enterprise_may_call_a_site_the_same(open_entities: Callable[[], EntityStore]) -> None:
    store = open_entities()
    both = [Site("local", "mill", "磨坊"), Site("local", "plant", "电厂")]
    for site in both:
        store.save_sites([site])
    assert store.sites(EVERYTHING) == both
    assert store.sites(Scope(frozenset({"mill"}), frozenset({"local"}))) == both[:1]


def test_entities_come_back_as_they_were_given(open_entities: Callable[[], EntityStore]) -> None:
    store = open_entities()
    admin = User("u2", "root", "", Role.ADMINISTRATOR, None, "en")
    store.save_enterprises([PLANT])
    store.save_sites([Site("north", "plant", "北厂", "350102")])
    store.save_user(USER)
    store.save_user(admin)
    store.save_assets([ASSET])
    store.save_conversations([CONVERSATION])
    store.save_inspection(INSPECTION)
    store.save_state("baseline", b"\x00\xff")
    again = open_entities()
    assert again.enterprises(EVERYTHING) == [PLANT]
    assert again.sites(EVERYTHING) == [Site("north", "plant", "北厂", "350102")]
    assert again.users() == [USER, admin]
    assert again.user("li") == USER
    assert again.assets(EVERYTHING) == [ASSET]
    assert again.conversations(EVERYTHING) == [CONVERSATION]
    assert again.inspections(EVERYTHING) == [INSPECTION]
    assert again.state("baseline") == b"\x00\xff"


def test_what_is_not_there_is_none_or_empty(entities: EntityStore) -> None:
    assert entities.user("li") is None
    assert entities.state("baseline") is None
    assert entities.session_user("token", 0) is None
    assert list(entities.enterprises(EVERYTHING)) == []
    assert entities.audit_log(AuditFilter(), 5) == ([], None)
    entities.end_session("token")


def test_saving_a_known_id_replaces_the_entity(entities: EntityStore) -> None:
    entities.save_assets([ASSET, replace(ASSET, id="asset2")])
    entities.save_assets([replace(ASSET, role="rtu", facts=())])
    assert entities.assets(EVERYTHING) == [replace(ASSET, role="rtu", facts=()), replace(ASSET, id="asset2")]


def test_two_users_cannot_have_one_name(entities: EntityStore) -> None:
    entities.save_user(USER)
    with pytest.raises(ConflictError, match="li"):
        entities.save_user(replace(USER, id="u9"))
    assert entities.users() == [USER]


def test_a_session_stands_for_its_user_until_it_expires_or_ends(entities: EntityStore) -> None:
    entities.save_user(USER)
    entities.save_session("token", "u1", expires=100)
    assert entities.session_user("token", 99) == USER
    assert entities.session_user("token", 100) is None
    assert entities.session_user("other", 0) is None
    entities.end_session("token")
    assert entities.session_user("token", 99) is None


def test_a_disabled_user_has_no_session_until_enabled_again(entities: EntityStore) -> None:
    entities.save_user(USER)
    entities.save_session("token", "u1", expires=100)
    entities.save_user(replace(USER, disabled=True))
    assert entities.session_user("token", 0) is None
    entities.save_user(USER)
    assert entities.session_user("token", 0) == USER


def test_a_removed_user_is_gone_with_its_sessions_and_the_audit_log_stays(entities: EntityStore) -> None:
    other = replace(USER, id="u2", name="wu")
    for user in (USER, other):
        entities.save_user(user)
        entities.save_session(f"token of {user.id}", user.id, expires=100)
    entities.audit("li", "session.begun", "u1", 1)
    entities.remove_user("u1")
    entities.remove_user("never there")
    assert (entities.users(), entities.user("li")) == ([other], None)
    assert [entities.session_user(f"token of {key}", 0) for key in ("u1", "u2")] == [None, other]
    assert [note.user for note in entities.audit_log(AuditFilter(), 5)[0]] == ["li"]
    entities.save_user(USER)
    assert entities.session_user("token of u1", 0) is None


def test_all_sessions_of_a_user_end_at_once_and_of_nobody_else(entities: EntityStore) -> None:
    entities.save_user(USER)
    entities.save_user(replace(USER, id="u2", name="wu"))
    for token, user in (("one", "u1"), ("two", "u1"), ("other", "u2")):
        entities.save_session(token, user, expires=100)
    assert entities.end_sessions("u1") == 2
    assert entities.end_sessions("u1") == 0
    assert [entities.session_user(token, 0) is None for token in ("one", "two", "other")] == [True, True, False]


def test_only_sessions_that_have_expired_are_purged(entities: EntityStore) -> None:
    entities.save_user(USER)
    for token, expires in (("old", 99), ("just", 100), ("new", 101)):
        entities.save_session(token, "u1", expires)
    assert entities.purge_sessions(100) == 2
    assert entities.purge_sessions(100) == 0
    assert entities.session_user("old", 0) is None
    assert entities.session_user("new", 100) == USER


def test_a_session_sees_what_its_user_has_become(entities: EntityStore) -> None:
    entities.save_user(USER)
    entities.save_session("token", "u1", expires=100)
    entities.save_user(replace(USER, role=Role.VIEWER))
    user = entities.session_user("token", 0)
    assert user is not None
    assert user.role is Role.VIEWER


def test_no_call_reaches_entities_outside_of_its_scope(entities: EntityStore) -> None:
    entities.save_enterprises([PLANT, replace(PLANT, id="rival")])
    places = [("plant", "north"), ("plant", "south"), ("rival", "east")]
    entities.save_sites([Site(site, organization, "") for organization, site in places])
    for organization, site in places:
        where: dict[str, Any] = {"id": site, "organization": organization, "site": site}
        entities.save_assets([replace(ASSET, **where)])
        entities.save_conversations([replace(CONVERSATION, **where)])
        entities.save_inspection(replace(INSPECTION, **where))
    for scope, organizations, sites in (
        (EVERYTHING, ["plant", "rival"], ["east", "north", "south"]),
        (Scope(frozenset({"plant"})), ["plant"], ["north", "south"]),
        (Scope(frozenset({"plant"}), frozenset({"south", "east"})), ["plant"], ["south"]),
        (Scope(frozenset({"nobody"})), [], []),
        (Scope(frozenset()), [], []),
    ):
        assert [one.id for one in entities.enterprises(scope)] == organizations
        for found in (entities.sites, entities.assets, entities.conversations, entities.inspections):
            assert sorted(one.id for one in found(scope)) == sites
        for site in ("north", "south", "east"):
            if site in sites:
                entities.set_rectification(site, "CN-1", Rectification.OPEN, scope)
            else:
                with pytest.raises(NotFoundError):
                    entities.set_rectification(site, "CN-1", Rectification.DONE, scope)
    states = {one.findings[0].rectification for one in entities.inspections(EVERYTHING)}
    assert states == {Rectification.OPEN}


def test_inspections_come_newest_first_with_their_findings_in_order(entities: EntityStore) -> None:
    for number, at in enumerate([5, 9, 7]):
        entities.save_inspection(replace(INSPECTION, id=f"check{number}", at=at))
    found = entities.inspections(EVERYTHING)
    assert [one.at for one in found] == [9, 7, 5]
    assert all([part.requirement for part in one.findings] == ["CN-1", "CN-2"] for one in found)


def test_inspecting_again_keeps_a_repair_that_has_begun(entities: EntityStore) -> None:
    entities.save_inspection(INSPECTION)
    entities.set_rectification("check1", "CN-1", Rectification.DONE, EVERYTHING)
    entities.save_inspection(replace(INSPECTION, packets=6000))
    (found,) = entities.inspections(EVERYTHING)
    assert found.packets == 6000
    assert found.findings[0].rectification is Rectification.DONE
    entities.save_inspection(
        replace(INSPECTION, findings=(replace(FINDING, verdict=Verdict.MET, rectification=Rectification.NONE_NEEDED),))
    )
    (found,) = entities.inspections(EVERYTHING)
    assert [one.rectification for one in found.findings] == [Rectification.NONE_NEEDED]


def test_an_unknown_finding_is_not_found(entities: EntityStore) -> None:
    entities.save_inspection(INSPECTION)
    with pytest.raises(NotFoundError, match="CN-9"):
        entities.set_rectification("check1", "CN-9", Rectification.DONE, EVERYTHING)


def test_the_audit_log_shows_the_latest_notes_first(entities: EntityStore) -> None:
    for number in range(5):
        entities.audit("li", "acknowledge", f"alert{number}", number)
    notes, _ = entities.audit_log(AuditFilter(), 2)
    assert [(note.at, note.user, note.action, note.subject) for note in notes] == [
        (4, "li", "acknowledge", "alert4"),
        (3, "li", "acknowledge", "alert3"),
    ]


def _pages(entities: EntityStore, chosen: AuditFilter, size: int) -> list[list[str]]:
    """The subjects on each page."""
    pages, cursor = [], None
    for _ in range(20):
        notes, cursor = entities.audit_log(chosen, size, cursor)
        pages.append([note.subject for note in notes])
        if cursor is None:
            return pages
    raise AssertionError("the pages never end")


def test_pages_of_the_audit_log_miss_and_repeat_nothing_where_all_was_done_at_once(entities: EntityStore) -> None:
    for number in range(7):
        entities.audit("li", "acknowledge", str(number), 5)
    assert _pages(entities, AuditFilter(), 3) == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    first, cursor = entities.audit_log(AuditFilter(), 3)
    entities.audit("li", "acknowledge", "new", 5)
    assert [note.subject for note in entities.audit_log(AuditFilter(), 3, cursor)[0]] == ["3", "2", "1"]
    assert len(first) == 3


@pytest.mark.parametrize(
    ("chosen", "subjects"),
    [
        (AuditFilter(user="li"), ["c", "a"]),
        (AuditFilter(user="l"), []),
        (AuditFilter(actor=Actor.USER), ["c", "a"]),
        (AuditFilter(actor=Actor.PLATFORM), ["d"]),
        (AuditFilter(actor=Actor.UNKNOWN), ["e", "b"]),
        (AuditFilter(actions=frozenset({"alert.open"})), ["d", "c"]),
        (AuditFilter(actions=frozenset({"alert.open", "session.refused"})), ["e", "d", "c", "b"]),
        (AuditFilter(start=2, end=4), ["c", "b"]),
        (AuditFilter(user="li", actions=frozenset({"alert.open"}), end=9), ["c"]),
    ],
    ids=["user", "part of a name", "users", "platform", "unknown", "action", "actions", "time", "all at once"],
)
def test_the_audit_log_is_narrowed(entities: EntityStore, chosen: AuditFilter, subjects: list[str]) -> None:
    entities.audit("li", "user.created", "a", 1)
    entities.audit("wang", "session.refused", "b", 2)
    entities.audit("li", "alert.open", "c", 3)
    entities.audit("", "alert.open", "d", 4)
    entities.audit("", "session.refused", "e", 5)
    assert _pages(entities, chosen, 50) == [subjects]
    assert [subject for page in _pages(entities, chosen, 1) for subject in page] == subjects


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 30, "1 or 1"])
def test_a_foreign_cursor_of_the_audit_log_is_refused(entities: EntityStore, cursor: str) -> None:
    with pytest.raises(QueryError, match="cursor"):
        entities.audit_log(AuditFilter(), 5, cursor)


def test_more_entities_than_one_statement_takes_are_kept(entities: EntityStore) -> None:
    entities.save_assets(replace(ASSET, id=f"asset{number}") for number in range(3000))
    assert len(entities.assets(EVERYTHING)) == 3000
