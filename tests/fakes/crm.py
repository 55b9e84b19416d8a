"""The CRM's invoices and links, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from psaqb_desktop.domain.identifiers import InvoiceId, RealmId
from psaqb_desktop.domain.invoice import Invoice, InvoiceLine
from psaqb_desktop.domain.links import Link, LinkKind


class FakeInvoiceSource:
    def __init__(self) -> None:
        self.stored: dict[InvoiceId, Invoice] = {}
        self.stored_lines: dict[InvoiceId, tuple[InvoiceLine, ...]] = {}

    def add(self, invoice: Invoice, *lines: InvoiceLine) -> None:
        self.stored[invoice.id] = invoice
        self.stored_lines[invoice.id] = lines

    def invoices(self, *, changed_since: datetime | None = None) -> Iterator[tuple[Invoice, ...]]:
        found = [
            i for i in self.stored.values() if not changed_since or i.modified_on >= changed_since
        ]
        found.sort(key=lambda i: i.id)
        for start in range(0, len(found), 2):
            yield tuple(found[start : start + 2])

    def invoices_by_id(self, ids: Sequence[InvoiceId]) -> tuple[Invoice, ...]:
        return tuple(self.stored[i] for i in ids if i in self.stored)

    def lines(self, ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, tuple[InvoiceLine, ...]]:
        return {i: self.stored_lines[i] for i in ids if i in self.stored_lines}


class FakeLinkStore:
    def __init__(self) -> None:
        self.stored: dict[tuple[RealmId, LinkKind, str], Link] = {}

    def links(self, realm_id: RealmId) -> tuple[Link, ...]:
        return tuple(link for link in self.stored.values() if link.realm_id == realm_id)

    def save(self, links: Sequence[Link]) -> None:
        for link in links:
            self.stored[link.realm_id, link.kind, link.crm_key] = link

    def remove(self, links: Sequence[Link]) -> None:
        for link in links:
            self.stored.pop((link.realm_id, link.kind, link.crm_key), None)
