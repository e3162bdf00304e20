"""What is looked for: rules, baselines, models."""

from __future__ import annotations

from analytics.rule_book import Cards
from analytics.rules.load import load
from analytics.rules.rule import Rule
from cli.content import RULES
from cli.reference.markdown import code, table, text
from cli.rules import alerting
from collectors.wire.protocol import vocabulary
from core.ports import RuleCard


def page() -> str:
    """A table of the rules, one of the rest."""
    rules = sorted(alerting(load(RULES, vocabulary())), key=lambda rule: rule.about.file)
    rows = []
    for rule in rules:
        about, needs = rule.about, rule.needs if isinstance(rule, Rule) else ()
        techniques = " ".join(map(_technique, about.techniques))
        link = f"[{about.file.removesuffix('.yml')}](../../rules/{about.file})"
        facts = " ".join(map(code, needs))
        rows.append((link, text(about.en.title), text(about.zh.title), str(about.severity), techniques, facts))
    detectors = [card for card in Cards().cards() if card.kind != "rule"]
    return "\n".join([
        "# Rules, baselines, models 规则、基线、模型\n",
        "Severity is on the scale of `event.severity`, 0 to 100; techniques are those of MITRE ATT&CK for ICS.",
        "严重程度为 0–100（`event.severity`）；技术编号出自 MITRE ATT&CK for ICS。\n",
        "## Rules 规则\n",
        table(("file 文件", "rule", "规则", "severity 严重程度", "techniques 技术", "needs 所需站点事实"), rows),
        "## Baselines and models 基线与模型\n",
        table(("kind 类别", "name", "名称", "severity 严重程度", "techniques 技术"), map(_detector, detectors)),
    ])  # fmt: skip


def _detector(card: RuleCard) -> tuple[str, ...]:
    techniques = " ".join(map(_technique, card.techniques))
    return code(card.kind), text(card.name), text(card.name_zh), str(card.severity), techniques


def _technique(name: str) -> str:
    return f"[{name}](https://attack.mitre.org/techniques/{name.replace('.', '/')}/)"
