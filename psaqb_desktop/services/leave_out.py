"""Leaving out: an invoice that is not to go, with the reason; and taking it back."""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.domain.errors import AppError, RequestRejectedError, StaleRecordError
from psaqb_desktop.domain.identifiers import sync_record_id
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.ports import Clock, SyncRecordStore


class LeaveOut:
    """Writes the decision and its reason into the CRM, where others see it too."""

    def __init__(self, *, records: SyncRecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def run(self, row: ListedInvoice, reason: str) -> SyncRecord:
        """Leave an invoice out.

        Raises:
            RequestRejectedError: it has no company yet, is posted or is being pushed, or no
                reason was given.
            StaleRecordError: its state changed meanwhile.
        """
        number = row.invoice.number
        if not reason.strip():
            raise RequestRejectedError(
                f"Invoice {number} needs a reason to be left out.", service="PSAQB"
            )
        if row.connection is None or not row.connection.realm_id:
            raise RequestRejectedError(
                f"Invoice {number} has no connected company yet.",
                service="PSAQB",
                remedy="Connect the company of its legal entity first.",
            )
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id) or SyncRecord(
            id=sync_record_id(row.invoice.id, row.connection.realm_id),
            invoice_id=row.invoice.id,
            connection_id=row.connection.id,
            realm_id=row.connection.realm_id,
        )
        if record.state.is_open or record.state.is_posted:
            raise StaleRecordError(f"Invoice {number} is {record.state.value.lower()} by now.")
        return self._write(
            replace(record, state=PostingState.LEFT_OUT, reason_left_out=reason.strip())
        )

    def take_back(self, row: ListedInvoice) -> SyncRecord:
        """Put an invoice that was left out back into the list."""
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id)
        if record is None or record.state is not PostingState.LEFT_OUT:
            raise StaleRecordError(f"Invoice {row.invoice.number} is not left out by now.")
        return self._write(replace(record, state=PostingState.NOT_POSTED, reason_left_out=""))

    def _write(self, record: SyncRecord) -> SyncRecord:
        record = replace(record, last_checked=self._clock.now())
        answer = self._records.write([record])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer
