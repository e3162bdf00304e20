"""Entities as flat documents with dotted names: what files, the stream and neighbours are given."""

from __future__ import annotations

from typing import Any

from core.entities import Alert, Asset, Conversation
from core.text import rfc3339

Document = dict[str, Any]


def alert_document(alert: Alert) -> Document:
    """An alert in the names of the rows; `@timestamp` is that of the first evidence."""
    return {
        "alert.id": alert.id,
        "@timestamp": rfc3339(alert.first_seen),
        "alert.last_seen": rfc3339(alert.last_seen),
        "alert.kind": alert.kind,
        "alert.count": alert.count,
        "rule.id": alert.rule_id,
        "rule.name": alert.rule_name,
        "rule.name.zh": alert.rule_name_zh,
        "event.severity": alert.severity,
        "message": alert.message,
        "message.zh": alert.message_zh,
        "source.mac": alert.source_mac or None,
        "source.ip": alert.source_ip or None,
        "source.port": alert.source_port,
        "destination.mac": alert.destination_mac or None,
        "destination.ip": alert.destination_ip or None,
        "destination.port": alert.destination_port,
        "network.protocol": alert.protocol or None,
        "threat.technique.id": list(alert.techniques),
        "organization.id": alert.organization,
        "ot.site.id": alert.site,
        "observer.name": alert.observer,
        "evidence": [{"file": one.file, "frames": list(one.frames)} for one in alert.evidence],
        "evidence.total": alert.evidence_total,
    }


def asset_document(asset: Asset) -> Document:
    """An asset, with where each fact comes from."""
    return {
        "asset.id": asset.id,
        "organization.id": asset.organization,
        "ot.site.id": asset.site,
        "asset.ip": list(asset.ips),
        "asset.mac": list(asset.macs),
        "asset.vendor": asset.vendor or None,
        "asset.model": asset.model or None,
        "asset.firmware": asset.firmware or None,
        "asset.role": asset.role or None,
        "ot.level": asset.level,
        "asset.protocols": list(asset.protocols),
        "asset.first_seen": rfc3339(asset.first_seen),
        "asset.last_seen": rfc3339(asset.last_seen),
        "evidence": [
            {
                "name": fact.name,
                "value": fact.value,
                "why": fact.why,
                "why.zh": fact.why_zh or fact.why,
                "file": fact.file or None,
                "frame": fact.frame or None,
            }
            for fact in asset.facts
        ],
    }


def conversation_document(one: Conversation) -> Document:
    """A conversation; its commands as text, commonest first."""
    commands = sorted(one.commands, key=lambda pair: (-pair[1], pair[0]))
    return {
        "conversation.id": one.id,
        "organization.id": one.organization,
        "ot.site.id": one.site,
        "network.protocol": one.protocol,
        "network.transport": one.transport,
        "network.vlan.id": one.vlan,
        "client.ip": one.client_ip,
        "server.ip": one.server_ip,
        "server.port": one.server_port,
        "first_seen": rfc3339(one.first_seen),
        "last_seen": rfc3339(one.last_seen),
        "messages": one.messages,
        "errors": one.errors,
        "unanswered": one.unanswered,
        "commands": ", ".join(f"{name} {count}" for name, count in commands),
    }
