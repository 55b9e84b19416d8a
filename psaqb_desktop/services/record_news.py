"""Recording news: what QuickBooks says of documents goes into their records and payments.

In bulk, on the condition that nobody else has written meanwhile. Unchanged records are not
written, so that looking twice at the same change costs no write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psaqb_desktop.domain.allocations import allocations_of
from psaqb_desktop.domain.duplicates import with_duplicates
from psaqb_desktop.domain.errors import AppError, ServiceUnavailableError, StaleRecordError
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.posted_changes import changes_since, is_older, with_review
from psaqb_desktop.domain.pull import Payment
from psaqb_desktop.domain.push import AddedPayments, PaymentAllocation, PostedDocument
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.ports import SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany

LOOKS = 3
"""How often one pull looks at a document that other desktops pull at the same moment."""


@dataclass(frozen=True, slots=True)
class News:
    """What QuickBooks says of the document of a record; None where it is gone."""

    record: SyncRecord
    document: PostedDocument | None
    twice: Mapping[InvoiceId, str] | None = None
    """Invoices that stand more than once; None where that was not looked for."""

    @property
    def is_edited(self) -> bool:
        """Somebody changed the document in QuickBooks."""
        return self.document is not None and bool(changes_since(self.record, self.document))

    @property
    def is_void(self) -> bool:
        """The document was voided, and the record did not know."""
        was_voided = self.record.quickbooks_status is QuickBooksStatus.VOIDED
        return self.document is not None and self.document.is_voided and not was_voided

    @property
    def is_old(self) -> bool:
        """Another desktop has seen a later state of the document already."""
        return self.document is not None and is_older(self.document, self.record)

    def applied_to(self, record: SyncRecord, now: datetime) -> SyncRecord:
        """Return a record with the news."""
        fresh = self._as_it_stands(record, now)
        if self.twice is None:
            return fresh
        return with_duplicates(fresh, self.twice.get(record.invoice_id, ""))

    def _as_it_stands(self, record: SyncRecord, now: datetime) -> SyncRecord:
        if self.document is not None:
            return replace(with_review(record, self.document), last_checked=now)
        return replace(
            record,
            quickbooks_status=QuickBooksStatus.MISSING,
            balance=ZERO,
            paid=ZERO,
            last_checked=now,
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """How much was written, and what of it a person should know."""

    documents: int = 0
    payments: int = 0
    voided: int = 0
    edited: int = 0
    missing: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        """Add two counts up."""
        return Recorded(
            self.documents + other.documents,
            self.payments + other.payments,
            self.voided + other.voided,
            self.edited + other.edited,
            self.missing + other.missing,
        )


def record_news(
    store: SyncRecordStore,
    company: QuickBooksCompany,
    news: Sequence[News],
    payments: Sequence[Payment],
    now: datetime,
) -> Recorded:
    """Write what differs. ``payments`` that are known already are not read again.

    Raises:
        AppError: something was not read or not written; the watermark must not move.
    """
    recorded = Recorded()
    for _ in range(LOOKS):
        counted, overtaken = _record_once(store, company, news, payments, now)
        recorded += counted
        if not overtaken:
            return recorded
        news, payments = _looked_at_again(store, company, overtaken), ()
    raise ServiceUnavailableError(
        f"{len(overtaken)} posted documents were written by another desktop again and again.",
        service="CRM",
        remedy="Pull again.",
    )


def _record_once(
    store: SyncRecordStore,
    company: QuickBooksCompany,
    news: Sequence[News],
    payments: Sequence[Payment],
    now: datetime,
) -> tuple[Recorded, list[News]]:
    """Write; return those also for which a later look came in between, and payments were written.

    Payments are there before the record whose balance they make, and go after it: whatever comes
    in between, a payment that a record counts in is among its allocations. By these it is found
    when it is deleted, and names its documents no longer.
    """
    news = [one for one in news if not one.is_old]
    changed = [one for one in news if _differs(one.applied_to(one.record, now), one.record)]
    allocations = _allocations(company, news, payments)
    added = store.add_payments(allocations) if allocations else AddedPayments((), ())
    outdated = _write_records(store, changed, now)
    removed = [each for each in added.others if each.sync_id not in outdated]
    if removed:
        store.remove_payments(removed)
    told = [one for one in changed if one.record.id not in outdated]
    overtaken = outdated & {each.sync_id for each in added.written}
    recorded = Recorded(
        documents=len(told),
        payments=len(removed) + sum(each.sync_id not in outdated for each in added.written),
        voided=sum(one.is_void for one in told),
        edited=sum(one.is_edited for one in told),
        missing=sum(one.document is None for one in told),
    )
    return recorded, [one for one in changed if one.record.id in overtaken]


def _looked_at_again(
    store: SyncRecordStore, company: QuickBooksCompany, overtaken: Sequence[News]
) -> list[News]:
    """Look at the documents for which records stand by now."""
    current = store.every_record_of([one.record.invoice_id for one in overtaken])
    again: list[News] = []
    for one in overtaken:
        record = record_at(current.get(one.record.invoice_id, ()), one.record.realm_id)
        if record is None or not record.state.is_posted:
            continue
        documents = company.documents(record.document_type, [record.quickbooks_id])
        again += [News(record, document, one.twice) for document in documents]
    return again


def _write_records(store: SyncRecordStore, news: Sequence[News], now: datetime) -> set[CrmId]:
    """Write; what somebody else wrote meanwhile stays, and the news are put on top, once.

    Returns the records that by now stand for another document, or know of a later state of it: the
    news are not theirs, nor are the payments that came with them.
    """
    if not news:
        return set()
    answers = dict(store.write([one.applied_to(one.record, now) for one in news]))
    stale = [one for one in news if isinstance(answers[one.record.invoice_id], StaleRecordError)]
    outdated: set[CrmId] = set()
    if stale:
        current = store.every_record_of([one.record.invoice_id for one in stale])
        again = []
        for one in stale:
            record = record_at(current.get(one.record.invoice_id, ()), one.record.realm_id)
            is_same = record is not None and _is_same_document(record, one.record)
            if record is None or not is_same or replace(one, record=record).is_old:
                outdated.add(one.record.id)
                del answers[one.record.invoice_id]
            else:
                again.append(one.applied_to(record, now))
        answers |= store.write(again) if again else {}
    for answer in answers.values():
        if isinstance(answer, AppError):
            raise answer
    return outdated


def _allocations(
    company: QuickBooksCompany, news: Sequence[News], payments: Sequence[Payment]
) -> dict[CrmId, Sequence[PaymentAllocation]]:
    """Return, for each document looked at, what each of its payments settles of it."""
    known: dict[QuickBooksId, Payment] = {each.id: each for each in payments}
    named = {each for one in news if one.document for each in one.document.payment_ids}
    unknown = sorted(named - known.keys())
    if unknown:
        known |= {each.id: each for each in company.payments(unknown)}
    return {
        one.record.id: allocations_of(one.record, one.document, known) if one.document else ()
        for one in news
    }


def _is_same_document(record: SyncRecord, other: SyncRecord) -> bool:
    return (
        record.id == other.id
        and record.state.is_posted
        and (record.document_type, record.quickbooks_id)
        == (other.document_type, other.quickbooks_id)
    )


def _differs(fresh: SyncRecord, stored: SyncRecord) -> bool:
    """Compare all but the time of the look: unchanged records are not written."""
    return replace(fresh, last_checked=stored.last_checked) != stored
