"""Sync records: what the CRM knows of an invoice's way to QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)

if TYPE_CHECKING:
    from psaqb_desktop.domain.push import PostedDocument


class PostingState(Enum):
    """How far an invoice has got; stored in ``psaqb_invoicesync``.

    CLAIMED: a desktop has announced the push, request id and digest are stored.
    UNKNOWN: sent, outcome not known; cannot be pushed again until settled.
    """

    NOT_POSTED = "Not posted"
    CLAIMED = "Posting"
    UNKNOWN = "Checking outcome"
    POSTED = "Posted"
    POSTED_REVIEW = "Posted, review"
    FAILED = "Failed"
    LEFT_OUT = "Left out"

    @property
    def is_open(self) -> bool:
        """A write may be under way or lost: only settling may touch it."""
        return self in {PostingState.CLAIMED, PostingState.UNKNOWN}

    @property
    def is_posted(self) -> bool:
        """A QuickBooks document exists."""
        return self in {PostingState.POSTED, PostingState.POSTED_REVIEW}


class QuickBooksStatus(Enum):
    """Where the document stands in QuickBooks, derived from its amounts (it has no status)."""

    NONE = ""
    OPEN = "Open"
    PART_PAID = "Part paid"
    PAID = "Paid"
    VOIDED = "Voided"
    MISSING = "Missing"


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """A ``psaqb_invoicesync`` record: what the CRM knows of an invoice's way to one company."""

    id: CrmId
    invoice_id: InvoiceId
    connection_id: ConnectionId
    realm_id: RealmId
    state: PostingState = PostingState.NOT_POSTED
    request_id: RequestId = RequestId("")
    generation: int = 0
    digest: str = ""
    document_type: DocumentType = DocumentType.INVOICE
    quickbooks_id: QuickBooksId = QuickBooksId("")
    number: str = ""
    sync_token: str = ""
    customer_id: QuickBooksId = QuickBooksId("")
    """QuickBooks' customer of the document."""
    txn_date: date | None = None
    currency: str = ""
    total: Decimal | None = None
    tax: Decimal | None = None
    balance: Decimal | None = None
    paid: Decimal | None = None
    quickbooks_status: QuickBooksStatus = QuickBooksStatus.NONE
    finding: str = ""
    """The last finding in words, for people who read the CRM without the program."""
    finding_cause: str = ""
    reason_left_out: str = ""
    claimed_by: str = ""
    claimed_on: datetime | None = None
    pushed_on: datetime | None = None
    pushed_by: str = ""
    accepted_by: str = ""
    """Who looked at a difference and accepted it."""
    accepted_on: datetime | None = None
    last_checked: datetime | None = None
    invoice_version: str = ""
    """Version of the CRM invoice whose draft was sent."""
    content_digest: str = ""
    """Fingerprint of the same invoice's figures; empty in records of before it was kept."""
    version: str = ""
    """ETag of this record; empty when it is not in the CRM yet."""
    modified_on: datetime | None = None
    is_invoice_deleted: bool = False
    """The CRM invoice is no more: the CRM took it out of this record. Read, never written."""

    @property
    def is_gone(self) -> bool:
        """The document that was posted has been voided or deleted in QuickBooks."""
        gone = {QuickBooksStatus.VOIDED, QuickBooksStatus.MISSING}
        return self.state.is_posted and self.quickbooks_status in gone

    def signed(self, amount: Decimal | None) -> Decimal | None:
        """Return an amount of the document with the sign of its invoice's total in the CRM.

        QuickBooks tells all amounts of a credit memo positive where they credit, and so they are
        kept; what is shown beside the CRM's negative total, or added up, is negative as well.
        """
        if amount is None or self.document_type is not DocumentType.CREDIT_MEMO:
            return amount
        return -amount

    def given_back(self) -> SyncRecord:
        """Return the record as it was before its claim: failed if it had failed, else not posted.

        The request id stays: nothing was made under it.
        """
        state = PostingState.FAILED if self.finding else PostingState.NOT_POSTED
        return replace(self, state=state, claimed_by="", claimed_on=None)

    def posted(self, document: PostedDocument) -> SyncRecord:
        """Return the record with what QuickBooks holds now."""
        return replace(
            self,
            document_type=document.type,
            quickbooks_id=document.id,
            number=document.number,
            sync_token=document.sync_token,
            customer_id=document.customer_id,
            txn_date=document.txn_date,
            currency=document.currency,
            total=document.total,
            tax=document.tax,
            balance=document.balance,
            paid=document.paid,
            quickbooks_status=document.status,
        )
