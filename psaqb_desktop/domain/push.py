"""Pushes: one attempt to get one draft into QuickBooks, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord


@dataclass(frozen=True, slots=True)
class PostedDocument:
    """A QuickBooks invoice or credit memo as read back, amounts in its own currency."""

    type: DocumentType
    id: QuickBooksId
    number: str
    sync_token: str
    customer_id: QuickBooksId
    currency: str
    txn_date: date | None
    total: Decimal
    tax: Decimal
    balance: Decimal
    is_voided: bool = False
    is_deleted: bool = False
    private_note: str = ""
    payment_ids: tuple[QuickBooksId, ...] = ()
    last_updated: datetime | None = None
    created: datetime | None = None
    answered_on: datetime | None = field(default=None, compare=False)
    """When QuickBooks answered a write with it, by the clock that ``created`` is told by."""
    trace_id: str = field(default="", compare=False)
    """The service's name of the exchange that made the document; empty where it was read."""

    @property
    def status(self) -> QuickBooksStatus:
        """Derive the status: voided, paid, part paid or open."""
        if self.is_deleted:
            return QuickBooksStatus.MISSING
        if self.is_voided:
            return QuickBooksStatus.VOIDED
        if self.balance == 0:
            return QuickBooksStatus.PAID
        if self.balance < self.total:
            return QuickBooksStatus.PART_PAID
        return QuickBooksStatus.OPEN

    @property
    def paid(self) -> Decimal:
        """Total less balance: the truth of what is settled, however it was settled.

        Nothing is settled of a document that is gone.
        """
        return ZERO if self.is_deleted else self.total - self.balance


@dataclass(frozen=True, slots=True)
class PaymentAllocation:
    """What one payment (or credit) settles of one document; ``psaqb_invoicepayment``."""

    id: CrmId
    sync_id: CrmId
    payment_type: str
    """``Payment``, ``CreditMemo`` and so on: QuickBooks' TxnType."""
    payment_id: QuickBooksId
    payment_date: date | None
    amount: Decimal
    currency: str
    exchange_rate: Decimal | None = None
    method: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AddedPayments:
    """What adding allocations has written, and what else is stored of the same records."""

    written: tuple[PaymentAllocation, ...]
    others: tuple[PaymentAllocation, ...]


class PushStep(Enum):
    """Steps of a push in the journal; they only move forward.

    PREPARED: draft and request id are on disk, nothing has left this machine.
    CLAIMED: the CRM holds the same. SENT: the request is about to leave or has left.
    CONFIRMED, REJECTED: QuickBooks answered. RECORDED: the CRM knows the answer.
    ABANDONED: it never left (claim refused, cancelled); nothing to settle.
    """

    PREPARED = "prepared"
    CLAIMED = "claimed"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    RECORDED = "recorded"
    ABANDONED = "abandoned"


NEVER_SENT = frozenset({PushStep.PREPARED, PushStep.CLAIMED})
"""Steps of an open push that has not left this machine."""

NEXT_STEPS: dict[PushStep, frozenset[PushStep]] = {
    PushStep.PREPARED: frozenset({PushStep.CLAIMED, PushStep.ABANDONED}),
    PushStep.CLAIMED: frozenset({PushStep.SENT, PushStep.ABANDONED}),
    PushStep.SENT: frozenset({PushStep.SENT, PushStep.CONFIRMED, PushStep.REJECTED}),
    PushStep.CONFIRMED: frozenset({PushStep.RECORDED}),
    PushStep.REJECTED: frozenset({PushStep.RECORDED}),
    PushStep.RECORDED: frozenset(),
    PushStep.ABANDONED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Push:
    """A push as the journal keeps it: everything needed to repeat or settle it."""

    request_id: RequestId
    generation: int
    invoice_id: InvoiceId
    invoice_number: str
    invoice_version: str
    connection_id: ConnectionId
    realm_id: RealmId
    draft: Draft
    digest: str
    step: PushStep
    prepared_on: datetime
    pushed_by: str
    machine: str
    outcome: str = ""
    """QuickBooks id after CONFIRMED, the fault in words after REJECTED."""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal: what happened to a push and when."""

    at: datetime
    request_id: RequestId
    step: PushStep
    by: str
    machine: str
    outcome: str
    trace_id: str
    number: str = ""
    """The document's number, total and currency, where QuickBooks confirmed it."""
    total: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of one invoice of a push: the new state, and a finding if there is a problem."""

    invoice_id: InvoiceId
    state: PostingState
    record: SyncRecord | None = None
    findings: tuple[Finding, ...] = ()
    wants_new_id: bool = False
    """Its request id is used up for nothing that stands: only another one can post it."""
