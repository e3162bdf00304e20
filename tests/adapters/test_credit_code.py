"""The check of 统一社会信用代码 against codes that are published and against every slip of the pen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.credit_code import check_sign, is_valid
from core.entities import Enterprise
from core.errors import InputError

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The first is what the worked example of the rule ends in (sum 1640, modulo 31 is 28, so 3); the others are
# of companies, as other implementations of the rule quote them (uscc-utils, python-stdnum).
PUBLISHED = ["91350100M000100Y43", "91110108551385082Q", "91110000600037341L"]
bodies = st.tuples(
    st.text(SIGNS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(SIGNS, min_size=9, max_size=9),
).map("".join)


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_are_valid(code: str) -> None:
    assert is_valid(code)


def test_the_wrong_check_sign_of_the_worked_example_is_noticed() -> None:
    assert not is_valid("91350100M000100Y4Z")


@given(bodies, st.integers(0, 17), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_always_noticed(body: str, place: int, sign: str) -> None:
    code = body + check_sign(body)
    assert is_valid(code)
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_valid(wrong) == (wrong == code)


@given(bodies, st.integers(0, 16))
def test_two_neighbours_changed_round_are_always_noticed(body: str, place: int) -> None:
    code = body + check_sign(body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(wrong) == (wrong == code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "9135",
        "91350100M000100Y4I",
        "91350100m000100y43",
        "91350100M000100Y43 ",
        "9135010０M000100Y43",
        "AB35X100M000100Y43",
    ],
)
def test_what_is_not_of_the_form_is_not_valid(code: str) -> None:
    assert not is_valid(code)


def test_an_enterprise_comes_in_with_a_valid_code_or_none() -> None:
    assert [Enterprise("e", "E", code).credit_code for code in ("", PUBLISHED[0])] == ["", PUBLISHED[0]]
    with pytest.raises(InputError, match=r"'91350100M000100Y44' of enterprise 'e' is no .*GB 32100-2015"):
        Enterprise("e", "E", "91350100M000100Y44")


@given(st.text(max_size=20))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert is_valid(text) in (True, False)
