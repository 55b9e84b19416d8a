"""The ``psaqb_invoicesync`` table, written in bulk on the condition that nobody else has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.crm_time import crm_time
from psaqb_desktop.adapters.dataverse.faults import SERVICE, error_of
from psaqb_desktop.adapters.dataverse.payments import Payments
from psaqb_desktop.adapters.dataverse.schema import INVOICE_SYNC, STATES
from psaqb_desktop.adapters.dataverse.sync_rows import (
    has_same_content,
    read_sync_record,
    sync_record_body,
)
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.dataverse.values import moment, words
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.errors import (
    AppError,
    OutcomeUnknownError,
    ServiceUnavailableError,
    StaleRecordError,
)
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId, RealmId
from psaqb_desktop.domain.push import AddedPayments, PaymentAllocation
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord

_SELECT = ",".join((*INVOICE_SYNC.properties, "modifiedon"))
_ANSWERED = f"{INVOICE_SYNC.id_column},modifiedon"
_IDS_IN_ONE_CONDITION = 50
_QUICKBOOKS_IDS_IN_ONE_CONDITION = 200
_PAYMENTS_OF = "psaqb_invoicesync_invoicepayment"
_READING = "reading the posting state"
_WRITING = "writing the posting state"

Written = dict[InvoiceId, SyncRecord | AppError]


class DataverseSyncRecords:
    """Reads and writes what the CRM knows of each invoice's way to QuickBooks."""

    def __init__(self, client: DataverseClient, tables: OurTables) -> None:
        self._client = client
        self._tables = tables
        self._payments = Payments(client, tables)

    def records(self, *, changed_since: datetime | None = None) -> tuple[SyncRecord, ...]:
        """Return all records, or those changed since (inclusive).

        Raises:
            NotSetUpError: the table does not exist.
        """
        options = {"$select": _SELECT, "$orderby": INVOICE_SYNC.id_column}
        if changed_since:
            options["$filter"] = f"modifiedon ge {odata.moment(changed_since)}"
        rows = self._client.rows(self._tables.path(INVOICE_SYNC), options, doing=_READING)
        return tuple(read_sync_record(row) for row in rows)

    def time(self) -> datetime:
        """Return the CRM's own time, by which it dates changes of records."""
        path = self._tables.path(INVOICE_SYNC)
        return crm_time(self._client, path, INVOICE_SYNC.id_column, doing=_READING)

    def records_of(self, invoice_ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, SyncRecord]:
        """Read the records of these invoices afresh; absent where there is none.

        Of several (an invoice that changed its legal entity) the one that has got furthest counts.
        """
        return {i: records[0] for i, records in self.every_record_of(invoice_ids).items()}

    def every_record_of(
        self, invoice_ids: Sequence[InvoiceId]
    ) -> Mapping[InvoiceId, tuple[SyncRecord, ...]]:
        """Read the records of these invoices at all companies afresh, the furthest one first."""
        found: dict[InvoiceId, list[SyncRecord]] = {}
        # By the key, not by the lookup: the CRM empties that where the invoice is deleted.
        for record in self._where("psaqb_invoicekey", invoice_ids):
            found.setdefault(record.invoice_id, []).append(record)
        return {
            invoice_id: tuple(sorted(records, key=_progress, reverse=True))
            for invoice_id, records in found.items()
        }

    def touched(
        self,
        realm_id: RealmId,
        *,
        documents: Collection[QuickBooksId],
        payments: Collection[QuickBooksId],
    ) -> tuple[SyncRecord, ...]:
        """Return the records of a company that changes in QuickBooks may be about.

        Those of these documents; those of which a stored allocation names one of these payments;
        and all whose push is open. In one call for each 1,800 documents. QuickBooks ids have no
        index in the CRM and get none: its keys are unique, and a posting must never fail to be
        recorded because another record names the same document by mistake.
        """
        conditions = [_in_state(state for state in PostingState if state.is_open)]
        conditions += [
            odata.one_of("psaqb_quickbooksid", piece)
            for piece in odata.chunks(sorted(documents), _QUICKBOOKS_IDS_IN_ONE_CONDITION)
        ]
        conditions += [
            f"{_PAYMENTS_OF}/any(p:"
            + " or ".join(f"p/psaqb_paymentid eq {odata.text(each)}" for each in piece)
            + ")"
            for piece in odata.chunks(sorted(payments), _IDS_IN_ONE_CONDITION)
        ]
        company = f"psaqb_realmid eq {odata.text(realm_id)}"
        found = self._read([f"{company} and ({condition})" for condition in conditions])
        return tuple({record.id: record for record in found}.values())

    def posted_pages(self, realm_id: RealmId) -> Iterator[tuple[SyncRecord, ...]]:
        """Yield all posted records of a company in pages, each record once."""
        posted = _in_state(state for state in PostingState if state.is_posted)
        options = {
            "$select": _SELECT,
            "$orderby": INVOICE_SYNC.id_column,
            "$filter": f"psaqb_realmid eq {odata.text(realm_id)} and ({posted})",
        }
        for rows in self._client.pages(self._tables.path(INVOICE_SYNC), options, doing=_READING):
            yield tuple(read_sync_record(row) for row in rows)

    def write(self, records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord | AppError]:
        """Write each record unless somebody else has since it was read; bad ones do not stop good.

        Raises:
            ServiceUnavailableError, SignInNeededError: for the whole call; a part of it may have
                been written.
        """
        written, lost = self._write_once(records)
        if not lost:
            return written
        settled, missing = self._settle(lost)
        written |= settled
        if missing:
            again, still_lost = self._write_once(missing)
            written |= again
            if still_lost:
                raise ServiceUnavailableError(
                    f"The CRM did not confirm {len(still_lost)} of {len(records)} changes.",
                    service=SERVICE,
                    remedy="Refresh, and look which changes are there before you continue.",
                )
        return written

    def add_payments(
        self, allocations: Mapping[CrmId, Sequence[PaymentAllocation]]
    ) -> AddedPayments:
        """Write those allocations of sync records that are not stored as they are here."""
        return self._payments.add(allocations)

    def remove_payments(self, allocations: Sequence[PaymentAllocation]) -> None:
        """Delete stored allocations."""
        self._payments.remove(allocations)

    def payments_of(self, sync_id: CrmId) -> tuple[PaymentAllocation, ...]:
        """Return the allocations of one record, by date."""
        return self._payments.of([sync_id])

    def _write_once(self, records: Sequence[SyncRecord]) -> tuple[Written, list[SyncRecord]]:
        """Write; return what became of the records, and those of which that is not known."""
        operations = [self._operation(record) for record in records]
        try:
            answers = self._client.batch(operations, doing=_WRITING, is_safe=False)
        except OutcomeUnknownError:
            return {}, list(records)
        written: Written = {}
        lost = []
        for record, answer in zip(records, answers, strict=True):
            outcome = _outcome(record, answer)
            if isinstance(outcome, OutcomeUnknownError):
                lost.append(record)
            else:
                written[record.invoice_id] = outcome
        return written, lost

    def _operation(self, record: SyncRecord) -> Operation:
        condition = {"If-Match": record.version} if record.version else {"If-None-Match": "*"}
        return Operation(
            "PATCH",
            f"{self._tables.record(INVOICE_SYNC, odata.guid(record.id))}?$select={_ANSWERED}",
            {**condition, "Prefer": "return=representation"},
            sync_record_body(record, self._tables),
        )

    def _settle(self, records: Iterable[SyncRecord]) -> tuple[Written, list[SyncRecord]]:
        """Look what became of writes whose answer was lost."""
        wanted = list(records)
        stored = {found.id: found for found in self._where(INVOICE_SYNC.id_column, _ids(wanted))}
        written: Written = {}
        missing = []
        for record in wanted:
            found = stored.get(record.id)
            if found and has_same_content(found, record):
                written[record.invoice_id] = found
            elif (found.version if found else "") == record.version:
                missing.append(record)
            else:
                written[record.invoice_id] = StaleRecordError(
                    "The posting state was changed by another desktop at the same time."
                )
        return written, missing

    def _where(self, column: str, ids: Sequence[str]) -> list[SyncRecord]:
        once = list(dict.fromkeys(ids))
        return self._read(
            [_any_of(column, piece) for piece in odata.chunks(once, _IDS_IN_ONE_CONDITION)]
        )

    def _read(self, conditions: Sequence[str]) -> list[SyncRecord]:
        path = self._tables.path(INVOICE_SYNC)
        options = {"$select": _SELECT, "$orderby": INVOICE_SYNC.id_column}
        addresses = [
            f"{path}?" + odata.query({**options, "$filter": condition}) for condition in conditions
        ]
        rows = self._client.rows_of(addresses, doing=_READING)
        return [read_sync_record(row) for row in rows]


def _any_of(column: str, ids: Sequence[str]) -> str:
    """Return the condition that a column, a key or a text, holds one of these keys."""
    if column == INVOICE_SYNC.id_column:
        return odata.any_of(column, ids)
    return " or ".join(f"{column} eq {odata.text(odata.guid(each))}" for each in ids)


def _in_state(states: Iterable[PostingState]) -> str:
    return " or ".join(f"psaqb_state eq {STATES.value(state)}" for state in states)


def _ids(records: Iterable[SyncRecord]) -> list[str]:
    return [record.id for record in records]


def _progress(record: SyncRecord) -> tuple[bool, bool, str]:
    state = record.state
    return state.is_open, state.is_posted, str(record.modified_on or "")


def _outcome(record: SyncRecord, answer: HttpAnswer) -> SyncRecord | AppError:
    if answer.status >= 400:
        return error_of(answer, doing=_WRITING, is_write=True)
    row = answer.json()
    return replace(record, version=words(row, odata.ETAG), modified_on=moment(row, "modifiedon"))
