"""Drafts as JSON: field by field, and to the last cent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.http.exact_json import dumps
from psaqb_desktop.adapters.quickbooks.payloads import document_payload
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine, DraftTaxLine
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.invoice import BillTo
from psaqb_desktop.domain.money import ZERO

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
DAY = date(2026, 9, 1)


def chosen(number: int, name: str = "Chosen") -> Chosen:
    return Chosen(QuickBooksId(str(number)), name)


def line(amount: str = "100.00", **changes: Any) -> DraftLine:
    made = DraftLine(chosen(19), "Consulting", Decimal(amount), None, None, chosen(6))
    return replace(made, **changes)


def draft(**changes: Any) -> Draft:
    made = Draft(
        document_type=DocumentType.INVOICE,
        invoice_id=InvoiceId("i-1"),
        customer=chosen(58, "Nordwind"),
        currency="EUR",
        is_currency_sent=False,
        txn_date=DAY,
        due_date=None,
        number="",
        lines=(line(),),
        tax_lines=(),
        is_us=False,
        sales_tax_code=None,
        is_tax_overridden=False,
        discount=ZERO,
        tax=Decimal(20),
        total=Decimal(120),
        private_note="psaqb:i-1",
    )
    return replace(made, **changes)


def test_a_bare_draft_sends_nothing_that_it_does_not_hold() -> None:
    assert document_payload(draft()) == {
        "CustomerRef": {"value": "58"},
        "TxnDate": "2026-09-01",
        "Line": [
            {
                "LineNum": 1,
                "Description": "Consulting",
                "Amount": Decimal("100.00"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"ItemRef": {"value": "19"}, "TaxCodeRef": {"value": "6"}},
            }
        ],
        "PrivateNote": "psaqb:i-1",
        "GlobalTaxCalculation": "TaxExcluded",
    }


def test_a_full_invoice_sends_every_field() -> None:
    full = draft(
        due_date=date(2026, 10, 1),
        number="PSA-1",
        term=chosen(3),
        location=chosen(2),
        document_class=chosen(8),
        email="ap@nordwind.example",
        customer_memo="Thanks",
        is_currency_sent=True,
        exchange_rate=Decimal("0.8512300"),
        bill_to=BillTo("Nordwind", "", "Hafenstr. 4", "", "Bremen", "HB", "28195", "DEU"),
        custom_fields=(("1", "PSA ref", "INV-1"),),
        lines=(
            line(
                "0.00",
                quantity=Decimal(0),
                unit_price=Decimal("95.5"),
                location_class=chosen(9),
                service_date=date(2026, 8, 31),
            ),
        ),
    )
    payload = document_payload(full)
    expected = {
        "DueDate": "2026-10-01",
        "DocNumber": "PSA-1",
        "SalesTermRef": {"value": "3"},
        "DepartmentRef": {"value": "2"},
        "ClassRef": {"value": "8"},
        "BillEmail": {"Address": "ap@nordwind.example"},
        "CustomerMemo": {"value": "Thanks"},
        "CurrencyRef": {"value": "EUR"},
        "ExchangeRate": Decimal("0.8512300"),
        "BillAddr": {
            "Line1": "Nordwind",
            "Line2": "Hafenstr. 4",
            "City": "Bremen",
            "CountrySubDivisionCode": "HB",
            "PostalCode": "28195",
            "Country": "DEU",
        },
        "CustomField": [
            {
                "DefinitionId": "1",
                "Name": "PSA ref",
                "Type": "StringType",
                "StringValue": "INV-1",
            }
        ],
    }
    assert {name: payload[name] for name in expected} == expected
    assert payload["Line"][0]["SalesItemLineDetail"] == {
        "ItemRef": {"value": "19"},
        "Qty": Decimal(0),
        "UnitPrice": Decimal("95.5"),
        "TaxCodeRef": {"value": "6"},
        "ClassRef": {"value": "9"},
        "ServiceDate": "2026-08-31",
    }


def test_a_credit_memo_has_neither_terms_nor_due_date() -> None:
    memo = draft(document_type=DocumentType.CREDIT_MEMO, term=chosen(3), due_date=DAY)
    assert not {"SalesTermRef", "DueDate"} & document_payload(memo).keys()


def test_us_tax_is_one_code_and_no_calculation_rule() -> None:
    payload = document_payload(draft(is_us=True, sales_tax_code=chosen(4)))
    assert "GlobalTaxCalculation" not in payload
    assert payload["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "4"}}


def test_without_a_us_tax_code_there_is_no_tax_detail() -> None:
    assert "TxnTaxDetail" not in document_payload(draft(is_us=True))


@pytest.mark.parametrize("is_us", [True, False])
def test_a_discount_is_a_line_of_its_own(*, is_us: bool) -> None:
    payload = document_payload(draft(is_us=is_us, discount=Decimal("12.5")))
    assert payload["Line"][-1] == {
        "Amount": Decimal("12.50"),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": False},
    }
    # The CRM taxes the lines before its header discount; outside the US there is no such switch.
    assert payload.get("ApplyTaxAfterDiscount") is (False if is_us else None)


def test_an_overridden_tax_goes_rate_by_rate() -> None:
    tax_line = DraftTaxLine(
        QuickBooksId("9"), "VAT", Decimal(20), Decimal("100.00"), Decimal("20.01")
    )
    payload = document_payload(
        draft(is_tax_overridden=True, tax=Decimal("20.01"), tax_lines=(tax_line,))
    )
    assert payload["TxnTaxDetail"] == {
        "TotalTax": Decimal("20.01"),
        "TaxLine": [
            {
                "Amount": Decimal("20.01"),
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": "9"},
                    "PercentBased": True,
                    "TaxPercent": Decimal(20),
                    "NetAmountTaxable": Decimal("100.00"),
                },
            }
        ],
    }


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_amounts_leave_with_two_decimals_rounded_half_up(amounts: list[Decimal]) -> None:
    payload = document_payload(draft(lines=tuple(line(str(amount)) for amount in amounts)))
    text = dumps(payload)
    read = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    for sent, amount in zip(read["Line"], amounts, strict=True):
        assert sent["Amount"] == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert sent["Amount"].as_tuple().exponent == -2


@given(
    st.decimals(min_value=-9999, max_value=9999, places=6),
    st.decimals(min_value=0, max_value=9999, places=6),
)
def test_quantity_and_price_leave_exactly_as_drafted(quantity: Decimal, price: Decimal) -> None:
    sold = line(quantity=quantity, unit_price=price)
    read = json.loads(
        dumps(document_payload(draft(lines=(sold,)))), parse_float=Decimal, parse_int=Decimal
    )
    detail = read["Line"][0]["SalesItemLineDetail"]
    assert (detail["Qty"], detail["UnitPrice"]) == (quantity, price)


@given(st.text(min_size=1))
def test_texts_of_all_scripts_survive(text: str) -> None:
    sent = dumps(document_payload(draft(customer_memo=text)))
    assert json.loads(sent)["CustomerMemo"]["value"] == text


@given(st.lists(AMOUNTS, min_size=1, max_size=10))
def test_no_digit_turns_into_an_exponent(amounts: list[Decimal]) -> None:
    text = dumps([line_["Amount"] for line_ in _lines(amounts)])
    assert set(text) <= set("-0123456789.,[]")


def _lines(amounts: list[Decimal]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document_payload(
        draft(lines=tuple(line(str(amount)) for amount in amounts))
    )["Line"]
    return found
