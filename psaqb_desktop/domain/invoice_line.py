"""The lines of an invoice as the CRM has them. Read only: the program never writes these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from psaqb_desktop.domain.identifiers import CrmId
from psaqb_desktop.domain.invoice import CrmReference


class LineSource(Enum):
    """What a line stands for, and so which link finds its QuickBooks item."""

    ROLE = "role"
    CATEGORY = "category"
    PRODUCT = "product"
    CLASSIFICATION = "classification"
    WRITE_IN = "write-in"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line that would be printed: a line detail of a project line, or a product line.

    ``net`` is the amount before tax and after the line's own discount; it may be negative
    (credit, retainer usage). Quantity times unit price need not equal it.
    """

    id: CrmId
    number: int
    source: LineSource
    source_record: CrmReference
    """What the item link hangs on: role, category, product; for write-ins the CRM's own words."""
    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    tax: Decimal
    service_date: date | None = None
    project: CrmReference | None = None
    unit: CrmReference | None = None
    """The contracting unit of the line detail."""
