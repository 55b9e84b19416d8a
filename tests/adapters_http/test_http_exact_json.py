"""JSON without floats: what is written is read back to the last digit."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.http.exact_json import dumps

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=5) | st.decimals(
    min_value=-(10**15), max_value=10**15, allow_nan=False
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_everything_comes_back_as_it_went(value: object) -> None:
    assert json.loads(dumps(value), parse_float=Decimal, parse_int=Decimal) == value


@given(NUMBERS)
def test_amounts_are_plain_numbers_with_all_their_digits(amount: Decimal) -> None:
    text = dumps({"Amount": amount})
    assert "e" not in text.split(":")[1].lower()
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["Amount"] == amount


def test_zeros_behind_the_point_stay() -> None:
    assert dumps([Decimal("10.00"), Decimal("1E+2")]) == "[10.00,100]"


@pytest.mark.parametrize("value", [1.5, b"x", {1: "x"}, {"a"}, object()])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dumps({"Amount": value})


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_number_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        dumps(Decimal(word))
