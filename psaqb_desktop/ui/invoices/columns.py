"""The columns of the grid, as data: title, what they show, how they sort, whether they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.money import Money
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.ui.formats import amount_text, date_text, moment_text, money_text, plural
from psaqb_desktop.ui.invoices.rows import InvoiceRow, legal_entity_of


class ColumnKind(Enum):
    """How a column's values are written, aligned and sorted."""

    TICK = "tick"
    STATUS = "status"
    TEXT = "text"
    NUMBERED = "numbered"
    """Text with numbers in it: INV-9 comes before INV-10."""
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    COUNT = "count"


class Column(NamedTuple):
    """One column; ``name`` is stable and is what saved settings know it by."""

    name: str
    title: str
    kind: ColumnKind
    value: Callable[[InvoiceRow], object]
    width: int = 110
    is_shown: bool = True
    explanation: str = ""

    @property
    def is_right_aligned(self) -> bool:
        """Amounts and counts stand right, so that decimals line up."""
        return self.kind in {ColumnKind.MONEY, ColumnKind.COUNT}

    def text(self, row: InvoiceRow) -> str:
        """Return what the cell shows."""
        value = self.value(row)
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return amount_text(value)
        if isinstance(value, Money):
            return money_text(value)
        if isinstance(value, datetime):
            return moment_text(value)
        if isinstance(value, date):
            return date_text(value)
        return str(value)

    def key(self, row: InvoiceRow) -> object | None:
        """Return what the column sorts by: a raw value, None for an empty cell."""
        if self.kind is ColumnKind.STATUS:
            return _STATUS_ORDER[row.status] if row.is_in_scope else len(_STATUS_ORDER)
        value = self.value(row)
        if isinstance(value, Money):
            value = value.amount
        if isinstance(value, Decimal):
            return int(value * 10_000)  # whole numbers compare several times faster
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, date):
            return value.toordinal()
        if isinstance(value, str):
            folded = value.casefold()
            return (_padded(folded) if self.kind is ColumnKind.NUMBERED else folded) or None
        return value


_STATUS_ORDER = {status: place for place, status in enumerate(RowStatus)}
_DIGITS = re.compile(r"\d+")


def _padded(text: str) -> str:
    return _DIGITS.sub(lambda found: found[0].zfill(12), text)


def _record(read: Callable[[SyncRecord], object]) -> Callable[[InvoiceRow], object]:
    def value(row: InvoiceRow) -> object:
        record = row.listed.record
        return None if record is None else read(record)

    return value


def _booked(read: Callable[[SyncRecord], Decimal | None]) -> Callable[[InvoiceRow], object]:
    """Read an amount of QuickBooks'; one in another currency than the row's comes with it."""

    def value(row: InvoiceRow) -> object:
        record = row.listed.record
        amount = None if record is None else record.signed(read(record))
        if amount is None or (booked := row.listed.booked_currency) == row.listed.invoice.currency:
            return amount
        return Money(amount, booked)

    return value


def finding_text(row: InvoiceRow) -> str:
    """Return the first problem in words and how many more there are."""
    record = row.listed.record
    if row.status is RowStatus.LEFT_OUT and record and record.reason_left_out:
        return record.reason_left_out
    if not row.findings:
        return ""
    more = len(row.findings) - 1
    return row.findings[0].message + (f"  (+{more})" if more else "")


def age_in_days(row: InvoiceRow) -> int | None:
    """Return how many days an invoice has been waiting, from its date; None once posted."""
    day = row.listed.invoice.invoice_date
    if day is None or not row.listed.is_to_post or not row.is_in_scope:
        return None
    return (datetime.now().astimezone().date() - day).days


def age_text(row: InvoiceRow) -> str:
    """Return the age in words, for the detail panel."""
    age = age_in_days(row)
    return "" if age is None else plural(age, "day")


COLUMNS: tuple[Column, ...] = (
    Column(
        "selected",
        "✓",
        ColumnKind.TICK,
        lambda _row: None,
        32,
        explanation="Select or unselect all shown",
    ),
    Column("status", "Status", ColumnKind.STATUS, lambda row: row.status_text, 134),
    Column("company", "Company", ColumnKind.TEXT, lambda row: row.company, 132),
    Column("number", "Invoice", ColumnKind.NUMBERED, lambda row: row.listed.invoice.number, 104),
    Column("customer", "Customer", ColumnKind.TEXT, lambda r: r.listed.invoice.customer.name, 150),
    Column("date", "Date", ColumnKind.DATE, lambda row: row.listed.invoice.invoice_date, 86),
    Column("due", "Due", ColumnKind.DATE, lambda row: row.listed.invoice.due_date, 86),
    Column(
        "currency",
        "Cur.",
        ColumnKind.TEXT,
        lambda row: row.listed.invoice.currency,
        50,
        explanation="Currency",
    ),
    Column("net", "Net", ColumnKind.MONEY, lambda row: row.listed.invoice.net, 88),
    Column("tax", "Tax", ColumnKind.MONEY, lambda row: row.listed.invoice.tax, 80),
    Column("total", "Total", ColumnKind.MONEY, lambda row: row.listed.invoice.total, 92),
    Column("finding", "Finding", ColumnKind.TEXT, finding_text, 320),
    Column("quickbooks-number", "QuickBooks no.", ColumnKind.NUMBERED, _record(lambda r: r.number)),
    Column(
        "quickbooks-status",
        "In QuickBooks",
        ColumnKind.TEXT,
        _record(lambda r: r.quickbooks_status.value),
    ),
    Column("balance", "Balance", ColumnKind.MONEY, _booked(lambda r: r.balance), 105),
    Column("paid", "Paid", ColumnKind.MONEY, _booked(lambda r: r.paid), 105),
    Column("posted-on", "Posted on", ColumnKind.MOMENT, _record(lambda r: r.pushed_on), 135),
    Column(
        "last-checked",
        "Last news",
        ColumnKind.MOMENT,
        _record(lambda r: r.last_checked),
        135,
        explanation="When QuickBooks last had something new to tell of it. When a company was last "
        "pulled as a whole stands on the Connections page.",
    ),
    Column("age", "Age (days)", ColumnKind.COUNT, age_in_days, 80),
    Column("name", "Name", ColumnKind.TEXT, lambda r: r.listed.invoice.name, 180, is_shown=False),
    Column(
        "legal-entity",
        "Legal entity",
        ColumnKind.TEXT,
        lambda row: legal_entity_of(row.listed),
        is_shown=False,
    ),
    Column(
        "crm-status",
        "CRM status",
        ColumnKind.TEXT,
        lambda row: row.listed.invoice.status.value,
        is_shown=False,
    ),
    Column(
        "contract",
        "Contract",
        ColumnKind.TEXT,
        lambda r: r.listed.invoice.contract.name if r.listed.invoice.contract else None,
        160,
        is_shown=False,
    ),
    Column("freight", "Freight", ColumnKind.MONEY, lambda r: r.listed.invoice.freight, 95, False),
    Column("posted-by", "Posted by", ColumnKind.TEXT, _record(lambda r: r.pushed_by), 130, False),
    Column(
        "quickbooks-id",
        "QuickBooks id",
        ColumnKind.NUMBERED,
        _record(lambda r: r.quickbooks_id),
        is_shown=False,
    ),
)
PLACE_OF = {column.name: place for place, column in enumerate(COLUMNS)}
