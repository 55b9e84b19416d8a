"""Pulls: QuickBooks' state brought back, company by company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId
from psaqb_desktop.domain.push import PostedDocument


@dataclass(frozen=True, slots=True)
class AppliedAmount:
    """What one line of a payment settles of one document."""

    document_type: str
    document_id: QuickBooksId
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """A QuickBooks payment; its ``lines`` say what it settles, the rest is unapplied.

    Of a deleted one only the id is known, of a voided one no line is left.
    """

    id: QuickBooksId
    payment_date: date | None
    currency: str
    exchange_rate: Decimal | None
    method: str
    reference: str
    lines: tuple[AppliedAmount, ...]
    is_deleted: bool = False
    sync_token: str = ""
    """QuickBooks' count of its changes; empty where it is not told."""

    @property
    def may_have_settled_more(self) -> bool:
        """It may once have settled what its lines no longer name: it was changed since it came."""
        return self.is_deleted or self.sync_token != "0"  # noqa: S105 - counts changes


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a company since a moment; ``read_at`` is the server's time of the answer.

    All that was made, edited or voided is in it. Deletions are not where the service cut its
    answer off: ``unlisted_deletions`` names the kinds (``Invoice``, ``CreditMemo``, ``Payment``)
    of which something may have been deleted that is not told.
    """

    documents: tuple[PostedDocument, ...]
    payments: tuple[Payment, ...]
    read_at: datetime
    unlisted_deletions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PullSummary:
    """What a pull did for one company; ``error`` is empty when nothing failed.

    What was written before a failure, or before a person's stop, is counted: it is no news to the
    next pull.
    """

    realm_id: RealmId
    company_name: str
    documents_changed: int = 0
    payments_written: int = 0
    voided: int = 0
    """Documents that were voided since the last pull."""
    missing: int = 0
    """Documents that QuickBooks no longer has: since the last pull, or, of a full one, at all."""
    edited: int = 0
    """Documents whose total, tax, customer or date somebody changed in QuickBooks."""
    payments_removed: int = 0
    """Payments of the CRM that settle nothing of their documents any more."""
    duplicates: tuple[str, ...] = ()
    """A sentence for each CRM invoice that a full comparison found more than once."""
    watermark: datetime | None = None
    was_stopped: bool = False
    """A person stopped it; the next pull goes on."""
    error: str = ""
    """What went wrong, and what to do next."""
