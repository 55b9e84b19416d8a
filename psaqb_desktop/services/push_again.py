"""Pushing again: an invoice whose QuickBooks document was voided or deleted goes back to the list.

A person decides that; the next push gets a new request id (generation), since QuickBooks would
answer the old one with the dead document.
"""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.domain.errors import AppError, RequestRejectedError
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.push import PostingState, SyncRecord
from psaqb_desktop.services.ports import Clock, SyncRecordStore


class PushAgain:
    """Opens the way for another document of the same invoice."""

    def __init__(self, *, records: SyncRecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def run(self, row: ListedInvoice) -> SyncRecord:
        """Put the invoice back into the list of those to post.

        Raises:
            RequestRejectedError: its document still stands in QuickBooks, or it was never posted.
            StaleRecordError: its state changed meanwhile.
        """
        number = row.invoice.number
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id)
        if record is None or not record.is_gone:
            raise RequestRejectedError(
                f"Invoice {number} has no voided or deleted document in QuickBooks.",
                service="PSAQB",
                remedy="Void the document in QuickBooks first, then pull.",
            )
        reopened = replace(
            record,
            state=PostingState.NOT_POSTED,
            finding="",
            finding_cause="",
            last_checked=self._clock.now(),
        )
        answer = self._records.write([reopened])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer
