"""Pulling what people do in QuickBooks, over the practice service, whatever a payment moves there.

Whether a payment moves LastUpdatedTime of what it settles is not documented: each test is run both
ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.practice.group import GB
from tests.adapters_quickbooks.planted_forms import Planted, plant
from tests.adapters_quickbooks.served_office import REALM, Office, lines

pytestmark = pytest.mark.parametrize(
    "practice", ["as-believed", "payment_moves_last_updated"], indirect=True
)


class Bookkeeper:
    """Works in QuickBooks by hand, on documents that were posted from the CRM."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def posted(self, *nets: str) -> list[Invoice]:
        """Post an invoice of each net amount, and pull, so that there is a watermark."""
        number = len(self.office.world.invoices.stored)
        made = [
            self.office.world.add_invoice(n, *lines(net))
            for n, net in enumerate(nets, start=number + 1)
        ]
        states = self.office.push()
        assert set(states.values()) == {PostingState.POSTED}, states
        self.office.later(hours=1)
        self.office.pull()
        return made

    def form(self, invoice: Invoice) -> dict[str, Any]:
        """Return the document of an invoice as it stands in QuickBooks."""
        record = self.office.record(invoice)
        kind = record.document_type.value
        answer = self.office.opened.raw("GET", f"{kind.lower()}/{record.quickbooks_id}")
        found: dict[str, Any] = answer[kind]
        return found

    def edit(self, invoice: Invoice, **changes: object) -> None:
        form = self.form(invoice)
        kept = {name: form[name] for name in ("Id", "SyncToken")}
        self.office.opened.raw("POST", "invoice", kept | {"sparse": True} | changes)

    def end(self, invoice: Invoice, how: str) -> None:
        form = self.form(invoice)
        named = {name: form[name] for name in ("Id", "SyncToken")}
        kind = self.office.record(invoice).document_type.value.lower()
        self.office.opened.raw("POST", f"{kind}?operation={how}", named)

    def pay(self, total: str, *settled: tuple[Invoice, str], **more: object) -> dict[str, Any]:
        form = self.form(settled[0][0])
        body = {
            "CustomerRef": form["CustomerRef"],
            "TotalAmt": Decimal(total),
            "Line": [self.line(invoice, amount) for invoice, amount in settled],
        }
        answer = self.office.opened.raw("POST", "payment", body | more)
        made: dict[str, Any] = answer["Payment"]
        return made

    def line(self, invoice: Invoice, amount: str) -> dict[str, Any]:
        record = self.office.record(invoice)
        link = {"TxnId": str(record.quickbooks_id), "TxnType": record.document_type.value}
        return {"Amount": Decimal(amount), "LinkedTxn": [link]}

    def change_payment(self, payment: dict[str, Any], **changes: object) -> None:
        wanted = {n: payment[n] for n in ("Id", "SyncToken", "CustomerRef", "TotalAmt", "Line")}
        self.office.opened.raw("POST", "payment", wanted | changes)

    def void_payment(self, payment: dict[str, Any]) -> None:
        named = {n: payment[n] for n in ("Id", "SyncToken")} | {"sparse": True}
        self.office.opened.raw("POST", "payment?operation=update&include=void", named)

    def delete_payment(self, payment: dict[str, Any]) -> None:
        named = {n: payment[n] for n in ("Id", "SyncToken")}
        self.office.opened.raw("POST", "payment?operation=delete", named)

    def pull(self) -> None:
        self.office.later(hours=1)
        self.office.pull()

    def settled(self, invoice: Invoice) -> tuple[str, Decimal | None, list[Decimal]]:
        """Return status, balance and allocations as the CRM has them."""
        record = self.office.record(invoice)
        payments = self.office.world.records.payments_of(record.id)
        amounts = sorted(p.amount for p in payments)
        if record.quickbooks_status is not QuickBooksStatus.MISSING:
            assert (record.balance or 0) + (record.paid or 0) == record.total
        return record.quickbooks_status.value, record.balance, amounts

    def row(self, invoice: Invoice) -> ListedInvoice:
        """Return what a person sees of the invoice."""
        (found,) = [r for r in self.office.program.rows() if r.invoice.id == invoice.id]
        return found


@pytest.fixture
def books(tmp_path: Path, open_company: Callable[..., Any]) -> Iterator[Bookkeeper]:
    office = Office(tmp_path, open_company("GBSI"))
    yield Bookkeeper(office)
    office.program.close()


def test_one_payment_settles_several_invoices_and_part_of_one(books: Bookkeeper) -> None:
    first, second = books.posted("100.00", "200.00")
    books.pay("170.00", (first, "120.00"), (second, "50.00"))
    books.pull()
    assert books.settled(first) == ("Paid", Decimal(0), [Decimal("120.00")])
    assert books.settled(second) == ("Part paid", Decimal("190.00"), [Decimal("50.00")])
    books.pay("30.00", (second, "30.00"))
    books.pull()
    assert books.settled(second)[1:] == (Decimal("160.00"), [Decimal("30.00"), Decimal("50.00")])


def test_of_an_overpayment_only_what_was_open_is_allocated(books: Bookkeeper) -> None:
    (invoice,) = books.posted("100.00")
    payment = books.pay("500.00", (invoice, "500.00"))
    assert payment["UnappliedAmt"] == Decimal("380.00")
    books.pull()
    assert books.settled(invoice) == ("Paid", Decimal(0), [Decimal("120.00")])


