"""Reads a folder of Sigma YAML. What is wrong with one rule is said with file and line; the others still run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from analytics.findings import placeholders
from analytics.rules.correlation_rule import to_correlation
from analytics.rules.facts import check_name, listed, must_be_given
from analytics.rules.rule import ACTORS, SEVERITY, About, AnyRule, Correlation, Document, Rule, Trial, Wording
from analytics.rules.sigma import prepare, to_query
from analytics.rules.trial_cases import to_trial
from core.errors import LiaowangError, RuleError, UnknownNameError
from core.fields import Kind, Vocabulary
from core.query import tree
from core.query.check import check
from core.query.tree import Query
from core.rows import RowKind, row_fields

_FORMS: Mapping[type, tuple[str, tuple[str, ...]]] = {
    str: ("a text", ("title", "id", "name", "status", "level", "description", "author", "license", "actor")),
    list: ("a list", ("tags", "falsepositives", "references", "optional_facts")),
    Mapping: ("a mapping of keys", ("logsource", "detection", "correlation", "message", "runbook", "zh", "tests")),
}
"""What the keys of a rule hold."""
_GIVEN = ("logsource", "detection", "correlation")
"""Those that may not be there and empty."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that can run, in order of file, and why the others cannot."""

    rules: tuple[AnyRule, ...]
    errors: tuple[RuleError, ...]


def load(folder: Path, vocabulary: Vocabulary) -> Loaded:
    """Every rule in the folder and below.

    Raises:
        RuleError: there is no such folder.
    """
    if not folder.is_dir():
        raise RuleError("There is no folder of rules here.", str(folder))
    files = sorted(path for suffix in ("*.yml", "*.yaml") for path in folder.rglob(suffix))
    texts = ((path.relative_to(folder).as_posix(), path.read_bytes()) for path in files)
    return load_texts(texts, vocabulary)


def load_texts(texts: Iterable[tuple[str, bytes]], vocabulary: Vocabulary) -> Loaded:
    """Rules from (file name, content), one or several YAML documents each."""
    rules: dict[str, AnyRule] = {}
    errors: list[RuleError] = []
    for file, content in texts:
        try:
            sources = _documents(file, content.decode("utf-8"))
        except RuleError as error:
            errors.append(error)
            continue
        except UnicodeDecodeError as error:
            errors.append(RuleError(f"The file is not UTF-8: {error.reason}.", file))
            continue
        if not sources:
            errors.append(RuleError("There is no rule in this file.", file))
        for source in sources:
            try:
                rule = source.rule(vocabulary)
                if rule.about.id in rules:
                    raise RuleError(f"The id is also that of {rules[rule.about.id].about.file}.", file)
                rules[rule.about.id] = rule
            except RuleError as error:
                errors.append(error)
    return _resolved(rules, errors)


def _resolved(rules: dict[str, AnyRule], errors: list[RuleError]) -> Loaded:
    """Correlations with the rules they count found by id or name; those that miss one cannot run."""
    names = {rule.about.name: rule.about.id for rule in rules.values() if rule.about.name}
    ready: list[AnyRule] = []
    for rule in rules.values():
        if not isinstance(rule, Correlation):
            ready.append(rule)
            continue
        ids = tuple(names.get(one, one) for one in rule.rules)
        missing = [one for one in ids if not isinstance(rules.get(one), Rule)]
        if missing:
            errors.append(RuleError(f"It counts the rule {missing[0]!r}, which is not there.", rule.about.file))
            continue
        ready.append(
            Correlation(
                rule.about, rule.counts, ids, rule.group_by, rule.timespan, rule.least, rule.value, rule.generate
            )
        )
    return Loaded(tuple(ready), tuple(errors))


def _documents(file: str, content: str) -> list[_Source]:
    try:
        nodes = list(yaml.compose_all(content, Loader=yaml.SafeLoader))
        values = list(yaml.safe_load_all(content))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read"
        raise RuleError(f"Bad YAML: {problem}.", file, mark.line + 1 if mark else None) from error
    found = []
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise RuleError("A rule is a mapping of keys.", file, node.start_mark.line + 1)
        found.append(_Source(file, content.splitlines(), node.start_mark.line, node.end_mark.line, value))
    return found


@dataclass(frozen=True)
class _Source:
    """One YAML document of a file, from line `start` on (0-based)."""

    file: str
    lines: list[str]
    start: int
    end: int
    document: Document

    def fault(self, message: str, word: str = "", hint: str = "") -> RuleError:
        """The error with the line that holds `word`, looked for from the detection on before the head."""
        wanted = word or "title:"
        lines = range(self.start, min(self.end + 1, len(self.lines)))
        core = next((n for n in lines if self.lines[n].startswith(("detection:", "correlation:"))), self.start)
        line = next((n for n in (*lines[core - self.start :], *lines) if wanted in self.lines[n]), self.start)
        return RuleError(message, self.file, line + 1, hint)

    def _check_keys(self) -> None:
        """Raises RuleError where a key holds something of another form: Sigma's own check takes the form for given."""
        for kind, (name, keys) in _FORMS.items():
            for key in keys:
                value = self.document.get(key)
                if isinstance(value, kind) or (value is None and key not in _GIVEN):
                    continue
                if key not in self.document:
                    continue
                lines = range(self.start, min(self.end + 1, len(self.lines)))
                starts = (f"{key}:", f'"{key}":', f"'{key}':")
                line = next((n for n in lines if self.lines[n].startswith(starts)), self.start)
                raise RuleError(f"`{key}` must be {name}, not {_plainly(value)}.", self.file, line + 1)

    def rule(self, vocabulary: Vocabulary) -> AnyRule:
        try:
            self._check_keys()
            if "correlation" in self.document:
                return self._correlation(vocabulary)
            return self._rule(vocabulary)
        except RuleError:
            raise
        except UnknownNameError as error:
            raise self.fault(error.message, error.message.split("'")[1], error.hint) from error
        except LiaowangError as error:
            raise self.fault(error.message, self._word(error.message), error.hint) from error
        except SigmaError as error:
            raise self.fault(f"Not Sigma: {error}.", self._word(str(error))) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self.fault(f"Not a rule: {error!s}.") from error

    def _word(self, message: str) -> str:
        """A piece of the message that stands in the document: tells the line."""
        quoted = [piece.replace("\\\\", "\\") for piece in message.split("'")[1::2]]
        words = [*quoted, *(word.strip(".,:;'") for word in message.split() if "." in word.strip(".,:;'"))]
        body = "\n".join(self.lines[self.start : self.end + 1])
        return next((word for word in words if word and word in body), "detection:")

    def _rule(self, vocabulary: Vocabulary) -> Rule:
        document = {**self.document, "detection": prepare(self.document.get("detection"))}
        sigma = SigmaRule.from_dict(document)
        kind, service = self._logsource(sigma, vocabulary)
        kinds = self._kinds(kind, service, vocabulary)
        query = to_query(sigma)
        optional = [check_name(str(name)) for name in self.document.get("optional_facts") or ()]
        lists = dict.fromkeys(name for leaf in tree.leaves(query) if (name := listed(leaf)))
        needs = tuple(name for name in lists if must_be_given(name) and name not in optional)
        check(_without_lists(query), kinds)
        about = self._about(sigma, kinds)
        return Rule(about, kind, service, query, needs)

    def _correlation(self, vocabulary: Vocabulary) -> Correlation:
        sigma = SigmaCorrelationRule.from_dict(dict(self.document))
        kinds = {one.name: one.kind for one in vocabulary}
        about = self._about(sigma, {**kinds, "correlation.count": Kind.LONG, "correlation.values": Kind.KEYWORD})
        return to_correlation(about, sigma, kinds)

    def _logsource(self, sigma: SigmaRule, vocabulary: Vocabulary) -> tuple[RowKind, str | None]:
        source = sigma.logsource
        if source.product != "ot":
            raise self.fault("The product of the logsource must be `ot`.", "product:")
        categories = [kind.value for kind in RowKind]
        if source.category not in categories:
            raise self.fault(f"The category of the logsource must be one of {', '.join(categories)}.", "category:")
        if source.service is not None and source.service not in vocabulary.protocols:
            raise UnknownNameError("protocol", source.service, vocabulary.protocols)
        return RowKind(source.category), source.service

    def _kinds(self, kind: RowKind, service: str | None, vocabulary: Vocabulary) -> dict[str, Kind]:
        """The kinds of all fields that rows of this logsource can have."""
        protocols = [service] if service else list(vocabulary.protocols)
        fields = [one for name in protocols for one in row_fields(kind, name, vocabulary)]
        return {one.name: one.kind for one in (*kind.fields, *fields)}

    def _about(self, sigma: SigmaRule | SigmaCorrelationRule, kinds: Mapping[str, Kind]) -> About:
        if sigma.id is None or sigma.level is None:
            raise self.fault("A rule needs an `id` and a `level`.")
        en, zh = self._wording("en"), self._wording("zh")
        actor = str(self.document.get("actor") or ACTORS[0])
        if actor not in ACTORS:
            raise self.fault(f"The actor must be one of {', '.join(ACTORS)}.", "actor:")
        for message in (en.message, zh.message):
            for name in placeholders(message):
                if name not in kinds:
                    raise UnknownNameError("field", name, kinds)
        techniques = [tag.name.upper() for tag in sigma.tags if tag.namespace == "attack" and tag.name[1:2].isdigit()]
        return About(
            id=str(sigma.id),
            name=sigma.name or "",
            file=self.file,
            severity=SEVERITY[sigma.level.name.lower()],
            techniques=tuple(techniques),
            en=en,
            zh=zh,
            trial=self._trial(kinds),
            status=sigma.status.name.lower() if sigma.status else "",
            source="\n".join([f"# {self.file}", *self.lines[self.start : self.end], ""]),
            actor=actor,
        )

    def _trial(self, kinds: Mapping[str, Kind]) -> Trial:
        return to_trial(self.document.get("tests") or {}, kinds)

    def _wording(self, language: str) -> Wording:
        """English stands at the top as Sigma has it; Chinese below `zh`."""
        own = self.document if language == "en" else self.document.get("zh") or {}
        runbook = (self.document.get("runbook") or {}).get(language) or ()
        title = str(own.get("title") or "")
        message = self.document.get("message") or {}
        return Wording(
            title=title,
            description=str(own.get("description") or "").strip(),
            message=str(message.get(language) or title).strip(),
            runbook=tuple(str(step) for step in runbook),
            falsepositives=tuple(str(one) for one in own.get("falsepositives") or ()),
        )


def _plainly(value: object) -> str:
    """What a value of YAML is, for people: `the number 1`."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, Mapping) else f"the date {value}"


def _without_lists(query: Query) -> Query:
    """The tree with lists of facts taken for fields that exist, so that the rest can be checked."""
    if isinstance(query, tree.And):
        return tree.And(tuple(_without_lists(part) for part in query.parts))
    if isinstance(query, tree.Or):
        return tree.Or(tuple(_without_lists(part) for part in query.parts))
    if isinstance(query, tree.Not):
        return tree.Not(_without_lists(query.part))
    return tree.Exists(query.field) if listed(query) and isinstance(query, tree.Equals) else query
