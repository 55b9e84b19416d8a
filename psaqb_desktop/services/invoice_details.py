"""Details of one invoice: its lines, payments, history, and where to see it in QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.push import JournalEntry, PaymentAllocation
from psaqb_desktop.services.ports import InvoiceSource, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What is shown beside the draft. ``quickbooks_address`` is empty when not posted."""

    lines: tuple[InvoiceLine, ...]
    payments: tuple[PaymentAllocation, ...]
    history: tuple[JournalEntry, ...]
    quickbooks_address: str


class InvoiceDetails:
    """Reads the details of one invoice when a person looks at it."""

    def __init__(
        self,
        *,
        invoices: InvoiceSource,
        records: SyncRecordStore,
        journal: PushJournal,
        companies: CompanyGateway,
    ) -> None:
        self._invoices = invoices
        self._records = records
        self._journal = journal
        self._companies = companies

    def run(self, row: ListedInvoice) -> InvoiceFacts:
        """Read lines and payments from the CRM and the history of this machine."""
        identifier = row.invoice.id
        lines = self._invoices.lines([identifier]).get(identifier, ())
        payments: tuple[PaymentAllocation, ...] = ()
        address = ""
        record = row.record
        if record is not None and record.quickbooks_id and row.connection is not None:
            payments = self._records.payments_of(record.id)
            company = self._companies.open(row.connection)
            address = company.web_address(record.document_type, record.quickbooks_id)
        return InvoiceFacts(lines, payments, self._journal.history(identifier), address)
