"""The things that have a life of their own: who is watched, what was found, who acts on it.

All are immutable values with their id first; stores replace them whole. Times are nanoseconds since
1970-01-01 UTC, as everywhere in the rows.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from core.credit_code import is_valid
from core.errors import InputError


class EnterpriseKind(enum.Enum):
    """The three kinds of enterprise of 工业互联网企业网络安全分类分级管理 (MIIT)."""

    INDUSTRIAL = "industrial"
    PLATFORM = "platform"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An organisation that is watched, or that watches.

    Attributes:
        id: as in `organization.id`.
        name: in the language it uses itself.
        credit_code: 统一社会信用代码 (GB 32100-2015), 18 characters, or empty.
        sector: code of GB/T 4754-2017, such as `D4610`, or empty.
        kind: which of the three kinds.
        level: 1 to 3, 3 the highest; 0 where it is not graded.
        region: administrative code (GB/T 2260), six digits, or empty.
        contact: name, telephone, mail, as one text.
        demo: made up for the demonstration.

    Raises:
        InputError: the credit code is none.
    """

    id: str
    name: str
    credit_code: str = ""
    sector: str = ""
    kind: EnterpriseKind = EnterpriseKind.INDUSTRIAL
    level: int = 0
    region: str = ""
    contact: str = ""
    demo: bool = False

    def __post_init__(self) -> None:
        """Checks the credit code: a slip of the pen would name another enterprise in what is reported."""
        if self.credit_code and not is_valid(self.credit_code):
            raise InputError(
                f"{self.credit_code!r} of enterprise {self.id!r} is no unified social credit code (统一社会信用代码).",
                "It has 18 digits and capitals, of which the last is a check sign (GB 32100-2015).",
            )


@dataclass(frozen=True, slots=True)
class Site:
    """A plant or station of an enterprise; `id` as in `ot.site.id`."""

    id: str
    organization: str
    name: str
    region: str = ""


class Role(enum.Enum):
    """What a user may do: a viewer reads, an analyst also judges alerts, an administrator also manages."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who signs in.

    Attributes:
        id: never changes.
        name: to sign in with.
        password_hash: argon2id, in its own text form; empty where only a one-time link works.
        role: what the user may do.
        organizations: ids that the user may see, or None for all.
        language: `zh` or `en`.
        display_name: what people call the user, or empty.
        disabled: may not sign in.
        provisional: the password was chosen by someone else; the user must choose another before anything else.
    """

    id: str
    name: str
    password_hash: str
    role: Role
    organizations: frozenset[str] | None = None
    language: str = "zh"
    display_name: str = ""
    disabled: bool = False
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Frames:
    """Packets that prove something: 1-based numbers in one capture."""

    file: str
    frames: tuple[int, ...]


