"""Invoices as the CRM has them. Read only: the program never writes these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.money import Money


class InvoiceKind(Enum):
    """What made the invoice: a project contract, or plain Sales."""

    PROJECT = "project"
    SALES = "sales"


class CrmStatus(Enum):
    """Where the invoice stands in the CRM, over both kinds (statecode, status, project status)."""

    DRAFT = "Draft"
    IN_REVIEW = "In review"
    CONFIRMED = "Confirmed"
    BILLED = "Billed"
    NEW = "New"
    PAID = "Paid"
    CANCELED = "Canceled"
    DELETED = "Deleted"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class CrmReference:
    """A record that an invoice points to: its key, its name, and a code where it has one."""

    id: CrmId
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class BillTo:
    """The billing address printed on the invoice; empty strings where the CRM has nothing."""

    name: str = ""
    line1: str = ""
    line2: str = ""
    line3: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceCustomer:
    """The customer of an invoice: an account or a contact."""

    id: CrmId
    kind: str
    """``account`` or ``contact``."""
    name: str
    email: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """What tells which legal entity an invoice belongs to; None where the CRM does not say.

    In the order in which the rules look at it: the contract's owning company, the contract's
    contracting unit, the contracting units of the lines, the owning business unit.
    """

    owning_company: CrmReference | None = None
    contracting_unit: CrmReference | None = None
    line_units: tuple[CrmReference, ...] = ()
    business_unit: CrmReference | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """The header of a CRM invoice (reference: Dataverse ``invoice``).

    ``net`` is what the lines and header discount come to before freight and tax
    (``totalamountlessfreight``); ``total`` = net + freight + tax is the CRM's own figure.
    All in the transaction currency.
    """

    id: InvoiceId
    number: str
    name: str
    kind: InvoiceKind
    status: CrmStatus
    customer: InvoiceCustomer
    currency: str
    invoice_date: date | None
    due_date: date | None
    created_on: datetime
    modified_on: datetime
    version: str
    """The row's version (ETag): changes with any change of the record."""
    net: Decimal
    discount: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    routing: Routing
    contract: CrmReference | None = None
    payment_terms: CrmReference | None = None
    """The CRM's term choice: its number as id and code, its label as name."""
    email: str = ""
    description: str = ""
    bill_to: BillTo = BillTo()
    has_corrections: bool = False
    pricing_error: str = ""
    """Label of ``pricingerrorcode`` when it is not zero."""

    @property
    def total_money(self) -> Money:
        """The total with its currency."""
        return Money(self.total, self.currency)
