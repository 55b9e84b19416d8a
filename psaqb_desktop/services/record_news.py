"""Recording news: what QuickBooks says of documents goes into their records and payments.

In bulk, on the condition that nobody else has written meanwhile. Unchanged records are not
written, so that looking twice at the same change costs no write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psaqb_desktop.domain.allocations import DocumentKey, allocations_of, settles
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.duplicates import with_duplicates
from psaqb_desktop.domain.errors import AppError, ServiceUnavailableError, StaleRecordError
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.posted_changes import changes_since, is_older, with_review
from psaqb_desktop.domain.pull import Payment
from psaqb_desktop.domain.push import AddedPayments, PostedDocument
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.ports import SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany

LOOKS = 3
"""How often one pull looks at a document that others pull, or settle, at the same moment."""


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
    payments_removed: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        """Add two counts up."""
        return Recorded(
            self.documents + other.documents,
            self.payments + other.payments,
            self.voided + other.voided,
            self.edited + other.edited,
            self.missing + other.missing,
            self.payments_removed + other.payments_removed,
        )


OnRecorded = Callable[[Recorded], None]
"""Told of each part as soon as it is written: what comes after it may fail."""


def record_news(
    store: SyncRecordStore,
    company: QuickBooksCompany,
    news: Sequence[News],
    payments: Sequence[Payment],
    now: datetime,
    *,
    on_recorded: OnRecorded = lambda _: None,
) -> Recorded:
    """Write what differs. ``payments`` that are known already are not read again.

    Raises:
        AppError: something was not read or not written; the watermark must not move. What was
            written before stays, and ``on_recorded`` has been told of it.
    """
    recorded = Recorded()

    def count(more: Recorded) -> None:
        nonlocal recorded
        recorded += more
        on_recorded(more)

    for look in range(1, LOOKS + 1):
        news = [one for one in news if not one.is_old]
        known = _known_payments(company, news, payments)
        doubtful = [one for one in news if look < LOOKS and _is_doubtful(one, known)]
        left = {one.record.id for one in doubtful}
        certain = [one for one in news if one.record.id not in left]
        overtaken = _record_once(store, certain, known, now, count)
        if not overtaken and not doubtful:
            return recorded
        news, payments = _looked_at_again(store, company, [*overtaken, *doubtful]), ()
    raise ServiceUnavailableError(
        f"{len(overtaken)} posted documents were written by another desktop again and again.",
        service="CRM",
        remedy="Pull again.",
    )


def _record_once(
    store: SyncRecordStore,
    news: Sequence[News],
    payments: Mapping[QuickBooksId, Payment],
    now: datetime,
    count: OnRecorded,
) -> list[News]:
    """Write; return those for which a later look came in between, and payments were written.

    Payments are there before the record whose balance they make, and go after it: whatever comes
    in between, a payment that a record counts in is among its allocations. By these it is found
    when it is deleted, and names its documents no longer.
    """
    changed = [one for one in news if _differs(one.applied_to(one.record, now), one.record)]
    allocations = {
        one.record.id: allocations_of(one.record, one.document, payments) if one.document else ()
        for one in news
    }
    added = store.add_payments(allocations) if allocations else AddedPayments((), ())
    outdated, failed = _write_records(store, changed, now)
    told = [one for one in changed if one.record.id not in outdated | failed.keys()]
    count(
        Recorded(
            documents=len(told),
            payments=sum(each.sync_id not in outdated for each in added.written),
            voided=sum(one.is_void for one in told),
            edited=sum(one.is_edited for one in told),
            missing=sum(one.document is None for one in told),
        )
    )
    for error in failed.values():
        raise error
    named = {(one.record.id, each) for one in news for each in _named_by(one)}
    removed = [
        each
        for each in added.others
        if each.sync_id not in outdated and (each.sync_id, each.payment_id) not in named
    ]
    if removed:
        store.remove_payments(removed)
        count(Recorded(payments_removed=len(removed)))
    overtaken = outdated & {each.sync_id for each in added.written}
    return [one for one in changed if one.record.id in overtaken]


def _looked_at_again(
    store: SyncRecordStore, company: QuickBooksCompany, news: Sequence[News]
) -> list[News]:
    """Look at the documents for which records stand by now."""
    current = store.every_record_of([one.record.invoice_id for one in news])
    found: dict[DocumentKey, tuple[SyncRecord, News]] = {}
    for one in news:
        record = record_at(current.get(one.record.invoice_id, ()), one.record.realm_id)
        if record is not None and record.state.is_posted:
            found[record.document_type, record.quickbooks_id] = record, one
    again: list[News] = []
    for document_type in DocumentType:
        ids = [document_id for kind, document_id in found if kind is document_type]
        for document in company.documents(document_type, ids) if ids else ():
            record, one = found[document.type, document.id]
            again.append(News(record, document, one.twice))
    return again


def _write_records(
    store: SyncRecordStore, news: Sequence[News], now: datetime
) -> tuple[set[CrmId], dict[CrmId, AppError]]:
    """Write; what somebody else wrote meanwhile stays, and the news are put on top, once.

    Returns the records that by now stand for another document, or know of a later state of it: the
    news are not theirs, nor are the payments that came with them. And those that were refused.
    """
    if not news:
        return set(), {}
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
    failed = {
        one.record.id: answer
        for one in news
        if isinstance(answer := answers.get(one.record.invoice_id), AppError)
    }
    return outdated, failed


def _known_payments(
    company: QuickBooksCompany, news: Sequence[News], payments: Sequence[Payment]
) -> Mapping[QuickBooksId, Payment]:
    """Return the payments that documents name; those are read that are not there."""
    known = {each.id: each for each in payments}
    unknown = sorted({each for one in news for each in _named_by(one)} - known.keys())
    return known | {each.id: each for each in company.payments(unknown)} if unknown else known


def _is_doubtful(news: News, payments: Mapping[QuickBooksId, Payment]) -> bool:
    """Tell whether a document names a payment that settles nothing of it: one look is older.

    A payment came or went between the two. If the balance were written that counts it in, nothing
    would tell afterwards whose it was.
    """
    document = news.document
    return document is not None and any(
        each not in payments or not settles(payments[each], document)
        for each in document.payment_ids
    )


def _named_by(news: News) -> tuple[QuickBooksId, ...]:
    return news.document.payment_ids if news.document else ()


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
