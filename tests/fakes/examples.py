"""Examples of invoices, companies, links and connections, with sound defaults."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine, DraftTaxLine
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
)
from psaqb_desktop.domain.invoice import (
    CrmReference,
    CrmStatus,
    Invoice,
    InvoiceCustomer,
    InvoiceKind,
    Routing,
)
from psaqb_desktop.domain.invoice_line import InvoiceLine, LineSource
from psaqb_desktop.domain.links import Link, LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
    CompanyLists,
    CompanyPreferences,
    ListEntry,
    QuickBooksCustomer,
    TaxCode,
    TaxRate,
)
from psaqb_desktop.domain.resolve import LinkBook
from psaqb_desktop.domain.texts import key_note

REALM = RealmId("9341450000000001")
CONNECTION = ConnectionId("c0000000-0000-4000-8000-000000000001")
CUSTOMER = InvoiceCustomer(
    CrmId("a0000000-0000-4000-8000-000000000001"), "account", "Fabrikam Ltd", "ap@fabrikam.test"
)
ROLE = CrmReference(CrmId("b0000000-0000-4000-8000-000000000001"), "Consultant")
ENTITY = CrmReference(CrmId("d0000000-0000-4000-8000-000000000001"), "Alder Finch Ltd", "GB01")
UNIT = CrmReference(CrmId("d0000000-0000-4000-8000-000000000002"), "London")
CREATED = datetime(2026, 9, 1, 7, 30, tzinfo=UTC)


def qid(value: object) -> QuickBooksId:
    return QuickBooksId(str(value))


def crm_id(value: str) -> CrmId:
    return CrmId(value)


def invoice_id(number: int) -> InvoiceId:
    return InvoiceId(str(uuid.UUID(int=0x1000_0000_0000_4000_8000_0000_0000_0000 + number)))


def line(net: str, tax: str = "0", **changes: Any) -> InvoiceLine:
    facts: dict[str, Any] = {
        "id": CrmId(str(uuid.uuid4())),
        "number": 1,
        "source": LineSource.ROLE,
        "source_record": ROLE,
        "description": "Consulting",
        "quantity": Decimal(1),
        "unit_price": Decimal(net),
        "net": Decimal(net),
        "tax": Decimal(tax),
    }
    return InvoiceLine(**{**facts, **changes})


def invoice(number: int = 1, *lines: InvoiceLine, **changes: Any) -> Invoice:
    """Return an invoice whose own figures fit its lines, discount and freight."""
    discount, freight = changes.get("discount", ZERO), changes.get("freight", ZERO)
    net = sum((x.net for x in lines), ZERO) - discount
    tax = sum((x.tax for x in lines), ZERO)
    facts: dict[str, Any] = {
        "id": invoice_id(number),
        "number": f"PSA-{number:05}",
        "name": f"Project {number}",
        "kind": InvoiceKind.PROJECT,
        "status": CrmStatus.CONFIRMED,
        "customer": CUSTOMER,
        "currency": "GBP",
        "invoice_date": date(2026, 8, 31),
        "due_date": date(2026, 9, 30),
        "created_on": CREATED,
        "modified_on": CREATED,
        "version": 'W/"1"',
        "net": net,
        "discount": discount,
        "freight": freight,
        "tax": tax,
        "total": net + freight + tax,
        "routing": Routing(owning_company=ENTITY, contracting_unit=UNIT),
    }
    return Invoice(**{**facts, **changes})


def rate(identifier: object, percent: str, *, is_on_tax: bool = False) -> TaxRate:
    return TaxRate(qid(identifier), f"rate {identifier}", Decimal(percent), is_on_tax)


def code(identifier: object, name: str, *rates: TaxRate, is_active: bool = True) -> TaxCode:
    return TaxCode(qid(identifier), name, rates, is_active)


GB_20 = code(1, "20.0% S", rate(11, "20"))
GB_5 = code(2, "5.0% R", rate(12, "5"))
GB_0 = code(3, "0.0% Z", rate(13, "0"))
GB_CODES = (GB_20, GB_5, GB_0)


def preferences(**changes: Any) -> CompanyPreferences:
    facts: dict[str, Any] = {
        "home_currency": "GBP",
        "is_multicurrency": True,
        "uses_custom_numbers": True,
    }
    return CompanyPreferences(**{**facts, **changes})


def company(**changes: Any) -> CompanyLists:
    """Return a British company that has all that :func:`invoice` needs."""
    facts: dict[str, Any] = {
        "info": CompanyInfo(REALM, "Alder Finch UK", "GB", "PAID"),
        "preferences": preferences(),
        "customers": (QuickBooksCustomer(qid(501), "Fabrikam Ltd", "GBP"),),
        "items": (ListEntry(qid(601), "Services"), ListEntry(qid(602), "Shipping")),
        "tax_codes": GB_CODES,
        "terms": (ListEntry(qid(701), "Net 30"),),
        "classes": (ListEntry(qid(801), "London"),),
        "departments": (ListEntry(qid(901), "London"),),
    }
    return CompanyLists(**{**facts, **changes})


def link(kind: LinkKind, crm_key: str, quickbooks_id: object, **changes: Any) -> Link:
    facts: dict[str, Any] = {
        "realm_id": REALM,
        "kind": kind,
        "crm_key": crm_key,
        "crm_name": "",
        "quickbooks_id": qid(quickbooks_id),
        "quickbooks_name": "",
        "confirmed_by": "Ada",
    }
    return Link(**{**facts, **changes})


def links() -> tuple[Link, ...]:
    return (
        link(LinkKind.CUSTOMER, CUSTOMER.id, 501),
        link(LinkKind.ROLE, ROLE.id, 601),
        link(LinkKind.CLASSIFICATION, "freight", 602),
        link(LinkKind.CLASSIFICATION, "discount", 601),
    )


def context(
    lists: CompanyLists | None = None, mapping: Mapping | None = None, **changes: Any
) -> CheckContext:
    book = LinkBook.of(changes.get("links", links()))
    return CheckContext(lists or company(), book, mapping or Mapping())


def connection(**changes: Any) -> Connection:
    facts: dict[str, Any] = {
        "id": CONNECTION,
        "name": "UK",
        "legal_entity": "GB01",
        "rules": (RoutingRule(RouteBy.OWNING_COMPANY, "GB01"),),
        "client_id": "client",
        "access_token_url": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "access_api_url": "https://quickbooks.api.intuit.com",
        "realm_id": REALM,
        "company_name": "Alder Finch UK",
        "country": "GB",
        "home_currency": "GBP",
        "has_client_secret": True,
        "has_refresh_token": True,
    }
    return Connection(**{**facts, **changes})


def draft(number: int = 1, **changes: Any) -> Draft:
    facts: dict[str, Any] = {
        "document_type": DocumentType.INVOICE,
        "invoice_id": invoice_id(number),
        "customer": Chosen(qid(501), "Fabrikam Ltd"),
        "currency": "GBP",
        "is_currency_sent": True,
        "txn_date": date(2026, 8, 31),
        "due_date": date(2026, 9, 30),
        "number": f"PSA-{number:05}",
        "lines": (
            DraftLine(
                Chosen(qid(601), "Services"),
                "Consulting",
                Decimal("100.00"),
                Decimal(1),
                Decimal("100.00"),
                Chosen(qid(1), "20.0% S"),
                date(2026, 8, 30),
                Chosen(qid(801), "London"),
            ),
        ),
        "tax_lines": (
            DraftTaxLine(qid(11), "rate 11", Decimal(20), Decimal("100.00"), Decimal("20.00")),
        ),
        "is_us": False,
        "sales_tax_code": None,
        "is_tax_overridden": False,
        "discount": ZERO,
        "tax": Decimal("20.00"),
        "total": Decimal("120.00"),
        "private_note": key_note("", invoice_id(number)),
    }
    return Draft(**{**facts, **changes})
