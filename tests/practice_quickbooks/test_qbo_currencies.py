"""Yen and dinars, under both answers to the question which decimals QuickBooks books."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.practice.http_server import RunningServer
from psaqb_desktop.practice.quickbooks.company_packs import AU
from psaqb_desktop.practice.quickbooks.sales_tax import CodedAmount, Rate, tax_on_top, tax_within
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json

YEN, DINAR = "Sakura Trading KK", "Gulf Supplies WLL"
both_ways = pytest.mark.parametrize("own_decimals", [False, True])


@pytest.fixture
def australia(server: RunningServer, http: requests.Session) -> CompanyClient:
    return CompanyClient(server.url, AU, http)


def switch(company: CompanyClient, *, own_decimals: bool) -> None:
    company.http.post(
        f"{company.url}/_practice/options",
        json={"rounds_to_currency": own_decimals},
        timeout=TIMEOUT,
    ).raise_for_status()


def figures(form: Json) -> dict[str, Decimal]:
    names = ("TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance")
    return {name: Decimal(str(form[name])) for name in names}


@both_ways
@pytest.mark.parametrize(
    ("customer", "amount", "rate", "totals"),
    [
        # Amount, tax of 10 % and home amount at the rate, each rounded half up.
        (DINAR, "12.345", "4.95", ("13.59", "67.27")),
        (YEN, "1004.5", "0.0103", ("1104.95", "11.38")),
    ],
)
def test_decimals_of_a_currency(
    australia: CompanyClient,
    customer: str,
    amount: str,
    rate: str,
    totals: tuple[str, str],
    *,
    own_decimals: bool,
) -> None:
    switch(australia, own_decimals=own_decimals)
    if own_decimals:
        # 12.345 and 1.235 (from 1.2345); 1005 and 101 (from 100.5)
        totals = {DINAR: ("13.580", "67.22"), YEN: ("1106", "11.39")}[customer]
    line = australia.line(amount, tax="GST")
    form = australia.invoice(line, customer=customer, ExchangeRate=float(rate))
    total, home = (Decimal(each) for each in totals)
    assert figures(form) == {
        "TotalAmt": total,
        "Balance": total,
        "HomeTotalAmt": home,
        "HomeBalance": home,
    }
    lines = sum(each["Amount"] for each in form["Line"] if "Id" in each)
    assert lines + form["TxnTaxDetail"]["TotalTax"] == total


@both_ways
def test_a_quantity_of_dinars(australia: CompanyClient, *, own_decimals: bool) -> None:
    switch(australia, own_decimals=own_decimals)
    line = australia.line("3.703", tax="GST")
    line["SalesItemLineDetail"] |= {"Qty": 3, "UnitPrice": 1.2345}  # 3.7035
    for amount, fits in (("3.704", own_decimals), ("3.70", not own_decimals), ("3.703", False)):
        draft = australia.draft(line | {"Amount": float(amount)}, customer=DINAR)
        if fits:
            assert australia.post("invoice", draft)["Invoice"]["Line"][0]["Amount"] == Decimal(
                amount
            )
        else:
            assert australia.fault("invoice", draft)["code"] == "6070"


@both_ways
def test_a_payment_in_dinars_leaves_what_it_does_not_cover(
    australia: CompanyClient, *, own_decimals: bool
) -> None:
    switch(australia, own_decimals=own_decimals)
    form = australia.invoice(australia.line("10", tax="GST free"), customer=DINAR)
    payment = australia.pay("4.125", (form, "4.125"))
    paid = Decimal("4.125") if own_decimals else Decimal("4.13")
    assert payment["TotalAmt"] == paid
    assert payment["UnappliedAmt"] == 0
    assert australia.reread("Invoice", form)["Balance"] == 10 - paid


units = st.sampled_from([Decimal(1), Decimal("0.01"), Decimal("0.001")])
amounts = st.decimals("-9999.999", "99999.999", places=3)
rates = st.lists(
    st.builds(Rate, st.sampled_from("123"), st.decimals("0", "25", places=3), st.booleans()),
    max_size=3,
    unique_by=lambda rate: rate.id,
)


@given(units, st.lists(amounts, min_size=1, max_size=9), rates)
def test_taxes_have_the_decimals_of_their_currency(
    unit: Decimal, given_amounts: list[Decimal], chosen: list[Rate]
) -> None:
    coded = [CodedAmount("A", amount.quantize(unit, ROUND_HALF_UP)) for amount in given_amounts]
    for tax in tax_on_top(coded, {"A": chosen}, unit):
        assert tax.tax == tax.tax.quantize(unit)
        assert abs(tax.tax - tax.net * tax.rate.percent / 100) <= unit / 2
    parted = tax_within(coded, {"A": chosen}, unit)
    assert all(net == net.quantize(unit) for net in parted.nets)
    if chosen:
        gross = sum(each.amount for each in coded)
        assert sum(parted.nets) + sum(tax.tax for tax in parted.taxes) == gross