class AlertState(enum.Enum):
    """Where an alert stands in the queue."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    FALSE_POSITIVE = "false_positive"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing worth a look: a detector, a pair of addresses, a window of time.

    Attributes:
        id: deterministic over detector, pair, protocol and window.
        organization: that it concerns.
        site: that it concerns.
        observer: sensor that saw it; empty where several did.
        first_seen: time of the first evidence.
        last_seen: time of the last evidence.
        rule_id: of the rule, baseline or model.
        rule_name: short title.
        rule_name_zh: the same in Chinese.
        kind: `rule`, `baseline` or `model`.
        severity: 0 to 100.
        message: which field, what was seen, what is normal, in words.
        message_zh: the same in Chinese.
        source_ip: who did it; the others of the pair likewise, empty where not known.
        protocol: as in `network.protocol`.
        techniques: ATT&CK for ICS ids.
        count: how many rows of evidence so far.
        evidence: the first hundred packets.
        evidence_total: how many packets there are in all.
    """

    id: str
    organization: str
    site: str
    observer: str
    first_seen: int
    last_seen: int
    rule_id: str
    rule_name: str
    rule_name_zh: str
    kind: str
    severity: int
    message: str
    message_zh: str
    source_mac: str = ""
    source_ip: str = ""
    source_port: int | None = None
    destination_mac: str = ""
    destination_ip: str = ""
    destination_port: int | None = None
    protocol: str = ""
    techniques: tuple[str, ...] = ()
    count: int = 1
    evidence: tuple[Frames, ...] = ()
    evidence_total: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """What people made of an alert; kept apart, so that a new version of the alert leaves it alone."""

    alert: str
    state: AlertState = AlertState.OPEN
    reason: str = ""
    user: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Something learned about an asset, with the packet it was learned from.

    Attributes:
        name: such as `vendor`, `model`, `firmware`, `role`.
        value: what was learned.
        why: how, in a few words: `MEI device identification`, `OUI of the MAC address`.
        why_zh: the same in Chinese; empty where only the English is kept.
        file: capture.
        frame: 1-based packet number, 0 where it follows from many.
    """

    name: str
    value: str
    why: str
    file: str = ""
    frame: int = 0
    why_zh: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A device seen on the wire.

    Attributes:
        id: deterministic over site and address.
        organization: it belongs to.
        site: it stands in.
        macs: addresses of the link layer.
        ips: addresses of the network layer.
        role: NIST SP 800-82r3 term (plc, rtu, hmi, ews, historian, scada_server, io_device) or empty.
        level: of the Purdue model, or None.
        protocols: as in `network.protocol`, with `:server` or `:client`.
        first_seen: time.
        last_seen: time.
        vendor: or empty; model and firmware likewise.
        facts: where all of this comes from.
    """

    id: str
    organization: str
    site: str
    macs: tuple[str, ...]
    ips: tuple[str, ...]
    role: str = ""
    level: float | None = None
    protocols: tuple[str, ...] = ()
    first_seen: int = 0
    last_seen: int = 0
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one address said to another in one protocol, summed up.

    Attributes:
        id: deterministic over site, pair, protocol and server port.
        client_ip: who asks.
        server_ip: who answers.
        messages: how many of either direction.
        commands: how many messages of each `ot.command`.
        errors: transactions that ended in an error.
        unanswered: requests without a response.
    """

    id: str
    organization: str
    site: str
    protocol: str
    client_ip: str
    server_ip: str
    server_port: int
    transport: str
    vlan: int | None
    first_seen: int
    last_seen: int
    messages: int
    commands: tuple[tuple[str, int], ...] = ()
    errors: int = 0
    unanswered: int = 0


class Verdict(enum.Enum):
    """What passive evidence says of one requirement: 符合, 不符合, 不适用, 看不见."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    NOT_OBSERVABLE = "not_observable"


class Rectification(enum.Enum):
    """Where the repair (整改) of a finding stands."""

    NONE_NEEDED = "none_needed"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Machine evidence: what was seen, where, how often."""

    en: str
    zh: str
    frames: tuple[Frames, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one requirement.

    Attributes:
        requirement: its id, such as `CN-1`.
        verdict: one of four.
        en: why, in words.
        zh: the same in Chinese.
        evidence: what it rests on.
        rectification: where the repair stands.
        advice_en: what to do.
        advice_zh: the same in Chinese.
    """

    requirement: str
    verdict: Verdict
    en: str
    zh: str
    evidence: tuple[Evidence, ...] = ()
    rectification: Rectification = Rectification.NONE_NEEDED
    advice_en: str = ""
    advice_zh: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One passive check of a site against a standard.

    Attributes:
        id: deterministic over site, level, captures and list.
        organization: that it concerns.
        site: that its captures were recorded in.
        standard: its name.
        at: time of the last packet.
        captures: names of the files.
        packets: in all of them.
        findings: one for every requirement.
        level: of protection (等保), 2 to 4; 0 where it is not known.
        register: name of the file of registered assets, empty where there was none.
        user: name of who asked for it last, empty where nobody knows.
        ordered: when; 0 where nobody knows.
    """

    id: str
    organization: str
    site: str
    standard: str
    at: int
    captures: tuple[str, ...]
    packets: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    level: int = 0
    register: str = ""
    user: str = ""
    ordered: int = 0
