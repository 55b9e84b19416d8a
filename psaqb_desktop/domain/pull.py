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
    """A QuickBooks payment; its ``lines`` say what it settles, the rest is unapplied."""

    id: QuickBooksId
    payment_date: date | None
    currency: str
    exchange_rate: Decimal | None
    method: str
    reference: str
    lines: tuple[AppliedAmount, ...]
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a company since a moment; ``read_at`` is the server's time of the answer.

    ``is_complete`` is False where the service cut the answer off: the watermark must not move to
    ``read_at``.
    """

    documents: tuple[PostedDocument, ...]
    payments: tuple[Payment, ...]
    read_at: datetime
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class PullSummary:
    """What a pull did for one company; ``error`` is empty when it went through."""

    realm_id: RealmId
    company_name: str
    documents_changed: int = 0
    payments_written: int = 0
    voided: int = 0
    missing: int = 0
    edited: int = 0
    """Documents whose total, tax, customer or date somebody changed in QuickBooks."""
    duplicates: tuple[str, ...] = ()
    """A sentence for each CRM invoice that a full comparison found more than once."""
    watermark: datetime | None = None
    error: str = ""