def test_a_credit_is_applied_by_a_payment_of_nothing(books: Bookkeeper) -> None:
    invoice, credit = books.posted("100.00", "-25.00")
    assert books.office.record(credit).document_type.value == "CreditMemo"
    books.pay("0.00", (invoice, "30.00"), (credit, "30.00"))
    books.pull()
    assert books.settled(invoice) == ("Part paid", Decimal("90.00"), [Decimal("30.00")])
    assert books.settled(credit) == ("Paid", Decimal(0), [Decimal("30.00")])


def test_a_deposit_lowers_the_balance_without_any_payment(books: Bookkeeper) -> None:
    (invoice,) = books.posted("100.00")
    form = books.form(invoice)
    books.edit(invoice, Deposit=Decimal("50.00"), Line=form["Line"])
    books.pull()
    assert books.settled(invoice) == ("Part paid", Decimal("70.00"), [])


@pytest.mark.parametrize("how", ["void", "delete"])
def test_a_payment_that_ends_opens_what_it_settled(books: Bookkeeper, how: str) -> None:
    first, second = books.posted("100.00", "200.00")
    payment = books.pay("170.00", (first, "120.00"), (second, "50.00"))
    books.pull()
    (books.void_payment if how == "void" else books.delete_payment)(payment)
    books.pull()
    assert books.settled(first) == ("Open", Decimal("120.00"), [])
    assert books.settled(second) == ("Open", Decimal("240.00"), [])


def test_a_payment_that_is_moved_to_another_invoice_leaves_the_first(books: Bookkeeper) -> None:
    first, second = books.posted("100.00", "200.00")
    payment = books.pay("120.00", (first, "120.00"))
    books.pull()
    books.change_payment(payment, Line=[books.line(second, "120.00")])
    books.pull()
    assert books.settled(first) == ("Open", Decimal("120.00"), [])
    assert books.settled(second) == ("Part paid", Decimal("120.00"), [Decimal("120.00")])


@pytest.mark.parametrize(
    ("how", "status"), [("void", QuickBooksStatus.VOIDED), ("delete", QuickBooksStatus.MISSING)]
)
def test_a_document_that_ends_asks_for_a_person(
    books: Bookkeeper, how: str, status: QuickBooksStatus
) -> None:
    invoice, other = books.posted("100.00", "200.00")
    books.end(invoice, how)
    books.pull()
    assert books.settled(invoice) == (status.value, Decimal(0), [])
    (finding,) = books.row(invoice).findings
    assert {"void": "voided", "delete": "deleted"}[how] in finding.message
    assert books.row(other).findings == ()


@pytest.mark.parametrize("what", ["date", "customer", "total"])
def test_an_edit_asks_for_a_person(books: Bookkeeper, what: str) -> None:
    invoice, other = books.posted("100.00", "200.00")
    form = books.form(invoice)
    customers = books.office.opened.company.lists().customers
    moved = next(c for c in customers if c.name == GB.customers[1].name)
    (line,) = [each for each in form["Line"] if each["DetailType"] == "SalesItemLineDetail"]
    detail = line["SalesItemLineDetail"] | {"UnitPrice": Decimal(110), "Qty": 1}
    edits: dict[str, dict[str, object]] = {
        "date": {"TxnDate": "2026-08-15"},
        "customer": {"CustomerRef": {"value": moved.id}},
        "total": {"Line": [line | {"Amount": Decimal(110), "SalesItemLineDetail": detail}]},
    }
    books.edit(invoice, **edits[what])
    books.pull()
    row = books.row(invoice)
    assert row.record is not None
    assert row.record.state is PostingState.POSTED_REVIEW
    (finding,) = row.findings
    assert finding.cause is Cause.CHANGED_IN_QUICKBOOKS
    words = {"date": "→ 2026-08-15", "customer": f"→ {moved.id}", "total": "120.00 GBP → 132.00"}
    assert words[what] in finding.message
    assert books.row(other).findings == ()


def test_the_currency_goes_with_the_customer(books: Bookkeeper) -> None:
    (invoice,) = books.posted("100.00")
    customers = books.office.opened.company.lists().customers
    euro = next(c for c in customers if c.currency == "EUR" and c.is_active)
    books.edit(
        invoice,
        CustomerRef={"value": euro.id},
        CurrencyRef={"value": "EUR"},
        ExchangeRate=Decimal("0.85"),
    )
    books.pull()
    record = books.office.record(invoice)
    assert (record.currency, record.state) == ("EUR", PostingState.POSTED_REVIEW)
    assert "120.00 GBP → 120.00 EUR" in record.finding


@pytest.mark.parametrize("kind", ["Invoice", "Payment"])
def test_a_deletion_among_more_changes_than_an_answer_holds_is_found(
    books: Bookkeeper, tmp_path: Path, kind: str
) -> None:
    deleted, paid, untouched = books.posted("100.00", "200.00", "300.00")
    payment = books.pay("50.00", (paid, "50.00"))
    books.pull()
    original = str(payment["Id"] if kind == "Payment" else books.form(untouched)["Id"])
    now = books.office.world.clock.now() + timedelta(minutes=30)
    foreign = [
        Planted(90_000_000 + n, now, {"PrivateNote": "by hand", "Line": [], "LinkedTxn": []})
        for n in range(1100)
    ]
    plant(tmp_path / "books" / "quickbooks.sqlite", REALM, (kind, original), foreign)
    books.end(deleted, "delete")
    books.delete_payment(payment)
    books.pull()
    assert books.settled(deleted)[0] == QuickBooksStatus.MISSING.value
    assert books.settled(paid) == ("Open", Decimal("240.00"), [])
    assert books.settled(untouched) == ("Open", Decimal("360.00"), [])
