"""The rows of the list in memory: invoices beside their connection and their record.

A row that did not change stays the same object, so that whoever shows the list sees at a glance
what is new, and a refresh costs what changed.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, RealmId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.kept_rows import KeptRows
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice, deleted_invoice
from psaqb_desktop.domain.routing import Routes
from psaqb_desktop.domain.sync_record import SyncRecord

_FEW = 2000
"""Up to so many changed rows are put in their places one by one."""


class JoinedRows:
    """All rows of one reader."""

    def __init__(self) -> None:
        self._invoices: dict[InvoiceId, Invoice] = {}
        self._records: dict[InvoiceId, tuple[SyncRecord, ...]] = {}
        self._rows: dict[InvoiceId, ListedInvoice] = {}
        self._order: list[ListedInvoice] = []
        """Oldest change first, as rows come from the file: sorting them then costs nothing."""
        self._connections: tuple[Connection, ...] = ()

    def __len__(self) -> int:
        return len(self._invoices)

    def versions(self, ids: Iterable[InvoiceId] | None = None) -> dict[InvoiceId, str]:
        """Return the version of each invoice, or of these as far as they are here."""
        invoices = self._invoices
        if ids is None:
            return {key: invoice.version for key, invoice in list(invoices.items())}
        return {key: invoices[key].version for key in ids if key in invoices}

    def record_ids(self, ids: Iterable[InvoiceId] | None = None) -> set[CrmId]:
        """Return the keys of all records, or of those of these invoices."""
        chosen = list(self._records) if ids is None else ids
        return {record.id for key in chosen for record in self._records.get(key, ())}

    def take(self, news: KeptRows) -> tuple[ListedInvoice, ...]:
        """Take rows that changed, or all of them; return the whole list, newest change first."""
        if news.is_all:
            self._invoices.clear()
            self._records.clear()
        touched = self._take_rows(news)
        is_routed_anew = _routing(self._connections) != _routing(news.head.connections)
        if news.is_all or is_routed_anew:
            self._connections = news.head.connections
            self._join_all()
        elif touched:
            self._join(touched)
        return tuple(reversed(self._order))

    def _take_rows(self, news: KeptRows) -> set[InvoiceId]:
        touched = {invoice.id for invoice in news.invoices} | set(news.gone_invoices)
        self._invoices.update((invoice.id, invoice) for invoice in news.invoices)
        for key in news.gone_invoices:
            self._invoices.pop(key, None)
        for record in news.records:
            others = self._records.get(record.invoice_id, ())
            kept = tuple(other for other in others if other.id != record.id)
            self._records[record.invoice_id] = (*kept, record)
            touched.add(record.invoice_id)
        if news.gone_records:
            touched |= self._drop_records(news.gone_records)
        return touched

    def _drop_records(self, gone: frozenset[CrmId]) -> set[InvoiceId]:
        touched = set()
        for invoice_id, records in list(self._records.items()):
            left = tuple(record for record in records if record.id not in gone)
            if len(left) < len(records):
                self._records[invoice_id] = left
                touched.add(invoice_id)
        return touched

    def _join_all(self) -> None:
        before = self._rows
        self._rows = {}
        join = _Joining(self._connections)
        for key in dict.fromkeys((*self._invoices, *self._records)):
            row = join.row(self._invoices.get(key), self._records.get(key, ()))
            if row is not None:
                known = before.get(key)
                self._rows[key] = known if known is not None and known == row else row
        self._order = sorted(self._rows.values(), key=_by_change)

    def _join(self, touched: set[InvoiceId]) -> None:
        join = _Joining(self._connections)
        changed: dict[InvoiceId, ListedInvoice | None] = {}
        for key in touched:
            row = join.row(self._invoices.get(key), self._records.get(key, ()))
            if row != self._rows.get(key):
                changed[key] = row
        if not changed:
            return
        for key, row in changed.items():
            if row is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = row
        order = [row for row in self._order if row.invoice.id not in changed]
        fresh = [row for row in changed.values() if row is not None]
        if len(fresh) <= _FEW:
            for row in fresh:
                insort(order, row, key=_by_change)
        else:
            order = sorted([*order, *fresh], key=_by_change)
        self._order = order


def join(
    invoices: Iterable[Invoice],
    connections: Sequence[Connection],
    records: Iterable[SyncRecord],
) -> tuple[ListedInvoice, ...]:
    """Put each invoice beside its connection and its record, in the order of the invoices.

    Posted invoices that were deleted in the CRM come last.
    """
    by_invoice: dict[InvoiceId, tuple[SyncRecord, ...]] = {}
    for record in records:
        by_invoice[record.invoice_id] = (*by_invoice.get(record.invoice_id, ()), record)
    joining = _Joining(connections)
    rows = [joining.row(invoice, by_invoice.pop(invoice.id, ())) for invoice in invoices]
    rows += [joining.row(None, left) for left in by_invoice.values()]
    return tuple(row for row in rows if row is not None)


class _Joining:
    """Finds connection and record of one invoice after the other.

    An invoice that is posted, or may be, stays with the company that has it, whatever the rules
    say now; one that failed goes where the rules send it today.
    """

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._by_realm: Mapping[RealmId, Connection] = {
            c.realm_id: c for c in connections if c.realm_id
        }
        self._routes = Routes(connections) if connections else None

    def row(self, invoice: Invoice | None, records: Sequence[SyncRecord]) -> ListedInvoice | None:
        """Return the row; None where there is nothing to show."""
        record = max(records, key=_weight) if records else None
        is_there = record is not None and (record.state.is_posted or record.state.is_open)
        if invoice is None:
            if record is None or not is_there or not record.is_invoice_deleted:
                return None
            invoice = deleted_invoice(record)
            return ListedInvoice(invoice, self._by_realm.get(record.realm_id), record)
        connection: Connection | None = (
            self._by_realm.get(record.realm_id) if record is not None and is_there else None
        )
        finding: Finding | None = None
        if connection is None and self._routes is not None:
            found = self._routes.find(invoice)
            if isinstance(found, Connection):
                connection = found
            else:
                finding = found
        return ListedInvoice(invoice, connection, record, None, finding)


def _weight(record: SyncRecord) -> tuple[bool, float]:
    """Tell which record of an invoice matters: one with a document, else the newest."""
    changed_on = record.modified_on.timestamp() if record.modified_on else 0.0
    return record.state.is_posted or record.state.is_open, changed_on


def _by_change(row: ListedInvoice) -> tuple[float, str]:
    """Order by the last change in the CRM; equal moments by the id."""
    return row.invoice.modified_on.timestamp(), row.invoice.id


def _routing(connections: Sequence[Connection]) -> tuple[Connection, ...]:
    """Return connections without what changes with each token: the rows need not know of it."""
    return tuple(
        replace(
            connection,
            lease_holder="",
            lease_until=None,
            refresh_token_issued=None,
            refresh_token_expires=None,
            refresh_token_hard_expires=None,
            version="",
        )
        for connection in connections
    )


def first_rows(kept: KeptRows) -> InvoiceList | None:
    """Return the list of rows that were kept to be shown at once; None where there are none."""
    if kept.head.read_on is None or not kept.invoices:
        return None
    return partial_list(kept, kept.head.read_on, is_from_cache=True)


def partial_list(kept: KeptRows, read_on: datetime, *, is_from_cache: bool = False) -> InvoiceList:
    """Join the first rows, without those of invoices that are not among them."""
    ids = {invoice.id for invoice in kept.invoices}
    records = tuple(record for record in kept.records if record.invoice_id in ids)
    rows = JoinedRows().take(replace(kept, is_all=True, records=records))
    head = kept.head
    return InvoiceList(
        rows,
        head.connections,
        read_on,
        head.is_set_up,
        is_from_cache=is_from_cache,
        is_partial=True,
    )
