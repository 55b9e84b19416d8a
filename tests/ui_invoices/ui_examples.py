"""Made-up invoices of three companies, in every state, the same at each run."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine, DraftTaxLine
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.findings import Cause, Finding, blocker, warning
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    sync_record_id,
)
from psaqb_desktop.domain.invoice import (
    CrmReference,
    CrmStatus,
    Invoice,
    InvoiceCustomer,
    InvoiceKind,
    Routing,
)
from psaqb_desktop.domain.links import LinkKind, LinkWanted
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.money import to_cents
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PRACTICE = Environment("Practice company", EnvironmentKind.PRACTICE, "http://localhost:5101")
LIVE = Environment("Contoso production", EnvironmentKind.PRODUCTION, "https://contoso.crm.test")
SANDBOX = Environment("Intuit sandbox", EnvironmentKind.SANDBOX, "https://contoso.crm.test")


def connection(code: str, name: str, currency: str, **changes: object) -> Connection:
    made = Connection(
        id=ConnectionId(f"connection-{code}"),
        name=name,
        legal_entity=code,
        realm_id=RealmId(f"9130{int.from_bytes(code.encode()):010}"),
        company_name=name,
        home_currency=currency,
        has_client_secret=True,
        has_refresh_token=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


UK = connection("GB01", "Contoso UK Ltd", "GBP")
DE = connection("DE01", "Contoso GmbH", "EUR")
US = connection("US01", "Contoso Inc.", "USD")
CONNECTIONS = (UK, DE, US)
CUSTOMERS = (
    *("Fabrikam Ltd", "Adventure Works", "Northwind Traders", "Wingtip Toys", "Litware, Inc."),
    *("Tailspin Toys", "Proseware, Inc.", "Müller & Söhne KG", "Fourth Coffee", "Trey Research"),
)


def invoice(number: int, **changes: object) -> Invoice:
    made = Invoice(
        id=InvoiceId(str(uuid.UUID(int=number))),
        number=f"INV-{number:05}",
        name=f"Services {number}",
        kind=InvoiceKind.PROJECT,
        status=CrmStatus.CONFIRMED,
        customer=InvoiceCustomer(CrmId("customer-1"), "account", "Fabrikam Ltd"),
        currency="GBP",
        invoice_date=date(2026, 11, 2),
        due_date=date(2026, 12, 2),
        created_on=NOW,
        modified_on=NOW,
        version='W/"1"',
        net=Decimal("1000.00"),
        discount=Decimal(0),
        freight=Decimal(0),
        tax=Decimal("200.00"),
        total=Decimal("1200.00"),
        routing=Routing(owning_company=CrmReference(CrmId("oc-1"), "Contoso UK", "GB01")),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def record(of: Invoice, company: Connection, state: PostingState, **changes: object) -> SyncRecord:
    made = SyncRecord(
        id=sync_record_id(of.id, company.realm_id),
        invoice_id=of.id,
        connection_id=company.id,
        realm_id=company.realm_id,
        state=state,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def posted(of: Invoice, company: Connection, **changes: object) -> SyncRecord:
    # A negative invoice becomes a credit memo, whose amounts QuickBooks tells positive.
    facts: dict[str, object] = {
        "document_type": DocumentType.CREDIT_MEMO if of.total < 0 else DocumentType.INVOICE,
        "quickbooks_id": QuickBooksId(str(int(uuid.UUID(of.id)) + 7000)),
        "number": of.number,
        "currency": of.currency,
        "total": abs(of.total),
        "tax": abs(of.tax),
        "balance": abs(of.total),
        "paid": Decimal(0),
        "quickbooks_status": QuickBooksStatus.OPEN,
        "pushed_on": NOW - timedelta(days=3),
        "pushed_by": "Ada Accountant",
        "last_checked": NOW - timedelta(hours=2),
    }
    made = record(of, company, PostingState.POSTED)
    return replace(made, **{**facts, **changes})  # type: ignore[arg-type]


def listed(of: Invoice, company: Connection | None = UK, **changes: object) -> ListedInvoice:
    return replace(ListedInvoice(of, company), **changes)  # type: ignore[arg-type]


def draft_of(of: Invoice) -> Draft:
    is_credit = of.total < 0
    sign = -1 if is_credit else 1
    net, tax = sign * of.net, sign * of.tax
    first = to_cents(net * Decimal("0.7"))
    lines = [
        ("Consulting", "Design workshop, November", first, Decimal(14)),
        ("Travel", "Train and hotel", net - first, Decimal(1)),
    ]
    return Draft(
        document_type=DocumentType.CREDIT_MEMO if is_credit else DocumentType.INVOICE,
        invoice_id=of.id,
        customer=Chosen(QuickBooksId("501"), of.customer.name),
        currency=of.currency,
        is_currency_sent=True,
        txn_date=of.invoice_date or TODAY,
        due_date=of.due_date,
        number=of.number,
        lines=tuple(
            DraftLine(
                Chosen(QuickBooksId("601"), item),
                words,
                amount,
                quantity,
                to_cents(amount / quantity),
                Chosen(QuickBooksId("1"), "20.0% S"),
                of.invoice_date,
            )
            for item, words, amount, quantity in lines
        ),
        tax_lines=(DraftTaxLine(QuickBooksId("11"), "VAT 20%", Decimal(20), net, tax),),
        is_us=False,
        sales_tax_code=None,
        is_tax_overridden=False,
        discount=Decimal(0),
        tax=tax,
        total=net + tax,
        term=Chosen(QuickBooksId("3"), "Net 30"),
        email="ap@fabrikam.test",
    )


def no_customer(of: Invoice) -> Finding:
    return blocker(
        Cause.CUSTOMER_NOT_LINKED,
        f"{of.customer.name} is not linked to a customer of the company.",
        "Link it once; it is remembered for all its invoices.",
        link=LinkWanted(LinkKind.CUSTOMER, of.customer.name, of.customer.name),
    )


def closed_period(of: Invoice) -> Finding:
    return blocker(
        Cause.PERIOD_CLOSED,
        f"The books are closed through 30 Sep 2026; invoice {of.number} is dated before.",
        "Ask the controller to reopen the period, or date it anew in the CRM.",
    )


def a_cent_off(_of: Invoice) -> Finding:
    return warning(
        Cause.TAX_DIFFERS,
        "QuickBooks' own tax would be 0.01 higher; the tax lines are sent along.",
        "Nothing needs to be done.",
    )


def invoice_list(*rows: ListedInvoice, **changes: object) -> InvoiceList:
    made = InvoiceList(rows, CONNECTIONS, NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def many_rows(count: int, seed: int = 7) -> tuple[ListedInvoice, ...]:
    """Return a mixed crowd of invoices: every state, three companies, four currencies."""
    chance = random.Random(seed)  # noqa: S311 - made-up data, the same each time
    return tuple(_mixed_row(number, chance) for number in range(1, count + 1))


def _mixed_row(number: int, chance: random.Random) -> ListedInvoice:
    company: Connection | None = chance.choices((*CONNECTIONS, None), (40, 30, 25, 5))[0]
    home = company.home_currency if company else "GBP"
    currency = home if chance.random() < 0.85 else "CHF"
    net = Decimal(chance.randrange(5_000, 4_000_000)) / 100
    if chance.random() < 0.04:
        net = -net / 4
    net = to_cents(net)
    tax = to_cents(net * Decimal("0.2"))
    day = TODAY - timedelta(days=chance.randrange(0, 120))
    name = chance.choice(CUSTOMERS)
    made = invoice(
        number,
        customer=InvoiceCustomer(CrmId(f"c-{name}"), "account", name),
        currency=currency,
        net=net,
        tax=tax,
        total=net + tax,
        invoice_date=day,
        due_date=day + timedelta(days=30),
        contract=CrmReference(CrmId("k1"), f"{name} – framework"),
        status=chance.choices((CrmStatus.CONFIRMED, CrmStatus.DRAFT), (92, 8))[0],
    )
    if company is None:
        finding = blocker(
            Cause.NO_ROUTE,
            f"No connection is responsible for invoice {made.number} (owning company Iberia).",
            "Add a routing rule to the connection of its legal entity.",
        )
        return ListedInvoice(made, None, route_finding=finding)
    if made.status is CrmStatus.DRAFT:
        return ListedInvoice(made, company)
    return ListedInvoice(made, company, _mixed_record(made, company, chance))


def _mixed_record(made: Invoice, company: Connection, chance: random.Random) -> SyncRecord | None:
    pick = chance.random()
    if pick < 0.35:
        return None
    if pick < 0.40:
        return record(
            made,
            company,
            PostingState.FAILED,
            finding="QuickBooks already has a document with this number.",
            finding_cause=Cause.NUMBER_TAKEN.value,
        )
    if pick < 0.42:
        return record(made, company, PostingState.UNKNOWN)
    if pick < 0.44:
        return record(
            made, company, PostingState.LEFT_OUT, reason_left_out="Entered by hand in March"
        )
    total = abs(made.total)
    paid = total if pick < 0.7 else to_cents(total / 3) if pick < 0.8 else Decimal(0)
    status = QuickBooksStatus.OPEN
    if paid:
        status = QuickBooksStatus.PAID if paid == total else QuickBooksStatus.PART_PAID
    return posted(
        made,
        company,
        paid=paid,
        balance=total - paid,
        quickbooks_status=status,
        state=PostingState.POSTED_REVIEW if pick > 0.98 else PostingState.POSTED,
    )
