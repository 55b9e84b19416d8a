"""Posting to practice QuickBooks: what arrives there, field by field, and the totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, DraftLine, DraftTaxLine
from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.identifiers import QuickBooksId, RequestId
from psaqb_desktop.domain.invoice import BillTo
from psaqb_desktop.domain.sync_record import QuickBooksStatus

FIRST = RequestId("0123456789abcdef0123456789abcdef-g1")


def test_a_british_invoice_arrives_as_drafted(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    draft = make_draft(lists)
    document = british.company.post(draft, FIRST)
    assert document.type is DocumentType.INVOICE
    assert (document.total, document.tax, document.balance) == (draft.total, draft.tax, draft.total)
    assert document.number == "PSA-000317"
    assert document.customer_id == draft.customer.id
    assert document.currency == "GBP"
    assert document.txn_date == draft.txn_date
    assert document.private_note == draft.private_note
    assert document.status is QuickBooksStatus.OPEN
    assert document.created is not None


def test_all_optional_fields_arrive(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    term = next(t for t in lists.terms if t.name == "Net 45")
    department, cost_class = lists.departments[0], lists.classes[0]
    draft = make_draft(
        lists,
        due_date=date(2026, 10, 31),
        term=Chosen(term.id, term.name),
        location=Chosen(department.id, department.name),
        email="ap@nordwind.example",
        customer_memo="Thank you – dziękuję",
        bill_to=BillTo(name="Nordwind", line2="30 Fleet St", city="London", country="GBR"),
    )
    first = replace(draft.lines[0], location_class=Chosen(cost_class.id, cost_class.name))
    document = british.company.post(replace(draft, lines=(first, draft.lines[1])), FIRST)
    kept = british.raw("GET", f"invoice/{document.id}")["Invoice"]
    assert kept["DueDate"] == "2026-10-31"
    assert kept["SalesTermRef"]["value"] == term.id
    assert kept["DepartmentRef"]["value"] == department.id
    assert kept["BillEmail"] == {"Address": "ap@nordwind.example"}
    assert kept["CustomerMemo"] == {"value": "Thank you – dziękuję"}
    address = {name: kept["BillAddr"][name] for name in ("Line1", "Line2", "City", "Country")}
    assert address == {
        "Line1": "Nordwind",
        "Line2": "30 Fleet St",
        "City": "London",
        "Country": "GBR",
    }
    line = kept["Line"][0]
    assert line["Description"] == "Consulting"
    detail = line["SalesItemLineDetail"]
    assert (detail["Qty"], detail["UnitPrice"]) == (Decimal("12.5"), Decimal(95))
    assert detail["ServiceDate"] == draft.txn_date.isoformat()
    assert detail["ClassRef"]["value"] == cost_class.id
    assert "Qty" not in kept["Line"][1]["SalesItemLineDetail"]


def test_a_us_invoice_is_taxed_by_one_code(open_company: Any, make_draft: Any) -> None:
    opened = open_company("USMF")
    lists = opened.company.lists()
    code = next(c for c in lists.tax_codes if c.name == "California")
    draft = make_draft(lists, sales_tax_code=Chosen(code.id, code.name))
    non = Chosen(QuickBooksId("NON"), "NON")
    draft = replace(draft, lines=(draft.lines[0], replace(draft.lines[1], tax_code=non)))
    document = opened.company.post(draft, FIRST)
    # 6 % and 2.25 % of 1,187.50, each rounded once
    assert document.tax == Decimal("71.25") + Decimal("26.72")
    assert document.total == Decimal("1437.90") + document.tax


def test_a_us_discount_comes_off_after_tax(open_company: Any, make_draft: Any) -> None:
    opened = open_company("USMF")
    lists = opened.company.lists()
    code = next(c for c in lists.tax_codes if c.name == "New York")
    draft = make_draft(lists, sales_tax_code=Chosen(code.id, code.name), discount=Decimal("437.90"))
    document = opened.company.post(draft, FIRST)
    assert document.tax == Decimal("127.62")
    assert document.total == Decimal("1127.62")


def test_a_credit_memo_is_posted_as_one(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    term = lists.terms[0]
    draft = make_draft(
        lists, document_type=DocumentType.CREDIT_MEMO, term=Chosen(term.id, term.name)
    )
    document = british.company.post(draft, FIRST)
    assert document.type is DocumentType.CREDIT_MEMO
    assert document.total == draft.total
    assert document.balance == draft.total
    kept = british.raw("GET", f"creditmemo/{document.id}")["CreditMemo"]
    assert "DueDate" not in kept
    assert "SalesTermRef" not in kept


def test_a_company_that_numbers_by_itself_gives_the_number(
    open_company: Any, make_draft: Any
) -> None:
    opened = open_company("DEMF")
    document = opened.company.post(make_draft(opened.company.lists(), number=""), FIRST)
    assert document.number


def test_a_foreign_invoice_keeps_currency_and_rate(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    customer = next(c for c in lists.customers if c.currency == "EUR" and c.is_active)
    draft = make_draft(
        lists,
        customer=Chosen(customer.id, customer.name),
        currency="EUR",
        exchange_rate=Decimal("0.85123"),
    )
    document = british.company.post(draft, FIRST)
    assert (document.currency, document.total) == ("EUR", draft.total)
    kept = british.raw("GET", f"invoice/{document.id}")["Invoice"]
    assert kept["ExchangeRate"] == Decimal("0.85123")


def test_an_overridden_tax_is_kept_to_the_cent(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    rate = next(c for c in lists.tax_codes if c.name == "20.0% S").rates[0]
    line = DraftTaxLine(rate.id, rate.name, rate.percent, Decimal("1437.90"), Decimal("287.59"))
    draft = make_draft(
        lists,
        tax=Decimal("287.59"),
        total=Decimal("1725.49"),
        is_tax_overridden=True,
        tax_lines=(line,),
    )
    document = british.company.post(draft, FIRST)
    assert (document.tax, document.total) == (Decimal("287.59"), Decimal("1725.49"))


def test_negative_lines_and_a_discount_add_up(british: Any, make_draft: Any) -> None:
    lists = british.company.lists()
    draft = make_draft(lists, discount=Decimal("37.90"))
    credit = DraftLine(
        draft.lines[0].item, "Retainer", Decimal("-100.00"), None, None, draft.lines[0].tax_code
    )
    draft = replace(draft, lines=(*draft.lines, credit))
    if not british.practice.options.allows_negative_lines:
        with pytest.raises(RequestRejectedError, match=r"negative amount.*Nothing was posted"):
            british.company.post(draft, FIRST)
        return
    document = british.company.post(draft, FIRST)
    assert document.total - document.tax == Decimal("1300.00")
    assert document.tax == Decimal("260.00")


def test_the_same_request_id_gives_the_same_document(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    first = british.company.post(draft, FIRST)
    again = british.company.post(draft, FIRST)
    assert again == first
    kept = british.raw("GET", "query?query=select * from Invoice")["QueryResponse"]["Invoice"]
    assert [invoice["Id"] for invoice in kept] == [first.id]


def test_every_call_says_which_minor_version_it_means(british: Any, make_draft: Any) -> None:
    british.company.post(make_draft(british.company.lists()), FIRST)
    ours = [call for call in british.practice.calls() if "invoice" in call["path"]]
    assert ours[0]["query"] == f"minorversion=75&requestid={FIRST}"
    assert all("minorversion=75" in call["query"] for call in british.practice.calls())


@pytest.mark.parametrize("code", ["GBSI", "CAMO", "DEMF"])
def test_tax_agrees_with_the_rates_on_the_lists(
    open_company: Any, make_draft: Any, code: str
) -> None:
    opened = open_company(code)
    lists = opened.company.lists()
    draft = make_draft(lists, txn_date=date(2026, 9, 1) + timedelta(days=1))
    tax_code = next(c for c in lists.tax_codes if c.id == draft.lines[0].tax_code.id)
    document = opened.company.post(draft, FIRST)
    assert abs(document.tax - Decimal("1437.90") * tax_code.percent / 100) <= Decimal("0.01")
