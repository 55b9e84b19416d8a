"""Listing: the CRM's invoices with their company and what is known of their way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import NotSetUpError
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice, route
from psaqb_desktop.domain.push import SyncRecord
from psaqb_desktop.services.ports import (
    Clock,
    ConnectionStore,
    InvoiceCache,
    InvoiceSource,
    SyncRecordStore,
)


class ListInvoices:
    """Reads the list from the CRM, or from the cache when there is no time or no network."""

    def __init__(
        self,
        *,
        invoices: InvoiceSource,
        connections: ConnectionStore,
        records: SyncRecordStore,
        cache: InvoiceCache,
        clock: Clock,
    ) -> None:
        self._invoices = invoices
        self._connections = connections
        self._records = records
        self._cache = cache
        self._clock = clock

    def from_cache(self) -> InvoiceList | None:
        """Return the last list of this machine, if there is one."""
        return self._cache.load()

    def run(self) -> InvoiceList:
        """Read the list from the CRM and keep it in the cache.

        Raises:
            SignInNeededError, ServiceUnavailableError: the CRM cannot be read.
        """
        read_on = self._clock.now()
        is_set_up = True
        connections: tuple[Connection, ...] = ()
        records: tuple[SyncRecord, ...] = ()
        try:
            connections = self._connections.connections()
            records = self._records.records()
        except NotSetUpError:
            is_set_up = False
        invoices = [invoice for page in self._invoices.invoices() for invoice in page]
        invoices.sort(key=lambda invoice: (invoice.modified_on, invoice.id), reverse=True)
        listed = InvoiceList(
            rows=join(invoices, connections, records),
            connections=connections,
            read_on=read_on,
            is_set_up=is_set_up,
        )
        self._cache.store(listed)
        return listed


def join(
    invoices: Sequence[Invoice],
    connections: Sequence[Connection],
    records: Sequence[SyncRecord],
) -> tuple[ListedInvoice, ...]:
    """Put each invoice beside its connection and its record.

    An invoice that is posted, or may be, stays with the company that has it, whatever the rules
    say now; one that failed goes where the rules send it today.
    """
    by_realm = {c.realm_id: c for c in connections if c.realm_id}
    by_invoice = _latest_by_invoice(records)
    rows = []
    for invoice in invoices:
        record = by_invoice.get(invoice.id)
        is_there = record is not None and (record.state.is_posted or record.state.is_open)
        connection: Connection | None = (
            by_realm.get(record.realm_id) if record is not None and is_there else None
        )
        finding: Finding | None = None
        if connection is None:
            found = route(invoice, connections) if connections else None
            if isinstance(found, Finding):
                finding = found
            else:
                connection = found
        rows.append(ListedInvoice(invoice, connection, record, None, finding))
    return tuple(rows)


def _latest_by_invoice(records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord]:
    """Choose the record that matters: one with a document before one without, then the newest."""
    chosen: dict[InvoiceId, SyncRecord] = {}
    for record in sorted(
        records,
        key=lambda r: (
            r.state.is_posted or r.state.is_open,
            r.modified_on.timestamp() if r.modified_on else 0.0,
        ),
    ):
        chosen[record.invoice_id] = record
    return chosen
