"""Pulling: QuickBooks' state, payments and balances brought back to the CRM.

Changes since the company's watermark come by change data capture; a full comparison of every
posted document is the fallback and can be asked for. The watermark moves only after everything of
the company has been written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.draft import DocumentType
from psaqb_desktop.domain.duplicates import duplicates, with_duplicates
from psaqb_desktop.domain.errors import AppError, StaleRecordError
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId, payment_record_id
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.posted_changes import changes_since, with_review
from psaqb_desktop.domain.pull import Changes, Payment, PullSummary
from psaqb_desktop.domain.push import (
    PaymentAllocation,
    PostedDocument,
    QuickBooksStatus,
    SyncRecord,
)
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.missing_documents import DocumentKey, ask_for
from psaqb_desktop.services.ports import Clock, ConnectionStore, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway, QuickBooksCompany

OVERLAP = timedelta(minutes=2)
"""Asked for twice rather than never: equal and late time stamps."""
HORIZON = timedelta(days=29)
"""Change data capture looks back 30 days at most."""
COMPANIES_AT_ONCE = 8
CLOCKS_DIFFER = timedelta(days=2)
"""Postings were noted by the clocks of desktops, documents are asked for by QuickBooks'."""
_LONG_AGO = datetime(2000, 1, 3, tzinfo=UTC)

log = logging.getLogger("psaqb.pull")


