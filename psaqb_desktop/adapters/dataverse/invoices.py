"""The CRM's invoices: headers a page at a time, lines of many invoices in few requests."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.adapters.dataverse.change_tracking import InvoiceTracking
from psaqb_desktop.adapters.dataverse.client import DataverseClient, JsonObject
from psaqb_desktop.adapters.dataverse.crm_time import crm_time
from psaqb_desktop.adapters.dataverse.invoice_columns import (
    CHARGEABLE,
    InvoiceColumns,
    ask_columns,
)
from psaqb_desktop.adapters.dataverse.invoice_records import read_invoice
from psaqb_desktop.adapters.dataverse.line_records import LineRows, read_lines
from psaqb_desktop.adapters.dataverse.odata import (
    FORMATTED,
    LOOKUP_TABLE,
    any_of,
    chunks,
    guid,
    moment,
    query,
)
from psaqb_desktop.adapters.dataverse.values import reference, words
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import CrmReference, Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.refreshing import InvoiceChanges, InvoiceVersions

_ANNOTATIONS = f"{FORMATTED},{LOOKUP_TABLE}"
_IDS_IN_ONE_CONDITION = 50
"""Keeps a condition well below what the platform takes; such queries travel in batches."""
_PAGE_SIZE = 2000
"""Large enough for few requests, small enough for the first page to come soon."""
_MANY_RELATED = 1000
"""More changed contracts and customers than this, and all invoices are read in pages instead."""
_RELATED = (
    ("salesorders", "salesorderid", "_salesorderid_value"),
    ("accounts", "accountid", "_customerid_value"),
    ("contacts", "contactid", "_customerid_value"),
)
"""Tables that an invoice shows something of, their keys, and the invoice's column with it."""
_COMPANY = {"$select": "cdm_companyid,cdm_name,cdm_companycode"}
_READING = "reading invoices"
_DETAILS = "msdyn_invoicelinetransactions"


