"""The digest of a draft: changes with anything that would be sent, survives the journal."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import (
    Chosen,
    Draft,
    DraftLine,
    DraftTaxLine,
    draft_from_json,
    draft_to_json,
)
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.invoice import BillTo
from tests.fakes.examples import draft, qid

OTHER: dict[str, Any] = {
    "document_type": DocumentType.CREDIT_MEMO,
    "invoice_id": InvoiceId("another"),
    "customer": Chosen(qid(502), "Fabrikam Ltd"),
    "currency": "EUR",
    "is_currency_sent": False,
    "txn_date": date(2026, 9, 1),
    "due_date": None,
    "number": "PSA-2",
    "lines": (),
    "tax_lines": (),
    "is_us": True,
    "sales_tax_code": Chosen(qid(3), "CA"),
    "is_tax_overridden": True,
    "discount": Decimal(1),
    "tax": Decimal("20.01"),
    "total": Decimal("120.01"),
    "term": Chosen(qid(1), "Net 30"),
    "location": Chosen(qid(1), "London"),
    "document_class": Chosen(qid(1), "London"),
    "email": "a@b.test",
    "customer_memo": "Thank you",
    "private_note": "another note",
    "bill_to": BillTo(city="London"),
    "custom_fields": (("1", "Contract", "C-1"),),
    "exchange_rate": Decimal("1.1"),
}
OTHER_LINE: dict[str, Any] = {
    "item": Chosen(qid(602), "Services"),
    "description": "Travel",
    "amount": Decimal("100.01"),
    "quantity": None,
    "unit_price": Decimal("100.01"),
    "tax_code": None,
    "service_date": None,
    "location_class": None,
}


def test_every_field_has_another_value_here() -> None:
    assert OTHER.keys() == {f.name for f in fields(Draft)}
    assert OTHER_LINE.keys() == {f.name for f in fields(DraftLine)}


@pytest.mark.parametrize("name", OTHER)
def test_the_digest_changes_with_each_part(name: str) -> None:
    assert replace(draft(), **{name: OTHER[name]}).digest != draft().digest


@pytest.mark.parametrize("name", OTHER_LINE)
def test_the_digest_changes_with_each_part_of_a_line(name: str) -> None:
    (line,) = draft().lines
    changed = replace(draft(), lines=(replace(line, **{name: OTHER_LINE[name]}),))
    assert changed.digest != draft().digest


def test_the_order_of_lines_counts() -> None:
    (line,) = draft().lines
    other = replace(line, description="Travel")
    one, two = replace(draft(), lines=(line, other)), replace(draft(), lines=(other, line))
    assert one.digest != two.digest


def test_the_digest_is_the_one_that_older_versions_stored() -> None:
    """A changed form of the digest would give open pushes new request ids."""
    assert draft().digest == "0fd8f13f2f5453a1b10a9d850bb92fab1e65fd9b967e9f8b7a3a4135a3d6ead1"


texts = st.text(max_size=20)
decimals = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
dates = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
chosen = st.builds(Chosen, st.integers(1, 999).map(qid), texts)
lines = st.builds(
    DraftLine,
    item=chosen,
    description=texts,
    amount=decimals,
    quantity=st.none() | decimals,
    unit_price=st.none() | decimals,
    tax_code=st.none() | chosen,
    service_date=st.none() | dates,
    location_class=st.none() | chosen,
)
tax_lines = st.builds(DraftTaxLine, st.integers(1, 9).map(qid), texts, decimals, decimals, decimals)
drafts = st.builds(
    Draft,
    document_type=st.sampled_from(DocumentType),
    invoice_id=texts.map(InvoiceId),
    customer=chosen,
    currency=st.sampled_from(["EUR", "USD"]),
    is_currency_sent=st.booleans(),
    txn_date=dates,
    due_date=st.none() | dates,
    number=texts,
    lines=st.lists(lines, max_size=3).map(tuple),
    tax_lines=st.lists(tax_lines, max_size=2).map(tuple),
    is_us=st.booleans(),
    sales_tax_code=st.none() | chosen,
    is_tax_overridden=st.booleans(),
    discount=decimals,
    tax=decimals,
    total=decimals,
    term=st.none() | chosen,
    location=st.none() | chosen,
    document_class=st.none() | chosen,
    email=texts,
    customer_memo=texts,
    private_note=texts,
    bill_to=st.builds(BillTo, texts, texts, city=texts),
    custom_fields=st.lists(st.tuples(texts, texts, texts), max_size=2).map(tuple),
    exchange_rate=st.none() | decimals,
)


@given(drafts)
def test_a_draft_comes_back_from_json_as_it_was(made: Draft) -> None:
    text = json.dumps(draft_to_json(made))
    again = draft_from_json(json.loads(text))
    assert again == made
    assert again.digest == made.digest
    assert again.net == made.net


@given(drafts)
def test_no_amount_passes_through_a_float(made: Draft) -> None:
    def refuse(text: str) -> float:
        raise AssertionError(text)

    json.loads(json.dumps(draft_to_json(made)), parse_float=refuse)


def test_a_text_that_is_no_draft_is_refused() -> None:
    with pytest.raises(KeyError):
        draft_from_json({})
