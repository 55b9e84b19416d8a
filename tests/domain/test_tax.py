"""Tax: what QuickBooks will reckon, and which codes fit what the CRM has."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.money import CENT, ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import TaxCode
from psaqb_desktop.domain.tax import (
    TaxedAmount,
    adjusted,
    codes_that_fit,
    expected_tax,
    tax_lines,
    tax_of,
    total_tax,
)
from tests.fakes.examples import GB_0, GB_5, GB_20, GB_CODES, code, rate

GST = rate(21, "5")
QST = rate(22, "9.975")
QUEBEC = code(4, "GST/QST QC", GST, QST)
OLD_QUEBEC = code(5, "GST/QST old", GST, rate(23, "9.5", is_on_tax=True))
ALBERTA = code(6, "GST", GST)
DE_19, DE_7 = code(7, "19 % USt", rate(31, "19")), code(8, "7 % USt", rate(32, "7"))
US_CA = code(9, "Los Angeles", rate(41, "6"), rate(42, "0.25"), rate(43, "3.25"))

nets = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
simple_codes = st.sampled_from([GB_20, GB_5, GB_0, QUEBEC, ALBERTA, DE_19, US_CA])


@pytest.mark.parametrize(
    ("tax_code", "net", "tax"),
    [
        (GB_20, "1187.50", "237.50"),
        (GB_5, "0.10", "0.01"),
        (GB_0, "500.00", "0.00"),
        (DE_19, "1234.56", "234.57"),
        (DE_7, "99.99", "7.00"),
        (ALBERTA, "4495.16", "224.76"),
        (QUEBEC, "4495.16", "673.15"),  # 224.76 + 448.39, each rounded by itself
        (OLD_QUEBEC, "100.00", "14.98"),  # 5.00 + 9.5 % of 105.00
        (US_CA, "250.00", "23.76"),  # 15.00 + 0.63 + 8.13
        (GB_20, "-1187.50", "-237.50"),
    ],
)
def test_taxes_of_several_countries(tax_code: TaxCode, net: str, tax: str) -> None:
    assert expected_tax(Decimal(net), tax_code) == Decimal(tax)


def test_percentages_compound_where_a_rate_asks_for_it() -> None:
    assert QUEBEC.percent == Decimal("14.975")
    assert OLD_QUEBEC.percent == Decimal("14.975")
    assert GB_0.percent == 0


@given(st.lists(st.tuples(simple_codes, nets), max_size=12))
def test_tax_is_reckoned_once_for_each_rate_over_its_summed_net(
    parts: list[tuple[TaxCode, Decimal]],
) -> None:
    by_rate: dict[QuickBooksId, Decimal] = defaultdict(Decimal)
    percent = {}
    for tax_code, net in parts:
        for each in tax_code.rates:
            by_rate[each.id] += net
            percent[each.id] = each.percent
    lines = {line.rate_id: line for line in tax_lines(parts)}
    assert lines.keys() == by_rate.keys()
    for rate_id, net in by_rate.items():
        assert lines[rate_id].net == net
        assert lines[rate_id].amount == to_cents(net * percent[rate_id] / 100)
    assert total_tax(lines.values()) == sum((x.amount for x in lines.values()), ZERO)


@given(nets)
def test_compound_tax_is_on_net_and_the_taxes_before(net: Decimal) -> None:
    first, second = tax_of(net, OLD_QUEBEC)
    assert first.amount == to_cents(net * 5 / 100)
    assert second.net == net + first.amount
    assert second.amount == to_cents((net + first.amount) * Decimal("9.5") / 100)


def test_compound_tax_of_several_lines_is_on_their_sum() -> None:
    dime = Decimal("0.10")
    first, second = tax_lines([(OLD_QUEBEC, dime), (OLD_QUEBEC, dime)])
    assert (first.net, first.amount) == (Decimal("0.20"), Decimal("0.01"))
    assert (second.net, second.amount) == (Decimal("0.21"), Decimal("0.02"))


@given(st.lists(st.tuples(simple_codes, nets), min_size=1, max_size=6), nets)
def test_adjusted_lines_hit_the_wanted_sum_and_change_one_line(
    parts: list[tuple[TaxCode, Decimal]], wanted: Decimal
) -> None:
    before = tax_lines(parts)
    after = adjusted(before, wanted)
    assert total_tax(after) == wanted
    changed = [(b, a) for b, a in zip(before, after, strict=True) if a != b]
    assert len(changed) <= 1
    for old, _ in changed:
        assert abs(old.amount) == max(abs(line.amount) for line in before)


def test_a_difference_needs_a_line_to_carry_it() -> None:
    assert adjusted((), ZERO) == ()
    with pytest.raises(ValueError, match="no tax line"):
        adjusted((), CENT)


@given(nets, simple_codes)
def test_the_code_that_made_a_tax_fits_it(net: Decimal, tax_code: TaxCode) -> None:
    tax = expected_tax(net, tax_code)
    fitting = codes_that_fit(TaxedAmount(net, tax), [tax_code])
    if tax == 0 and tax_code.percent:
        assert fitting == ()  # too small to be taxed: zero-rated in the CRM
    else:
        assert fitting == (tax_code,)


@pytest.mark.parametrize(
    ("net", "tax", "names"),
    [
        ("100", "20", ["20.0% S"]),
        ("100", "20.01", ["20.0% S"]),
        ("100", "20.02", []),
        ("100", "5", ["5.0% R"]),
        ("100", "0", ["0.0% Z"]),
        ("100", "19", []),
        ("-100", "-20", ["20.0% S"]),
        ("100", "-20", []),
        ("0.05", "0.01", ["20.0% S", "5.0% R"]),
    ],
)
def test_codes_fit_within_a_cent(net: str, tax: str, names: list[str]) -> None:
    found = codes_that_fit(TaxedAmount(Decimal(net), Decimal(tax)), GB_CODES)
    assert [x.name for x in found] == names


def test_inactive_codes_never_fit() -> None:
    old = code(1, "20 %", rate(11, "20"), is_active=False)
    assert codes_that_fit(TaxedAmount(Decimal(100), Decimal(20)), [old]) == ()
