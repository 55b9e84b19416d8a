"""Money: decimal, in one currency, rounded as the books round."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.money import Money, to_cents, to_decimal, totals_by_currency

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@pytest.mark.parametrize("value", [1.5, True, [], b"1"])
def test_anything_but_a_decimal_an_integer_or_a_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_decimal(value)


@pytest.mark.parametrize(
    ("value", "amount"), [(None, "0"), (7, "7"), ("7.10", "7.10"), (Decimal("7.1"), "7.1")]
)
def test_amounts_are_read_exactly(value: object, amount: str) -> None:
    assert to_decimal(value) == Decimal(amount)


def test_money_is_never_made_of_a_float() -> None:
    with pytest.raises(TypeError):
        Money(cast("Any", 1.1), "EUR")


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("1861.075", "1861.08"), ("-1861.075", "-1861.08"), ("0.004999", "0.00"), ("0.005", "0.01")],
)
def test_half_a_cent_goes_away_from_zero(amount: str, cents: str) -> None:
    assert to_cents(Decimal(amount)) == Decimal(cents)


@given(amounts)
def test_rounding_is_within_half_a_cent_and_symmetrical(amount: Decimal) -> None:
    assert abs(to_cents(amount) - amount) <= Decimal("0.005")
    assert to_cents(-amount) == -to_cents(amount)


def test_two_currencies_never_add_up() -> None:
    one, other = Money(Decimal(1), "EUR"), Money(Decimal(1), "GBP")
    with pytest.raises(ValueError, match="EUR and GBP"):
        one + other
    with pytest.raises(ValueError, match="EUR and GBP"):
        one - other


@given(st.lists(st.tuples(amounts, st.sampled_from(["EUR", "GBP", "USD"]))))
def test_totals_are_kept_apart_by_currency(pairs: list[tuple[Decimal, str]]) -> None:
    totals = totals_by_currency(Money(amount, currency) for amount, currency in pairs)
    assert [t.currency for t in totals] == sorted({currency for _, currency in pairs})
    for total in totals:
        assert total.amount == sum(a for a, c in pairs if c == total.currency)


def test_money_reads_well() -> None:
    assert str(Money(Decimal("1234.5"), "EUR")) == "1,234.50 EUR"
    assert Money(Decimal(3), "EUR") - Money(Decimal(1), "EUR") == Money(Decimal(2), "EUR")
