"""The CRM's invoices and links, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, RealmId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import Link, LinkKind
from psaqb_desktop.domain.refreshing import InvoiceChanges, InvoiceVersions
from psaqb_desktop.services.ports import Clock


class FakeInvoiceSource:
    """Invoices with versions and moments of change; keeps track of changes or does not."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.stored: dict[InvoiceId, Invoice] = {}
        self.stored_lines: dict[InvoiceId, tuple[InvoiceLine, ...]] = {}
        self.is_tracked = True
        self.oldest_link = 0
        """Delta links of before are refused."""
        self.related: list[tuple[datetime, CrmId]] = []
        """Customers and contracts that changed, and when."""
        self._clock = clock
        self._log: list[InvoiceId] = []

    def add(self, invoice: Invoice, *lines: InvoiceLine) -> None:
        self.stored[invoice.id] = invoice
        self.stored_lines[invoice.id] = lines
        self._log.append(invoice.id)

    # -- what people do in the CRM -----------------------------------------------------------

    def edit(self, invoice: Invoice) -> Invoice:
        """Store an invoice as the CRM does: dated, with a new version."""
        self._log.append(invoice.id)
        version = f'W/"{10_000 + len(self._log)}"'
        self.stored[invoice.id] = replace(invoice, version=version, modified_on=self.time())
        return self.stored[invoice.id]

    def delete(self, invoice_id: InvoiceId) -> Invoice:
        self._log.append(invoice_id)
        return self.stored.pop(invoice_id)

    def rename(self, customer: CrmId, name: str) -> None:
        """Rename a customer: that does not touch its invoices."""
        self.related.append((self.time(), customer))
        for key, invoice in self.stored.items():
            if invoice.customer.id == customer:
                renamed = replace(invoice.customer, name=name)
                self.stored[key] = replace(invoice, customer=renamed)

    # -- the port ----------------------------------------------------------------------------

    def invoices(self) -> Iterator[tuple[Invoice, ...]]:
        found = sorted(self.stored.values(), key=lambda i: i.id)
        for start in range(0, len(found), 2):
            yield tuple(found[start : start + 2])

    def time(self) -> datetime:
        """Return the moment; the CRM keeps whole seconds."""
        assert self._clock is not None
        return self._clock.now().replace(microsecond=0)

    def changes(self, since: datetime, delta_link: str) -> InvoiceChanges:
        related = {key for moment, key in self.related if moment >= since}
        changed = [
            invoice
            for invoice in self.stored.values()
            if invoice.modified_on >= since or invoice.customer.id in related
        ]
        versions, deleted, link = {}, frozenset[InvoiceId](), ""
        if delta_link and self.is_tracked and int(delta_link) >= self.oldest_link:
            touched = set(self._log[int(delta_link) :])
            deleted = frozenset(touched - self.stored.keys())
            versions = {key: self.stored[key].version for key in touched - deleted}
            link = str(len(self._log))
        return InvoiceChanges(tuple(changed), versions, deleted, link)

    def versions(self) -> InvoiceVersions:
        versions = {key: invoice.version for key, invoice in self.stored.items()}
        return InvoiceVersions(versions, str(len(self._log)) if self.is_tracked else "")

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
