"""The list: CRM invoices joined with their company and with what is known of their way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.content_digest import content_digest
from psaqb_desktop.domain.findings import Cause, Finding, blocker, warning
from psaqb_desktop.domain.identifiers import CrmId, RealmId
from psaqb_desktop.domain.invoice import (
    CrmStatus,
    Invoice,
    InvoiceCustomer,
    InvoiceKind,
    Routing,
)
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord

if TYPE_CHECKING:
    from psaqb_desktop.domain.checked import Checked


class RowStatus(Enum):
    """The one word on an invoice's row; the posting axis, not the QuickBooks axis."""

    NOT_CHECKED = "Not checked"
    NOT_READY = "Not ready"
    READY = "Ready"
    QUEUED = "Queued"
    POSTING = "Posting"
    CHECKING = "Checking outcome"
    POSTED = "Posted"
    POSTED_REVIEW = "Posted, review"
    FAILED = "Failed"
    LEFT_OUT = "Left out"


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """One row of the list."""

    invoice: Invoice
    connection: Connection | None
    record: SyncRecord | None = None
    checked: Checked | None = None
    route_finding: Finding | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All problems known of this invoice, the route's first, the record's last one last."""
        found = [self.route_finding] if self.route_finding else []
        found.extend(_news_since_posting(self.invoice, self.record))
        review = _review(self.record)
        found.extend(review)
        if self.checked is not None:
            found.extend(self.checked.findings)
        elif self.record is not None and self.record.finding and not review:
            found.append(
                blocker(
                    _cause(self.record.finding_cause),
                    self.record.finding,
                    "Correct the cause, then try again.",
                )
            )
        return tuple(found)

    @property
    def status(self) -> RowStatus:
        """The row's status as the CRM and the last check know it."""
        state = self.record.state if self.record else PostingState.NOT_POSTED
        fixed = _STATUS_OF_STATE.get(state)
        if fixed is not None:
            return fixed
        if state is PostingState.FAILED and self.checked is None:
            return RowStatus.FAILED
        if self.route_finding is not None:
            return RowStatus.NOT_READY
        if self.checked is None:
            return RowStatus.NOT_CHECKED
        return RowStatus.READY if self.checked.is_ready else RowStatus.NOT_READY

    @property
    def booked_currency(self) -> str:
        """The currency of what QuickBooks holds: balance and paid are in it.

        It is the invoice's, but for a document that was booked in another one by mistake.
        """
        return (self.record.currency if self.record else "") or self.invoice.currency

    @property
    def is_to_post(self) -> bool:
        """Not yet in QuickBooks and not left out on purpose."""
        return (self.record.state if self.record else PostingState.NOT_POSTED) in WAITING_STATES


def _news_since_posting(invoice: Invoice, record: SyncRecord | None) -> list[Finding]:
    """Tell what happened to a posted invoice on either side, for a person to decide about."""
    if record is None or not record.state.is_posted:
        return []
    name = f"Invoice {invoice.number} ({record.number or record.quickbooks_id} in QuickBooks)"
    if record.is_invoice_deleted:
        # Where the document is gone as well, the two agree and nobody has to decide anything.
        return [] if record.is_gone else [_deleted(name)]
    news = []
    if record.is_gone:
        what = "voided" if record.quickbooks_status is QuickBooksStatus.VOIDED else "deleted"
        news.append(
            blocker(
                Cause.GONE_IN_QUICKBOOKS,
                f"{name} was {what} in QuickBooks.",
                "Choose “Push again” to post it anew, or leave it as it is.",
            )
        )
    # The version alone tells of most invoices that they are as they were sent.
    is_other_version = record.invoice_version != invoice.version
    if (
        record.content_digest
        and is_other_version
        and record.content_digest != content_digest(invoice)
    ):
        news.append(
            warning(
                Cause.CHANGED_AFTER_POSTING,
                f"{name} was edited in the CRM after it was posted.",
                "Compare the two; a correction goes by void and push again, or by credit memo.",
            )
        )
    return news


def _deleted(name: str) -> Finding:
    return warning(
        Cause.DELETED_IN_CRM,
        f"{name} was deleted in the CRM after it was posted.",
        "Void the document in QuickBooks if it should not stand; else it stays in the books "
        "without an invoice in the CRM.",
    )


def _review(record: SyncRecord | None) -> list[Finding]:
    """Tell what a person has to look at in a posted document; it does not stop anything."""
    if record is None or record.state is not PostingState.POSTED_REVIEW or not record.finding:
        return []
    cause = _cause(record.finding_cause)
    remedy = "Look at it in QuickBooks: choose “Accept” if it is right, or correct it there."
    if cause is Cause.DUPLICATE_IN_QUICKBOOKS:
        remedy = "Void all but one in QuickBooks, then compare everything with QuickBooks again."
    return [warning(cause, record.finding, remedy)]


_STATUS_OF_STATE = {
    PostingState.CLAIMED: RowStatus.CHECKING,
    PostingState.UNKNOWN: RowStatus.CHECKING,
    PostingState.POSTED: RowStatus.POSTED,
    PostingState.POSTED_REVIEW: RowStatus.POSTED_REVIEW,
    PostingState.LEFT_OUT: RowStatus.LEFT_OUT,
}


def _cause(value: str) -> Cause:
    try:
        return Cause(value)
    except ValueError:
        return Cause.REFUSED


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """All rows with the connections they belong to, and when they were read."""

    rows: tuple[ListedInvoice, ...]
    connections: tuple[Connection, ...]
    read_on: datetime
    is_set_up: bool = True
    """False where the CRM has no tables of ours yet: rows are shown, nothing can be pushed."""
    is_from_cache: bool = False
    pulled_on: Mapping[RealmId, datetime] = field(default_factory=dict)
    """Up to when this machine has pulled each company, whether anything had changed or not."""
    is_partial: bool = False
    """More rows are on their way: what is missing here may only not be there yet."""


def deleted_invoice(record: SyncRecord) -> Invoice:
    """Return what is still known of a posted invoice that was deleted in the CRM.

    Its document stands in QuickBooks, and accounting has to see it: number, date, currency and
    amounts are those of the document.
    """
    moment = record.pushed_on or record.modified_on or _UNKNOWN_MOMENT
    total, tax = record.signed(record.total) or ZERO, record.signed(record.tax) or ZERO
    return Invoice(
        id=record.invoice_id,
        number=record.number or record.quickbooks_id,
        name="",
        kind=InvoiceKind.PROJECT,
        status=CrmStatus.DELETED,
        customer=InvoiceCustomer(CrmId(""), "account", ""),
        currency=record.currency,
        invoice_date=record.txn_date,
        due_date=None,
        created_on=moment,
        modified_on=moment,
        version="",
        net=total - tax,
        discount=ZERO,
        freight=ZERO,
        tax=tax,
        total=total,
        routing=Routing(),
    )


_UNKNOWN_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
WAITING_STATES = frozenset({PostingState.NOT_POSTED, PostingState.FAILED})
"""Not in QuickBooks, not on the way there, and not left out."""
PUSHABLE_STATUSES = frozenset({CrmStatus.CONFIRMED, CrmStatus.BILLED})


def is_pushable_status(invoice: Invoice) -> bool:
    """Confirmed project invoices and billed Sales invoices may go; all others only show."""
    return invoice.status in PUSHABLE_STATUSES
