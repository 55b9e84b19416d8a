"""Saved views and the filter: which invoices are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.findings import Cause, Severity
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus, is_pushable_status
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord


class View(Enum):
    """The saved views in the order of their tabs; the value is the tab's text."""

    TO_POST = "To post"
    ATTENTION = "Needs attention"
    POSTED = "Posted"
    UNPAID = "Unpaid in QuickBooks"
    LEFT_OUT = "Left out"
    NOT_IN_SCOPE = "Not in scope"
    ALL = "All"

    @property
    def bit(self) -> int:
        """The view's bit in :func:`views_of`."""
        return _BITS[self]

    @property
    def is_of_posted(self) -> bool:
        """Whether it holds only what is in QuickBooks."""
        return self in {View.POSTED, View.UNPAID}

    @property
    def explanation(self) -> str:
        """What the view holds, for the tooltip."""
        return _EXPLANATIONS[self]


_BITS = {view: 1 << place for place, view in enumerate(View)}
_EXPLANATIONS = {
    View.TO_POST: "Confirmed in the CRM and not in QuickBooks yet",
    View.ATTENTION: "Something has to be done: not ready, failed, outcome unknown, or posted "
    "with a difference",
    View.POSTED: "In QuickBooks",
    View.UNPAID: "Invoices in QuickBooks with a balance; credit memos stand under “Posted”",
    View.LEFT_OUT: "Left out on purpose, with a reason",
    View.NOT_IN_SCOPE: "Drafts and other invoices that are not confirmed in the CRM",
    View.ALL: "Every invoice that was read",
}
_TO_POST, _ATTENTION, _POSTED, _UNPAID, _LEFT_OUT, _NOT_IN_SCOPE, _ALL = _BITS.values()
_TROUBLE = frozenset(
    {RowStatus.NOT_READY, RowStatus.FAILED, RowStatus.CHECKING, RowStatus.POSTED_REVIEW}
)
_NEWS_OF_THE_CRM = frozenset({Cause.CHANGED_AFTER_POSTING, Cause.DELETED_IN_CRM})
_GONE = frozenset({QuickBooksStatus.VOIDED, QuickBooksStatus.MISSING})
_WITH_BALANCE = frozenset({QuickBooksStatus.OPEN, QuickBooksStatus.PART_PAID})
_IN_BOOKS = frozenset({RowStatus.POSTED, RowStatus.POSTED_REVIEW})


def is_in_scope(listed: ListedInvoice) -> bool:
    """Confirmed or billed in the CRM, or already on its way: everything else only shows."""
    return is_pushable_status(listed.invoice) or not listed.is_to_post


def views_of(listed: ListedInvoice, status: RowStatus) -> int:
    """Return the bits of the views in which an invoice with this status stands."""
    bits = _ALL
    if not is_in_scope(listed):
        return bits | _NOT_IN_SCOPE
    record = listed.record
    in_quickbooks = record.quickbooks_status if record else QuickBooksStatus.NONE
    if status in _IN_BOOKS:
        bits |= _POSTED
        if record is not None and _is_owed(record):
            bits |= _UNPAID
        if in_quickbooks in _GONE or _needs_a_look(listed):
            bits |= _ATTENTION
    elif status is RowStatus.LEFT_OUT:
        return bits | _LEFT_OUT
    elif status is not RowStatus.CHECKING:
        bits |= _TO_POST
    if status in _TROUBLE:
        bits |= _ATTENTION
    return bits


def _is_owed(record: SyncRecord) -> bool:
    """Tell whether a customer still has to pay it: what is left of a credit memo nobody owes us."""
    is_invoice = record.document_type is DocumentType.INVOICE
    return is_invoice and record.quickbooks_status in _WITH_BALANCE


def _needs_a_look(listed: ListedInvoice) -> bool:
    return any(
        finding.severity is Severity.BLOCKER or finding.cause in _NEWS_OF_THE_CRM
        for finding in listed.findings
    )


class Period(Enum):
    """Ready-made ranges of invoice dates; the value is the menu's text."""

    ANY = "Any date"
    THIS_MONTH = "This month"
    LAST_MONTH = "Last month"
    THIS_QUARTER = "This quarter"
    LAST_QUARTER = "Last quarter"
    THIS_YEAR = "This year"
    LAST_YEAR = "Last year"
    CUSTOM = "From – to…"


def period_range(period: Period, today: date) -> tuple[date | None, date | None]:
    """Return the first and last day of a ready-made period; (None, None) where it is open."""
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    before = {
        Period.LAST_MONTH: (_earlier(month, 1), month - timedelta(days=1)),
        Period.LAST_QUARTER: (_earlier(quarter, 3), quarter - timedelta(days=1)),
        Period.LAST_YEAR: (_earlier(year, 12), year - timedelta(days=1)),
        Period.THIS_MONTH: (month, _earlier(month, -1) - timedelta(days=1)),
        Period.THIS_QUARTER: (quarter, _earlier(quarter, -3) - timedelta(days=1)),
        Period.THIS_YEAR: (year, _earlier(year, -12) - timedelta(days=1)),
    }
    return before.get(period, (None, None))


def _earlier(first_of_month: date, months: int) -> date:
    count = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What the person asked to see. Empty sets mean no restriction."""

    view: View = View.TO_POST
    companies: frozenset[str] = frozenset()
    statuses: frozenset[RowStatus] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    search: str = ""

    @property
    def is_narrowed(self) -> bool:
        """More than the view restricts what is shown."""
        return self != ListFilter(view=self.view)

    def cleared(self) -> ListFilter:
        """Return the same view with nothing else asked."""
        return ListFilter(view=self.view)

    def without_status_and_search(self) -> ListFilter:
        """Return what the counts on the tabs respect: companies and period."""
        return replace(self, view=View.ALL, statuses=frozenset(), search="")
