"""One table of what queries mean, over every target."""

from __future__ import annotations

import pytest

from tests.query.cases import CASES, Case
from tests.query.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=[case.claim for case in CASES])
def test_every_target_finds_the_rows_of_the_table(case: Case, target: str) -> None:
    assert TARGETS[target](case.rows, case.query) == case.fits


def test_no_claim_is_made_twice() -> None:
    claims = [case.claim for case in CASES]
    assert len(claims) == len(set(claims))
