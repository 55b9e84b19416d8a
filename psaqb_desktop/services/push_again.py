"""Pushing again: an invoice whose QuickBooks document was voided or deleted goes back to the list.

A person decides that; the next push gets a new request id (generation), since QuickBooks would
answer the old one with the dead document. The old document is read once more before: what the CRM
remembers of it may be wrong by now.
"""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.domain.errors import AppError, RequestRejectedError
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.money import Money
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.ports import Clock, ConnectionStore, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.record_news import News, record_news


class PushAgain:
    """Opens the way for another document of the same invoice."""

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        companies: CompanyGateway,
        records: SyncRecordStore,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._companies = companies
        self._records = records
        self._clock = clock

    def run(self, row: ListedInvoice) -> SyncRecord:
        """Put the invoice back into the list of those to post.

        Raises:
            RequestRejectedError: its document still stands in QuickBooks, or it was never posted.
            StaleRecordError: its state changed meanwhile.
            ServiceUnavailableError, SignInNeededError: QuickBooks cannot be asked.
        """
        number = row.invoice.number
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id)
        if record is None or not record.is_gone:
            raise RequestRejectedError(
                f"Invoice {number} has no voided or deleted document in QuickBooks.",
                service="PSAQB",
                remedy="Void the document in QuickBooks first, then pull.",
            )
        self._require_gone(record, number)
        return self._write(
            replace(record, state=PostingState.NOT_POSTED, finding="", finding_cause="")
        )

    def _require_gone(self, record: SyncRecord, number: str) -> None:
        connection = self._connections.connection(record.connection_id)
        if connection.realm_id != record.realm_id:
            raise RequestRejectedError(
                f"Invoice {number} was posted to a company that is no longer connected.",
                service="PSAQB",
                remedy="Connect its legal entity to that company again, then try once more.",
            )
        company = self._companies.open(connection)
        document = company.read(record.document_type, record.quickbooks_id)
        if document is None or document.is_voided:
            return
        # With its payments: those of a document that was taken for gone were taken away.
        record_news(self._records, company, [News(record, document)], (), self._clock.now())
        raise RequestRejectedError(
            f"Invoice {number} stands in QuickBooks ({document.number or document.id}, "
            f"{Money(document.total, document.currency)}): pushed again, it would be there twice.",
            service="PSAQB",
            remedy="Void the document in QuickBooks first, then pull.",
        )

    def _write(self, record: SyncRecord) -> SyncRecord:
        checked = replace(record, last_checked=self._clock.now())
        answer = self._records.write([checked])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer
