"""The CRM's sync records and payments, in memory, with ETags and conditional writes."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.domain.errors import (
    AppError,
    NotSetUpError,
    ServiceUnavailableError,
    StaleRecordError,
)
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId, RealmId
from psaqb_desktop.domain.push import AddedPayments, PaymentAllocation
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.ports import Clock


class FakeSyncRecordStore:
    def __init__(self, clock: Clock) -> None:
        self.is_set_up = True
        self.refusals: dict[InvoiceId, AppError] = {}
        """Writes of these invoices' records fail with this, the others go on."""
        self.write_calls = 0
        self.page_size = 25
        self.pages_read = 0
        self.failing_writes: set[int] = set()
        """Calls of ``write`` (counted from 1) that do nothing but fail."""
        self.fails_after_writes: int | None = None
        self._clock = clock
        self._records: dict[CrmId, SyncRecord] = {}
        self._payments: dict[CrmId, tuple[PaymentAllocation, ...]] = {}
        self._count = 0
        self._lock = threading.Lock()

    def put(self, record: SyncRecord) -> SyncRecord:
        """Store without a condition, as another desktop would have done before."""
        with self._lock:
            return self._store(record)

    def drop_all(self) -> None:
        """Forget everything, as a CRM that was restored from a backup has."""
        with self._lock:
            self._records.clear()

    def of_id(self, record_id: CrmId) -> SyncRecord | None:
        return self._records.get(record_id)

    def only(self, invoice_id: InvoiceId) -> SyncRecord:
        (found,) = [r for r in self.records() if r.invoice_id == invoice_id]
        return found

    def records(self, *, changed_since: datetime | None = None) -> tuple[SyncRecord, ...]:
        self._require_tables()
        with self._lock:
            return tuple(
                r
                for r in self._records.values()
                if changed_since is None or (r.modified_on and r.modified_on >= changed_since)
            )

    def time(self) -> datetime:
        return self._clock.now()

    def records_of(self, invoice_ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, SyncRecord]:
        return {i: records[0] for i, records in self.every_record_of(invoice_ids).items()}

    def every_record_of(
        self, invoice_ids: Sequence[InvoiceId]
    ) -> Mapping[InvoiceId, tuple[SyncRecord, ...]]:
        found: dict[InvoiceId, list[SyncRecord]] = {}
        for record in self.records():
            if record.invoice_id in invoice_ids:
                found.setdefault(record.invoice_id, []).append(record)
        return {i: tuple(sorted(r, key=_progress, reverse=True)) for i, r in found.items()}

    def touched(
        self,
        realm_id: RealmId,
        *,
        documents: Collection[QuickBooksId],
        payments: Collection[QuickBooksId],
    ) -> tuple[SyncRecord, ...]:
        with self._lock:
            paid = {
                sync_id
                for sync_id, allocations in self._payments.items()
                if any(each.payment_id in payments for each in allocations)
            }
        return tuple(
            r
            for r in self.records()
            if r.realm_id == realm_id
            and (r.state.is_open or r.quickbooks_id in documents or r.id in paid)
        )

    def posted_pages(self, realm_id: RealmId) -> Iterator[tuple[SyncRecord, ...]]:
        ids = sorted(r.id for r in self.records() if r.realm_id == realm_id)
        for start in range(0, len(ids), self.page_size):
            self.pages_read += 1
            with self._lock:
                page = [self._records[each] for each in ids[start : start + self.page_size]]
            yield tuple(r for r in page if r.state.is_posted)

    def invoice_deleted(self, invoice_id: InvoiceId) -> None:
        """Empty the lookup, as the CRM does when an invoice is deleted; it does not date that."""
        with self._lock:
            for key, record in self._records.items():
                if record.invoice_id == invoice_id:
                    self._count += 1
                    version = f'W/"{self._count}"'
                    self._records[key] = replace(record, version=version, is_invoice_deleted=True)

    def write(self, records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord | AppError]:
        self._require_tables()
        answers: dict[InvoiceId, SyncRecord | AppError] = {}
        with self._lock:
            self.write_calls += 1
            limit = self.fails_after_writes
            is_over = limit is not None and self.write_calls > limit
            if is_over or self.write_calls in self.failing_writes:
                raise ServiceUnavailableError("The CRM cannot be reached.", service="CRM")
            for record in records:
                stored = self._records.get(record.id)
                if record.invoice_id in self.refusals:
                    answers[record.invoice_id] = self.refusals[record.invoice_id]
                elif (stored.version if stored else "") != record.version:
                    answers[record.invoice_id] = StaleRecordError("The record has changed.")
                else:
                    answers[record.invoice_id] = self._store(record)
        return answers

    def add_payments(
        self, allocations: Mapping[CrmId, Sequence[PaymentAllocation]]
    ) -> AddedPayments:
        written: list[PaymentAllocation] = []
        others: list[PaymentAllocation] = []
        with self._lock:
            for sync_id, wanted in allocations.items():
                old = {p.id: p for p in self._payments.get(sync_id, ())}
                new = {p.id: p for p in wanted}
                written += [p for k, p in new.items() if old.get(k) != p]
                others += [p for k, p in old.items() if k not in new]
                self._payments[sync_id] = tuple((old | new).values())
        return AddedPayments(tuple(written), tuple(others))

    def remove_payments(self, allocations: Sequence[PaymentAllocation]) -> None:
        gone = {each.id for each in allocations}
        with self._lock:
            for sync_id, stored in self._payments.items():
                self._payments[sync_id] = tuple(p for p in stored if p.id not in gone)

    def payments_of(self, sync_id: CrmId) -> tuple[PaymentAllocation, ...]:
        found = self._payments.get(sync_id, ())
        return tuple(sorted(found, key=lambda p: str(p.payment_date)))

    def _store(self, record: SyncRecord) -> SyncRecord:
        self._count += 1
        # The CRM keeps whole seconds.
        claimed_on = record.claimed_on.replace(microsecond=0) if record.claimed_on else None
        stored = replace(
            record,
            version=f'W/"{self._count}"',
            modified_on=self._clock.now(),
            claimed_on=claimed_on,
        )
        self._records[record.id] = stored
        return stored

    def _require_tables(self) -> None:
        if not self.is_set_up:
            raise NotSetUpError("The CRM lacks the tables.")


def _progress(record: SyncRecord) -> tuple[bool, bool, str]:
    return record.state.is_open, record.state.is_posted, str(record.modified_on or "")
