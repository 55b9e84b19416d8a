"""Drafts: what would be written to QuickBooks, in the program's own words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.invoice import BillTo
from psaqb_desktop.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Chosen:
    """A QuickBooks list entry that was chosen, with its name for the eye."""

    id: QuickBooksId
    name: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One sales line. ``amount`` is net.

    Quantity and unit price go along only if they multiply to it. Amounts have two decimals;
    ``tax_code`` is ``TAX`` or ``NON`` in US companies.
    """

    item: Chosen
    description: str
    amount: Decimal
    quantity: Decimal | None
    unit_price: Decimal | None
    tax_code: Chosen | None
    service_date: date | None = None
    location_class: Chosen | None = None


@dataclass(frozen=True, slots=True)
class DraftTaxLine:
    """Tax of one rate over the summed net of its lines."""

    rate_id: QuickBooksId
    rate_name: str
    percent: Decimal
    net: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice or credit memo ready to be sent. All amounts in ``currency``, two decimals.

    For a credit memo the amounts are those of the document (positive where it credits).
    """

    document_type: DocumentType
    invoice_id: InvoiceId
    customer: Chosen
    currency: str
    is_currency_sent: bool
    """True in multicurrency companies."""
    txn_date: date
    due_date: date | None
    number: str
    """Empty where QuickBooks numbers by itself."""
    lines: tuple[DraftLine, ...]
    tax_lines: tuple[DraftTaxLine, ...]
    is_us: bool
    sales_tax_code: Chosen | None
    """The one code of a US document; None elsewhere."""
    is_tax_overridden: bool
    """True where the tax lines are sent because QuickBooks' own sum would be a cent off."""
    discount: Decimal
    tax: Decimal
    total: Decimal
    """What QuickBooks is expected to make of it."""
    term: Chosen | None = None
    location: Chosen | None = None
    document_class: Chosen | None = None
    email: str = ""
    customer_memo: str = ""
    private_note: str = ""
    bill_to: BillTo = BillTo()
    custom_fields: tuple[tuple[str, str, str], ...] = ()
    """Triples of definition id, name and value."""
    exchange_rate: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Sum of the lines less the document discount."""
        return sum((line.amount for line in self.lines), ZERO) - self.discount

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical form: changes with anything that would be sent."""
        text = json.dumps(draft_to_json(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Return the draft as JSON values; amounts and dates as text."""
    return {name: _plain(getattr(draft, name)) for name in Draft.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, (Chosen, DraftLine, DraftTaxLine, BillTo)):
        return {name: _plain(getattr(value, name)) for name in type(value).__slots__}
    return value


def draft_from_json(data: Mapping[str, Any]) -> Draft:
    """Read back what :func:`draft_to_json` wrote.

    Raises:
        KeyError, ValueError: the text is not a draft of this version.
    """
    return Draft(
        document_type=DocumentType(data["document_type"]),
        invoice_id=InvoiceId(data["invoice_id"]),
        customer=_chosen_always(data["customer"]),
        currency=data["currency"],
        is_currency_sent=data["is_currency_sent"],
        txn_date=date.fromisoformat(data["txn_date"]),
        due_date=_date(data["due_date"]),
        number=data["number"],
        lines=tuple(_line(line) for line in data["lines"]),
        tax_lines=tuple(_tax_line(line) for line in data["tax_lines"]),
        is_us=data["is_us"],
        sales_tax_code=_chosen(data["sales_tax_code"]),
        is_tax_overridden=data["is_tax_overridden"],
        discount=Decimal(data["discount"]),
        tax=Decimal(data["tax"]),
        total=Decimal(data["total"]),
        term=_chosen(data["term"]),
        location=_chosen(data["location"]),
        document_class=_chosen(data["document_class"]),
        email=data["email"],
        customer_memo=data["customer_memo"],
        private_note=data["private_note"],
        bill_to=BillTo(**data["bill_to"]),
        custom_fields=tuple((a, b, c) for a, b, c in data["custom_fields"]),
        exchange_rate=_decimal(data["exchange_rate"]),
    )


def _line(data: Mapping[str, Any]) -> DraftLine:
    return DraftLine(
        item=_chosen_always(data["item"]),
        description=data["description"],
        amount=Decimal(data["amount"]),
        quantity=_decimal(data["quantity"]),
        unit_price=_decimal(data["unit_price"]),
        tax_code=_chosen(data["tax_code"]),
        service_date=_date(data["service_date"]),
        location_class=_chosen(data["location_class"]),
    )


def _tax_line(data: Mapping[str, Any]) -> DraftTaxLine:
    return DraftTaxLine(
        rate_id=QuickBooksId(data["rate_id"]),
        rate_name=data["rate_name"],
        percent=Decimal(data["percent"]),
        net=Decimal(data["net"]),
        amount=Decimal(data["amount"]),
    )


def _chosen_always(data: Mapping[str, str]) -> Chosen:
    return Chosen(QuickBooksId(data["id"]), data["name"])


def _chosen(data: Mapping[str, str] | None) -> Chosen | None:
    return _chosen_always(data) if data else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
