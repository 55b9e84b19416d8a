"""Accepting: a person has looked at a difference of a posted invoice and takes it as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from psaqb_desktop.domain.duplicates import names_duplicates
from psaqb_desktop.domain.errors import AppError, RequestRejectedError, StaleRecordError
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.ports import Clock, SyncRecordStore


class AcceptReview:
    """Ends a review; the CRM remembers who accepted it and when."""

    def __init__(
        self, *, records: SyncRecordStore, clock: Clock, accepted_by: Callable[[], str]
    ) -> None:
        self._records = records
        self._clock = clock
        self._accepted_by = accepted_by

    def run(self, row: ListedInvoice) -> SyncRecord:
        """Take the document as it stands in QuickBooks.

        Raises:
            RequestRejectedError: there is nothing to accept.
            StaleRecordError: it is not what the person has looked at.
        """
        number = row.invoice.number
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id)
        if record is None or record.state is not PostingState.POSTED_REVIEW:
            raise RequestRejectedError(
                f"Invoice {number} has no difference to accept.",
                service="PSAQB",
                remedy="Read the list afresh.",
            )
        if names_duplicates(record):
            raise RequestRejectedError(
                f"Invoice {number} stands in QuickBooks more than once. {record.finding}",
                service="PSAQB",
                remedy="Void all but one there, then compare everything (psaqb pull --full).",
            )
        if row.record is None or row.record.finding != record.finding:
            raise StaleRecordError(
                f"There is news of invoice {number}: {record.finding}",
                remedy="Read the list afresh, look at it once more, then accept it.",
            )
        now = self._clock.now()
        accepted = replace(
            record,
            state=PostingState.POSTED,
            finding="",
            finding_cause="",
            accepted_by=self._accepted_by(),
            accepted_on=now,
            last_checked=now,
        )
        answer = self._records.write([accepted])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer
