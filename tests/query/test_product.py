"""Random trees over random rows: every target agrees with the row-at-a-time meaning."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.query.tree import (
    And,
    Cidr,
    Compare,
    During,
    Equals,
    Exists,
    In,
    Not,
    Or,
    Query,
    Range,
    Regex,
    Value,
    Wildcard,
    Within,
    escape,
)
from core.scope import Scope
from tests.query.targets import FIELDS, KINDS, LISTS, TARGETS

# Few letters, so that texts meet; letters whose case is odd, and those that patterns give a meaning.
TEXTS = st.text("abAB1.*?\\[^$(+-{é門ΣσςİıßK\n ", max_size=4)
ADDRESSES = st.sampled_from(
    [
        "10.0.0.1",
        "10.0.0.10",
        "10.1.0.1",
        "::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "2001:db8::1",
        "0:0:0:0:0:0:0:1",
        "plc",
        "",
    ]
)
MACS = st.sampled_from(["00:1b:00:00:00:01", "00-1B-00-00-00-01", "001b.0000.0001", "00:1b:00:00:00:02", "plc", "::1"])
NETWORKS = st.sampled_from(["10.0.0.0/8", "10.0.0.0/30", "::/0", "0.0.0.0/0", "fe80::/10", "::ffff:0:0/96", "10.0.0.1"])
SMALL = st.integers(-3, 3)
LONGS = SMALL | st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**63 - 1])
REALS = st.floats(-4, 4) | st.sampled_from([0.5, float("nan"), float("inf"), -0.0, float(2**53)])
TIMES = st.integers(0, 3) | st.just(1_787_227_200_000_000_000)
PATTERNS = st.sampled_from(
    [
        "a",
        "^a",
        "b$",
        "a.b",
        "[A-É]",
        "[^a-z]",
        r"\w+",
        r"\W",
        r"^\s*$",
        "(a|B)+",
        "a{1,2}",
        "(?s)^.$",
        r"\bA",
        "σ",
        "K",
        "[^K]",
        "İ",
    ]
)


def cell(name: str) -> st.SearchStrategy[Any]:
    one = {
        "keyword": TEXTS,
        "ip": ADDRESSES,
        "mac": MACS,
        "integer": SMALL | st.just(2**31 - 1),
        "long": LONGS,
        "double": REALS,
        "boolean": st.booleans(),
        "date_nanos": TIMES,
    }[KINDS[name].value]
    return st.none() | (st.lists(st.none() | one, max_size=3) if name in LISTS else one)


ROWS = st.lists(st.fixed_dictionaries({}, optional={name: cell(name) for name in FIELDS}), min_size=1, max_size=6)
NAMES = st.sampled_from(FIELDS)
NUMBERS = LONGS | REALS.filter(lambda x: x - x == 0) | st.sampled_from([2**40, 2**70, 10**400])
VALUES: st.SearchStrategy[Value] = (
    TEXTS
    | ADDRESSES
    | MACS
    | NUMBERS
    | st.booleans()
    | st.sampled_from(["1", "0x2", "-3.0", "true", "2026-08-20T12:00:00Z"])
)
BOUND = st.none() | VALUES
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Equals, NAMES, VALUES, st.booleans()),
    st.builds(In, NAMES, st.lists(VALUES, max_size=4).map(tuple), st.booleans()),
    st.tuples(NAMES, BOUND, BOUND, BOUND, BOUND)
    .filter(lambda x: any(v is not None for v in x[1:]))
    .map(lambda x: Range(*x)),
    st.builds(
        Wildcard, NAMES, TEXTS | TEXTS.map(lambda x: f"*{escape(x)}*") | TEXTS.map(lambda x: f"{x}*"), st.booleans()
    ),
    st.builds(Regex, NAMES, PATTERNS, st.booleans()),
    st.builds(Cidr, NAMES, NETWORKS),
    st.builds(Exists, NAMES),
    st.builds(
        Compare,
        NAMES.filter(lambda name: name not in LISTS),
        st.sampled_from(["eq", "lt", "lte", "gt", "gte"]),
        NAMES.filter(lambda name: name not in LISTS),
        st.booleans(),
    ),
    st.builds(During, TIMES, TIMES),
    st.builds(Within, st.builds(Scope, st.none() | st.frozensets(TEXTS, max_size=2), st.none())),
)
TREES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "reference"])
@given(rows=ROWS, query=TREES)
def test_a_target_finds_what_the_reference_finds(target: str, rows: list[dict[str, Any]], query: Query) -> None:
    assert TARGETS[target](rows, query) == TARGETS["reference"](rows, query)
