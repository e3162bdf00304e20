"""The tables. A column has the name of the field of its entity in `core.entities`; migrations make them.

`info` of a table says which of its columns the data wall looks at: see `wall.within`.
"""

from __future__ import annotations

import json

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class Json(TypeDecorator[object]):
    """A list or record as JSON text, alike for alike values, so that it can be grouped by in any database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """From the database."""
        return None if value is None else json.loads(value)


def _key(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _longs(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


def _jsons(*names: str) -> list[Column[object]]:
    return [Column(name, Json, nullable=False) for name in names]


def _flags(*names: str) -> list[Column[bool]]:
    return [Column(name, Boolean, nullable=False) for name in names]


_BY_SITE = {"organization": "organization", "site": "site"}

enterprise = Table(
    "enterprise",
    metadata,
    _key(),
    *_texts("name", "credit_code", "sector", "kind"),
    Column("level", Integer, nullable=False),
    *_texts("region", "contact"),
    Column("demo", Boolean, nullable=False),
    info={"organization": "id"},
)
site = Table(
    "site",
    metadata,
    _key("organization"),
    _key(),
    *_texts("name", "region"),
    info={"organization": "organization", "site": "id"},
)
user = Table(
    "user",
    metadata,
    _key(),
    Column("name", Text, nullable=False, unique=True),
    *_texts("password_hash", "role"),
    Column("organizations", Json),
    *_texts("language", "display_name"),
    *_flags("disabled", "provisional"),
)
session = Table(
    "session",
    metadata,
    _key("token_hash"),
    Column("user", Text, ForeignKey("user.id", ondelete="CASCADE"), nullable=False, index=True),
    *_longs("expires"),
)
asset = Table(
    "asset",
    metadata,
    _key(),
    *_texts("organization", "site"),
    *_jsons("macs", "ips"),
    *_texts("role"),
    Column("level", Float),
    *_jsons("protocols"),
    *_longs("first_seen", "last_seen"),
    *_texts("vendor", "model", "firmware"),
    *_jsons("facts"),
    Index(None, "organization", "site"),
    info=_BY_SITE,
)
conversation = Table(
    "conversation",
    metadata,
    _key(),
    *_texts("organization", "site", "protocol", "client_ip", "server_ip"),
    Column("server_port", Integer, nullable=False),
    *_texts("transport"),
    Column("vlan", Integer),
    *_longs("first_seen", "last_seen", "messages"),
    *_jsons("commands"),
    *_longs("errors", "unanswered"),
    Index(None, "organization", "site"),
    info=_BY_SITE,
)
inspection = Table(
    "inspection",
    metadata,
    _key(),
    *_texts("organization", "site", "standard"),
    *_longs("at"),
    *_jsons("captures"),
    *_longs("packets"),
    Column("level", Integer, nullable=False),
    *_texts("register", "user"),
    *_longs("ordered"),
    Index(None, "organization", "site", "at"),
    info=_BY_SITE,
)
finding = Table(
    "finding",
    metadata,
    Column("inspection", Text, ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True),
    _key("requirement"),
    Column("position", Integer, nullable=False),
    *_texts("verdict", "en", "zh"),
    *_jsons("evidence"),
    *_texts("rectification", "advice_en", "advice_zh"),
)
state = Table("state", metadata, _key("key"), Column("value", LargeBinary, nullable=False))
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    *_longs("at"),
    *_texts("user", "action", "subject"),
    sqlite_autoincrement=True,
)
alert = Table(
    "alert",
    metadata,
    _key(),
    *_texts("organization", "site", "observer"),
    *_longs("first_seen", "last_seen"),
    *_texts("rule_id", "rule_name", "rule_name_zh", "kind"),
    Column("severity", Integer, nullable=False),
    *_texts("message", "message_zh", "source_mac", "source_ip"),
    Column("source_port", Integer),
    *_texts("destination_mac", "destination_ip"),
    Column("destination_port", Integer),
    *_texts("protocol"),
    *_jsons("techniques"),
    *_longs("count"),
    *_jsons("evidence"),
    *_longs("evidence_total"),
    # What people made of it; a new version of the alert leaves these alone.
    *_texts("review_state", "review_reason", "review_user"),
    *_longs("review_at"),
    Index("ix_alert_newest", "first_seen", "id"),
    Index("ix_alert_severity", "severity", "first_seen", "id"),
    Index("ix_alert_state_newest", "review_state", "first_seen", "id"),
    Index("ix_alert_state_severity", "review_state", "severity", "first_seen", "id"),
    Index("ix_alert_organization", "organization", "first_seen", "id"),
    # Alerts over time, whoever may see them, without reading any.
    Index("ix_alert_timeline", "first_seen", "severity", "organization", "site"),
    Index("ix_alert_source", "source_ip"),
    Index("ix_alert_destination", "destination_ip"),
    # Everything that is counted by and filtered with, so that counting reads no alert.
    Index(
        "ix_alert_counts",
        *("review_state", "organization", "site", "severity", "kind", "rule_id", "protocol", "techniques"),
        *("first_seen", "last_seen"),
    ),
    info=_BY_SITE,
)