class DataverseInvoices:
    """Reads invoices. Never writes one."""

    def __init__(self, client: DataverseClient, *, page_size: int = _PAGE_SIZE) -> None:
        self._client = client
        self._page_size = page_size
        self._tracking = InvoiceTracking(client)
        self._lock = threading.Lock()
        self._columns: InvoiceColumns | None = None
        self._companies: dict[str, CrmReference] = {}

    def invoices(self) -> Iterator[tuple[Invoice, ...]]:
        """Yield pages of headers, of all states, by their ids.

        In an order that nobody can change: an invoice that is edited while its list is read would
        move to a page that was read already, and stay unseen.
        """
        columns = self._known_columns()
        pages = self._client.pages(
            "invoices",
            dict(columns.header_options()) | {"$orderby": "invoiceid"},
            doing=_READING,
            annotations=_ANNOTATIONS,
            page_size=self._page_size,
        )
        for page in pages:
            yield self._read(page, columns)

    def time(self) -> datetime:
        """Return the CRM's own time, by which it dates changes of invoices."""
        return crm_time(self._client, "invoices", "invoiceid", doing=_READING)

    def changes(self, since: datetime, delta_link: str) -> InvoiceChanges:
        """Return what changed since a moment of the CRM's time (inclusive).

        A new name of a customer or another legal entity of a contract does not touch the invoice:
        changed customers and contracts are asked for as well, and their invoices with them.
        """
        columns = self._known_columns()
        options = dict(columns.header_options()) | {"$orderby": "invoiceid"}
        condition = f"modifiedon ge {moment(since)}"
        own = "invoices?" + query({**options, "$filter": condition})
        others = [
            f"{table}?" + query({"$select": key, "$filter": condition})
            for table, key, _ in _RELATED
        ]
        rows, *found = self._client.rows_of_each(
            [own, *others], doing=_READING, annotations=_ANNOTATIONS
        )
        related = [
            f"{column} eq {guid(words(row, key))}"
            for (_, key, column), changed in zip(_RELATED, found, strict=True)
            for row in changed
        ]
        if len(related) > _MANY_RELATED:
            return InvoiceChanges((), {}, frozenset(), delta_link, is_complete=False)
        if related:
            addresses = [
                "invoices?" + query({**options, "$filter": " or ".join(piece)})
                for piece in chunks(related, _IDS_IN_ONE_CONDITION)
            ]
            rows += self._client.rows_of(addresses, doing=_READING, annotations=_ANNOTATIONS)
        once = {words(row, "invoiceid"): row for row in rows}
        tracked = self._tracking.since(delta_link)
        return InvoiceChanges(
            self._read(once.values(), columns),
            tracked.versions,
            tracked.deleted,
            tracked.delta_link,
        )

    def versions(self) -> InvoiceVersions:
        """Return the version of each invoice, and a delta link where the CRM has one to give."""
        return self._tracking.versions()

    def invoices_by_id(self, ids: Sequence[InvoiceId]) -> tuple[Invoice, ...]:
        """Read these invoices afresh, in their order; ids that no longer exist are left out."""
        if not ids:
            return ()
        columns = self._known_columns()
        options = columns.header_options()
        addresses = [
            "invoices?" + query({**options, "$filter": any_of("invoiceid", piece)})
            for piece in _pieces(ids)
        ]
        rows = self._client.rows_of(addresses, doing=_READING, annotations=_ANNOTATIONS)
        found = {invoice.id: invoice for invoice in self._read(rows, columns)}
        return tuple(found[each] for each in dict.fromkeys(ids) if each in found)

    def lines(self, ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, tuple[InvoiceLine, ...]]:
        """Read the lines of these invoices, in printing order; empty where there are none."""
        if not ids:
            return {}
        columns = self._known_columns()
        lines = _by(self._line_rows(ids, columns), "_invoiceid_value")
        details = _by(self._detail_rows(ids, columns), "_msdyn_invoice_value")
        behaviors = columns.detail.date_behaviors
        return {
            each: read_lines(
                LineRows(
                    lines.get(each, []), _by(details.get(each, []), "_msdyn_invoicelineid_value")
                ),
                behaviors,
            )
            for each in ids
        }

    def _line_rows(self, ids: Sequence[InvoiceId], columns: InvoiceColumns) -> list[JsonObject]:
        options = {**columns.line_options(), "$orderby": "invoicedetailid"}
        addresses = [
            "invoicedetails?" + query({**options, "$filter": any_of("_invoiceid_value", piece)})
            for piece in _pieces(ids)
        ]
        return self._client.rows_of(
            addresses, doing="reading invoice lines", annotations=_ANNOTATIONS
        )

    def _detail_rows(self, ids: Sequence[InvoiceId], columns: InvoiceColumns) -> list[JsonObject]:
        if not columns.has_details:
            return []
        return self._details(ids, columns.detail_options())

    def _details(self, ids: Sequence[InvoiceId], options: Mapping[str, str]) -> list[JsonObject]:
        addresses = [
            f"{_DETAILS}?"
            + query(
                {
                    **options,
                    "$filter": f"msdyn_billingtype eq {CHARGEABLE} and "
                    f"({any_of('_msdyn_invoice_value', piece)})",
                    "$orderby": "msdyn_invoicelinetransactionid",
                }
            )
            for piece in _pieces(ids)
        ]
        return self._client.rows_of(
            addresses, doing="reading invoice line details", annotations=_ANNOTATIONS
        )

    def _read(self, rows: Iterable[JsonObject], columns: InvoiceColumns) -> tuple[Invoice, ...]:
        kept = list(rows)
        companies = self._known_companies(kept) if columns.has_owning_company else {}
        invoices = [read_invoice(row, columns, companies) for row in kept]
        units = self._line_units(invoices, columns)
        return tuple(
            replace(invoice, routing=replace(invoice.routing, line_units=units[invoice.id]))
            if invoice.id in units
            else invoice
            for invoice in invoices
        )

    def _line_units(
        self, invoices: Iterable[Invoice], columns: InvoiceColumns
    ) -> dict[InvoiceId, tuple[CrmReference, ...]]:
        """Ask the line details of invoices whose contract names no company and no unit."""
        wanting = [
            invoice.id
            for invoice in invoices
            if not invoice.routing.owning_company and not invoice.routing.contracting_unit
        ]
        unit_column = "msdyn_contractorganizationalunitid"
        if not wanting or not columns.has_details or unit_column not in columns.detail:
            return {}
        options = {"$select": f"_msdyn_invoice_value,_{unit_column}_value"}
        units: dict[InvoiceId, dict[CrmId, CrmReference]] = defaultdict(dict)
        for row in self._details(wanting, options):
            if unit := reference(row, unit_column):
                units[InvoiceId(words(row, "_msdyn_invoice_value").lower())][unit.id] = unit
        return {
            key: tuple(sorted(found.values(), key=lambda unit: unit.id))
            for key, found in units.items()
        }

    def _known_columns(self) -> InvoiceColumns:
        with self._lock:
            if self._columns is None:
                self._columns = ask_columns(self._client)
            return self._columns

    def _known_companies(self, rows: Iterable[JsonObject]) -> Mapping[str, CrmReference]:
        """Legal entities with their codes: few, so they are read once, and again for a new one."""
        wanted = {
            str(contract["_msdyn_owningcompany_value"]).lower()
            for row in rows
            if isinstance(contract := row.get("salesorderid"), dict)
            and contract.get("_msdyn_owningcompany_value")
        }
        with self._lock:
            if not wanted <= self._companies.keys():
                self._companies = self._read_companies()
            return self._companies

    def _read_companies(self) -> dict[str, CrmReference]:
        rows = self._client.rows("cdm_companies", _COMPANY, doing="reading legal entities")
        return _companies(rows)

    def _take_companies(self, rows: Iterable[JsonObject]) -> bool:
        """Take legal entities as they are now; tell whether they were others before."""
        now = _companies(rows)
        with self._lock:
            before, self._companies = self._companies, now
        return bool(before) and before != now


def _companies(rows: Iterable[JsonObject]) -> dict[str, CrmReference]:
    companies = (
        CrmReference(
            CrmId(words(row, "cdm_companyid").lower()),
            words(row, "cdm_name"),
            words(row, "cdm_companycode"),
        )
        for row in rows
    )
    return {company.id: company for company in companies}


def _pieces(ids: Sequence[InvoiceId]) -> Iterator[Sequence[str]]:
    return chunks([guid(each) for each in dict.fromkeys(ids)], _IDS_IN_ONE_CONDITION)


def _by(rows: Iterable[JsonObject], column: str) -> dict[str, list[JsonObject]]:
    groups: dict[str, list[JsonObject]] = defaultdict(list)
    for row in rows:
        groups[words(row, column).lower()].append(row)
    return groups