class PullChanges:
    """Pulls companies side by side."""

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        companies: CompanyGateway,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._companies = companies
        self._records = records
        self._journal = journal
        self._clock = clock

    def run(
        self,
        *,
        connections: Sequence[Connection] | None = None,
        full: bool = False,
        on_company: Callable[[PullSummary], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[PullSummary, ...]:
        """Pull the given companies, or all; a company's failure is told in its summary."""
        started = self._clock.now()
        chosen = connections if connections is not None else self._connections.connections()
        ready = [c for c in chosen if c.is_connected]
        posted = [r for r in self._records.records() if r.state.is_posted and r.quickbooks_id]

        def pull(connection: Connection) -> PullSummary | None:
            if cancellation is not None and cancellation.is_cancelled:
                return None
            own = [r for r in posted if r.realm_id == connection.realm_id]
            summary = self._pull_company(connection, own, started, is_full=full)
            if on_company is not None:
                on_company(summary)
            return summary

        with ThreadPoolExecutor(COMPANIES_AT_ONCE, thread_name_prefix="pull") as pool:
            return tuple(s for s in pool.map(pull, ready) if s is not None)

    def _pull_company(
        self,
        connection: Connection,
        records: Sequence[SyncRecord],
        started: datetime,
        *,
        is_full: bool,
    ) -> PullSummary:
        name = connection.company_name or connection.name
        try:
            return self._pull(connection, records, started, is_full=is_full)
        except AppError as error:
            log.warning("the pull of %s failed: %s", name, error)
            return PullSummary(connection.realm_id, name, error=f"{error} {error.remedy}".strip())

    def _pull(
        self,
        connection: Connection,
        records: Sequence[SyncRecord],
        started: datetime,
        *,
        is_full: bool,
    ) -> PullSummary:
        company = self._companies.open(connection)
        now = self._clock.now()
        watermark = self._journal.watermark(connection.realm_id)
        earliest = now - HORIZON
        is_full = is_full or watermark is None or watermark - OVERLAP < earliest
        since = earliest if watermark is None or is_full else watermark - OVERLAP
        # A full comparison asks for recent changes too: the answer carries the server's time.
        changes = company.changes(now - OVERLAP if is_full else since)
        elapsed = self._clock.now() - started
        by_key: Mapping[DocumentKey, SyncRecord] = {
            (r.document_type, r.quickbooks_id): r for r in records
        }
        if is_full or not changes.is_complete:
            documents = _read(company, by_key)
            unseen = [r for key, r in by_key.items() if key not in documents]
            twice = _duplicates(company, records)
        else:
            documents = _changed_documents(company, changes, by_key)
            unseen = [by_key[k] for k, d in documents.items() if d.is_deleted]
            twice = None
        asked = ask_for(company, unseen)
        standing = {key: d for key, d in documents.items() if not d.is_deleted}
        documents = {**standing, **asked.standing}
        written = self._write(company, by_key, documents, asked.gone, twice)
        asked.require_all()
        # What was posted since the records were read is not among them: its changes are asked
        # for next time. Told in the service's own time, whatever this machine's clock says.
        reached = changes.read_at - elapsed
        self._journal.set_watermark(connection.realm_id, reached)
        return PullSummary(
            connection.realm_id,
            connection.company_name or connection.name,
            documents_changed=written.documents,
            payments_written=written.payments,
            voided=sum(1 for d in documents.values() if d.is_voided),
            missing=len(asked.gone),
            edited=written.edited,
            duplicates=tuple((twice or {}).values()),
            watermark=reached,
        )

    def _write(
        self,
        company: QuickBooksCompany,
        by_key: Mapping[DocumentKey, SyncRecord],
        documents: Mapping[DocumentKey, PostedDocument],
        missing: Sequence[SyncRecord],
        twice: Mapping[InvoiceId, str] | None,
    ) -> _Written:
        now = self._clock.now()
        news = [_News(by_key[key], document, twice) for key, document in documents.items()]
        news += [_News(record, None, twice) for record in missing]
        changed = [one for one in news if _differs(one.applied_to(one.record, now), one.record)]
        outdated = self._write_records(changed, now)
        payments = _allocations(company, by_key, documents)
        for record in missing:
            payments[record.id] = ()
        for record_id in outdated:
            payments.pop(record_id, None)
        count = self._records.replace_payments(payments) if payments else 0
        edited = sum(1 for one in changed if one.is_edited and one.record.id not in outdated)
        return _Written(len(changed) - len(outdated), count, edited)

    def _write_records(self, news: Sequence[_News], now: datetime) -> set[CrmId]:
        """Write; what somebody else wrote meanwhile stays, and the news are put on top, once.

        Returns the records that by now stand for another document: the news are not theirs.

        Raises:
            AppError: something was not written; the watermark must not move.
        """
        if not news:
            return set()
        answers = dict(self._records.write([one.applied_to(one.record, now) for one in news]))
        stale = [
            one for one in news if isinstance(answers[one.record.invoice_id], StaleRecordError)
        ]
        outdated: set[CrmId] = set()
        if stale:
            current = self._records.records_of([one.record.invoice_id for one in stale])
            again = []
            for one in stale:
                record = current.get(one.record.invoice_id)
                if record is None or not _is_same_document(record, one.record):
                    outdated.add(one.record.id)
                    del answers[one.record.invoice_id]
                else:
                    again.append(one.applied_to(record, now))
            answers |= self._records.write(again) if again else {}
        for answer in answers.values():
            if isinstance(answer, AppError):
                raise answer
        return outdated


@dataclass(frozen=True, slots=True)
class _News:
    """What QuickBooks says of the document of a record; None where it is gone."""

    record: SyncRecord
    document: PostedDocument | None
    twice: Mapping[InvoiceId, str] | None = None
    """Invoices that stand more than once; None where that was not looked for."""

    @property
    def is_edited(self) -> bool:
        """Somebody changed the document in QuickBooks."""
        return self.document is not None and bool(changes_since(self.record, self.document))

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


def _duplicates(
    company: QuickBooksCompany, records: Sequence[SyncRecord]
) -> Mapping[InvoiceId, str]:
    """Look through all that was made in the company since the first of its postings."""
    moments = [record.pushed_on or record.claimed_on or _LONG_AGO for record in records]
    return duplicates(company.created_since(min(moments) - CLOCKS_DIFFER)) if moments else {}


def _is_same_document(record: SyncRecord, other: SyncRecord) -> bool:
    return (
        record.id == other.id
        and record.state.is_posted
        and (record.document_type, record.quickbooks_id)
        == (other.document_type, other.quickbooks_id)
    )


@dataclass(frozen=True, slots=True)
class _Written:
    documents: int
    payments: int
    edited: int


def _changed_documents(
    company: QuickBooksCompany, changes: Changes, by_key: Mapping[DocumentKey, SyncRecord]
) -> dict[DocumentKey, PostedDocument]:
    """Return our documents that changed, and those that a changed payment touches.

    Whether a payment counts as a change of its invoice is not documented: both are looked at.
    """
    documents = {(d.type, d.id): d for d in changes.documents if (d.type, d.id) in by_key}
    touched = {
        (_type(line.document_type), line.document_id)
        for payment in changes.payments
        for line in payment.lines
    }
    gone = {p.id for p in changes.payments if p.is_deleted}
    touched |= {key for key, r in by_key.items() if gone and r.paid}
    wanted = [key for key in touched if key[0] and key in by_key and key not in documents]
    return documents | _read(company, wanted)


def _type(name: str) -> DocumentType | None:
    try:
        return DocumentType(name)
    except ValueError:
        return None


def _read(
    company: QuickBooksCompany, keys: Iterable[tuple[DocumentType | None, QuickBooksId]]
) -> dict[DocumentKey, PostedDocument]:
    wanted = list(keys)
    found: dict[DocumentKey, PostedDocument] = {}
    for document_type in DocumentType:
        ids = [identifier for kind, identifier in wanted if kind is document_type]
        if ids:
            for document in company.documents(document_type, ids):
                found[(document.type, document.id)] = document
    return found


def _allocations(
    company: QuickBooksCompany,
    by_key: Mapping[DocumentKey, SyncRecord],
    documents: Mapping[DocumentKey, PostedDocument],
) -> dict[CrmId, Sequence[PaymentAllocation]]:
    """Return, for each document looked at, what each of its payments settles of it."""
    ids = {p for d in documents.values() for p in d.payment_ids}
    payments = company.payments(sorted(ids)) if ids else ()
    result: dict[CrmId, Sequence[PaymentAllocation]] = {}
    for key, document in documents.items():
        record = by_key[key]
        result[record.id] = [
            _allocation(record, payment, document)
            for payment in payments
            if payment.id in document.payment_ids and _applied(payment, document)
        ]
    return result


def _allocation(
    record: SyncRecord, payment: Payment, document: PostedDocument
) -> PaymentAllocation:
    return PaymentAllocation(
        id=payment_record_id(record.id, "Payment", payment.id),
        sync_id=record.id,
        payment_type="Payment",
        payment_id=payment.id,
        payment_date=payment.payment_date,
        amount=_applied(payment, document),
        currency=payment.currency or document.currency,
        exchange_rate=payment.exchange_rate,
        method=payment.method,
        reference=payment.reference,
    )


def _applied(payment: Payment, document: PostedDocument) -> Decimal:
    """Add up what the payment's lines settle of this document: never the payment's total."""
    return sum(
        (
            line.amount
            for line in payment.lines
            if line.document_id == document.id and line.document_type == document.type.value
        ),
        ZERO,
    )


def _differs(fresh: SyncRecord, stored: SyncRecord) -> bool:
    """Compare all but the time of the look: unchanged records are not written."""
    return replace(fresh, last_checked=stored.last_checked) != stored
