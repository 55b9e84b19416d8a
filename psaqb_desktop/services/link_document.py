"""Linking an invoice to a document that a person entered in QuickBooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.errors import AppError, RequestRejectedError, StaleRecordError
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.domain.texts import has_any_key, has_key_of
from psaqb_desktop.services.adoption import adopted, blank_record, record_at
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.document_differences import differences
from psaqb_desktop.services.newly_known import NewlyKnown
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """An invoice's draft, and the documents that may be it, the likeliest first."""

    number: str
    draft: Draft
    documents: tuple[PostedDocument, ...]


class LinkDocument:
    """Records a document as that of an invoice; nothing in QuickBooks changes."""

    def __init__(
        self,
        *,
        check: CheckInvoices,
        companies: CompanyGateway,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
        linked_by: Callable[[], str],
    ) -> None:
        self._check = check
        self._companies = companies
        self._records = records
        self._journal = journal
        self._clock = clock
        self._linked_by = linked_by

    def run(
        self, row: ListedInvoice, document_type: DocumentType, quickbooks_id: QuickBooksId
    ) -> SyncRecord:
        """Record the document as the invoice's: posted, for review where the total differs.

        With its payments, and as it stands after the link.

        Raises:
            RequestRejectedError: there is no such document, it is of another customer or in
                another currency, or it belongs to another invoice.
            StaleRecordError: the invoice is posted or being posted by now.
        """
        number = row.invoice.number
        connection = row.connection
        if connection is None or not connection.realm_id:
            raise _refused(f"Invoice {number} has no connected company yet.")
        records = self._records.every_record_of([row.invoice.id]).get(row.invoice.id, ())
        furthest = records[0] if records else None
        if furthest is not None and (
            furthest.state.is_open or (furthest.state.is_posted and not furthest.is_gone)
        ):
            raise StaleRecordError(f"Invoice {number} is {furthest.state.value.lower()} by now.")
        own = record_at(records, connection.realm_id)
        record = own or blank_record(row.invoice.id, connection)
        (checked,) = self._check.run([row])
        company = self._companies.open(connection)
        document = company.read(document_type, quickbooks_id)
        name = f"{document_type.value} {quickbooks_id}"
        if document is None or document.is_voided:
            raise _refused(f"{connection.company_name} has no {name} that stands.")
        self._require_fit(checked, document, record, name)
        assert checked.draft is not None  # noqa: S101 - required just now; tells the type checker
        tolerance = read_mapping(connection.mapping_text).total_tolerance
        linked = adopted(
            record,
            checked,
            document,
            differences(checked.draft, number, document, tolerance),
            by=self._linked_by(),
            at=self._clock.now(),
        )
        known = NewlyKnown(company, connection.realm_id, self._records, self._journal, self._clock)
        answer = known.write([(linked, document)])[linked.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer

    def candidates(self, row: ListedInvoice) -> LinkChoice:
        """Look for documents that a person may have entered for an invoice.

        Of the same kind, customer and currency, with its date or its number, and nobody else's.

        Raises:
            RequestRejectedError: the invoice cannot be compared yet.
        """
        connection = row.connection
        if connection is None or not connection.realm_id:
            raise _refused(f"Invoice {row.invoice.number} has no connected company yet.")
        (checked,) = self._check.run([row])
        draft = checked.draft
        if draft is None:
            raise _not_ready(checked, "a document")
        own = blank_record(row.invoice.id, connection)
        fitting = [
            document
            for document in self._companies.open(connection).around([draft])
            if not document.is_voided
            and (document.type, document.customer_id) == (draft.document_type, draft.customer.id)
            and (document.currency or draft.currency) == draft.currency
            and not _is_others(document, row.invoice.id)
            and not self._has_owner(document, own)
        ]
        fitting.sort(
            key=lambda d: (d.total != draft.total, d.number != draft.number, d.txn_date is None)
        )
        return LinkChoice(row.invoice.number, draft, tuple(fitting))

    def unlink(self, row: ListedInvoice) -> SyncRecord:
        """Undo a link: the invoice goes back to those to post, the document stays as it is.

        Raises:
            RequestRejectedError: it is not linked, or this program made the document itself.
            StaleRecordError: its state changed meanwhile.
        """
        number = row.invoice.number
        record = self._records.records_of([row.invoice.id]).get(row.invoice.id)
        if record is None or not record.state.is_posted or row.connection is None:
            raise _refused(f"Invoice {number} is not linked to any document.")
        company = self._companies.open(row.connection)
        document = company.read(record.document_type, record.quickbooks_id)
        if document is None or has_any_key(document.private_note):
            raise _refused(
                f"Invoice {number} was not linked by hand: this program posted its document.",
                "Void the document in QuickBooks if it is wrong, then pull.",
            )
        blank = blank_record(row.invoice.id, row.connection)
        freed = replace(
            blank,
            generation=record.generation,
            request_id=record.request_id,
            last_checked=self._clock.now(),
            version=record.version,
        )
        answer = self._records.write([freed])[freed.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        self._records.remove_payments(self._records.payments_of(answer.id))
        return answer

    def _require_fit(
        self, checked: Checked, document: PostedDocument, record: SyncRecord, name: str
    ) -> None:
        draft, number = checked.draft, checked.invoice.number
        if draft is None:
            raise _not_ready(checked, name)
        if document.type is not draft.document_type:
            raise _refused(f"Invoice {number} would be a {draft.document_type.value}, not {name}.")
        if document.customer_id != draft.customer.id:
            raise _refused(f"{name} is not of {draft.customer.name}, the customer of {number}.")
        if document.currency and document.currency != draft.currency:
            raise _refused(f"{name} is in {document.currency}, invoice {number} {draft.currency}.")
        if _is_others(document, checked.invoice.id) or self._has_owner(document, record):
            raise _refused(f"{name} belongs to another invoice of the CRM.")

    def _has_owner(self, document: PostedDocument, own: SyncRecord) -> bool:
        return any(
            other.id != own.id
            and other.realm_id == own.realm_id
            and (other.document_type, other.quickbooks_id) == (document.type, document.id)
            for other in self._records.records()
        )


def _is_others(document: PostedDocument, invoice_id: InvoiceId) -> bool:
    note = document.private_note
    return has_any_key(note) and not has_key_of(note, invoice_id)


def _not_ready(checked: Checked, name: str) -> RequestRejectedError:
    problem = checked.findings[0] if checked.findings else None
    return _refused(
        f"Invoice {checked.invoice.number} cannot be compared with {name} before it is ready: "
        f"{problem.message if problem else 'it has no draft.'}",
        problem.remedy if problem else "",
    )


def _refused(message: str, remedy: str = "") -> RequestRejectedError:
    return RequestRejectedError(
        message,
        service="PSAQB",
        remedy=remedy or "Look the document up in QuickBooks; nothing was linked.",
    )
