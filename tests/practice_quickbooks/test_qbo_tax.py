"""Tax to the cent, by the rules of each country."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.practice.quickbooks.sales_tax import CodedAmount, Rate, tax_on_top, tax_within
from tests.practice_quickbooks.qbo_company import CompanyClient

CENT = Decimal("0.01")
amounts = st.decimals("-9999.99", "99999.99", places=2)
rates = st.lists(
    st.builds(Rate, st.sampled_from(["1", "2", "3"]), st.decimals("0", "25", places=3)),
    max_size=3,
    unique_by=lambda rate: rate.id,
)


@given(st.lists(amounts, min_size=1, max_size=20), rates)
def test_tax_on_top_is_rounded_once_over_the_sum(nets: list[Decimal], chosen: list[Rate]) -> None:
    taxes = tax_on_top([CodedAmount("A", net) for net in nets], {"A": chosen})
    assert [tax.tax for tax in taxes] == [
        (sum(nets) * rate.percent / 100).quantize(CENT, ROUND_HALF_UP) for rate in chosen
    ]


@given(st.lists(st.tuples(st.sampled_from("AB"), amounts), min_size=1, max_size=20), rates, rates)
def test_tax_within_loses_no_cent(
    lines: list[tuple[str, Decimal]], first: list[Rate], second: list[Rate]
) -> None:
    coded = [CodedAmount(code, amount) for code, amount in lines]
    second = [Rate(f"B{rate.id}", rate.percent) for rate in second]
    parted = tax_within(coded, {"A": first, "B": second})
    gross = sum(amount for _, amount in lines)
    taxed = {code for code, _ in lines}
    has_tax = all({"A": first, "B": second}[code] for code in taxed)
    if has_tax:
        assert sum(parted.nets) + sum(tax.tax for tax in parted.taxes) == gross
    for net in parted.nets:
        assert net == net.quantize(CENT)


def test_a_rate_is_taken_from_the_sum_not_from_each_line(ca: CompanyClient) -> None:
    lines = [ca.line("0.05", tax="GST/QST QC") for _ in range(10)]
    invoice = ca.invoice(*lines)
    by_rate = {
        line["TaxLineDetail"]["TaxPercent"]: line["Amount"]
        for line in invoice["TxnTaxDetail"]["TaxLine"]
    }
    assert by_rate == {Decimal(5): Decimal("0.03"), Decimal("9.975"): Decimal("0.05")}
    assert invoice["TotalAmt"] == Decimal("0.58")


def test_the_known_gap_of_a_cent(ca: CompanyClient) -> None:
    invoice = ca.invoice(ca.line("4495.16", tax="GST/QST QC"))
    assert [line["Amount"] for line in invoice["TxnTaxDetail"]["TaxLine"]] == [
        Decimal("224.76"),
        Decimal("448.39"),
    ]


def test_the_us_taxes_what_is_marked_with_one_code(us: CompanyClient) -> None:
    code = us.id_of("TaxCode", "California")
    invoice = us.invoice(
        us.line("100", tax="TAX"),
        us.line("50", tax="NON"),
        us.line("25"),
        TxnTaxDetail={"TxnTaxCodeRef": {"value": code}},
        GlobalTaxCalculation="TaxExcluded",
    )
    assert invoice["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": code}
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")
    assert invoice["TotalAmt"] == Decimal("183.25")
    assert "GlobalTaxCalculation" not in invoice
    assert us.invoice(us.line("100", tax="TAX"))["TxnTaxDetail"] == {"TotalTax": 0}


@pytest.mark.parametrize(
    ("order", "tax"),
    [({"ApplyTaxAfterDiscount": False}, "8.25"), ({"ApplyTaxAfterDiscount": True}, "7.43")],
)
def test_a_us_discount_comes_after_or_before_tax(
    us: CompanyClient, order: dict[str, bool], tax: str
) -> None:
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    invoice = us.invoice(
        us.line("100", tax="TAX"),
        us.line("100", tax="NON"),
        discount,
        **order,
        TxnTaxDetail={"TxnTaxCodeRef": {"value": us.id_of("TaxCode", "California")}},
    )
    assert invoice["Line"][-1]["Amount"] == 20
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal(tax)
    assert invoice["TotalAmt"] == 180 + Decimal(tax)


def test_gross_prices_are_taken_apart(gb: CompanyClient) -> None:
    line = gb.line("120.00", tax="20.0% S")
    line["SalesItemLineDetail"] |= {"Qty": 3, "UnitPrice": 40}
    invoice = gb.invoice(line, gb.line("10", tax="5.0% R"), GlobalTaxCalculation="TaxInclusive")
    first, second, subtotal = invoice["Line"]
    assert first["Amount"] == 100
    assert first["SalesItemLineDetail"]["TaxInclusiveAmt"] == 120
    assert first["SalesItemLineDetail"]["UnitPrice"] == Decimal("33.3333333")
    assert second["Amount"] == Decimal("9.52")
    assert subtotal["Amount"] == Decimal("109.52")
    assert invoice["TotalAmt"] == 130
    again = gb.post("invoice", invoice)["Invoice"]
    assert again["Line"] == invoice["Line"]
    assert again["TotalAmt"] == 130


def test_without_tax_no_code_is_needed(gb: CompanyClient) -> None:
    invoice = gb.invoice(gb.line("100"), GlobalTaxCalculation="NotApplicable")
    assert invoice["TotalAmt"] == 100
    error = gb.fault(
        "invoice",
        gb.draft(
            gb.line("100"), GlobalTaxCalculation="NotApplicable", TxnTaxDetail={"TotalTax": 20}
        ),
    )
    assert error["code"] == "6170"


def test_an_override_is_taken_and_told(gb: CompanyClient) -> None:
    rate = gb.invoice()["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]
    line = {
        "Amount": 20.01,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": rate,
            "PercentBased": True,
            "TaxPercent": 20,
            "NetAmountTaxable": 100,
        },
    }
    invoice = gb.invoice(TxnTaxDetail={"TotalTax": 20.01, "TaxLine": [line]})
    (told,) = invoice["TxnTaxDetail"]["TaxLine"]
    assert told["TaxLineDetail"]["OverrideDeltaAmount"] == Decimal("0.01")
    assert invoice["TotalAmt"] == Decimal("120.01")
    total_only = gb.invoice(TxnTaxDetail={"TotalTax": 19.99})
    assert total_only["TotalAmt"] == Decimal("119.99")


def test_a_discount_abroad_lowers_the_taxed_net(gb: CompanyClient) -> None:
    discount = {
        "Amount": 10,
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": False},
    }
    invoice = gb.invoice(gb.line("60", tax="20.0% S"), gb.line("40", tax="0.0% Z"), discount)
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal("10.80")
    assert invoice["TotalAmt"] == Decimal("100.80")
