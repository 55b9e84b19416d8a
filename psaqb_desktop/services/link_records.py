"""Linking: a person confirms once which QuickBooks list entry a CRM record means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.identifiers import link_record_id
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.links import (
    Candidate,
    Link,
    LinkKind,
    LinkWanted,
    LinkWish,
    Suggestion,
    suggest,
)
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.mapping import percent_key
from psaqb_desktop.domain.quickbooks_lists import CompanyLists, ListEntry
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.ports import Clock, LinkStore


class LinkRecords:
    """Finds out what wants a link, suggests, and stores what a person confirms."""

    def __init__(
        self,
        *,
        check: CheckInvoices,
        books: CompanyBooks,
        links: LinkStore,
        clock: Clock,
        confirmed_by: Callable[[], str],
    ) -> None:
        self._check = check
        self._books = books
        self._links = links
        self._clock = clock
        self._confirmed_by = confirmed_by

    def wishes(self, connection: Connection, rows: Sequence[ListedInvoice]) -> tuple[LinkWish, ...]:
        """Return the CRM records of these invoices that want a link, most awaited first."""
        own = [r for r in rows if r.connection is not None and r.connection.id == connection.id]
        waiting: Counter[LinkWanted] = Counter()
        example: dict[LinkWanted, Invoice] = {}
        for checked in self._check.run(own):
            wanted = {f.link_wanted for f in checked.findings if f.link_wanted}
            waiting.update(wanted)
            for wish in wanted:
                example.setdefault(wish, checked.invoice)
        if not waiting:
            return ()
        lists = self._books.lists(connection)
        return tuple(
            self._wish(connection, wanted, count, example[wanted], lists)
            for wanted, count in waiting.most_common()
        )

    def candidates(self, connection: Connection, kind: LinkKind) -> tuple[Candidate, ...]:
        """Return all active list entries that a record of this kind may be linked to."""
        found = _candidates(self._books.lists(connection), kind, "")
        return tuple(sorted((c for c in found if c.is_active), key=lambda c: c.name.casefold()))

    def confirm(
        self, connection: Connection, choices: Sequence[tuple[LinkWish, Candidate]]
    ) -> None:
        """Store what a person has confirmed."""
        now, name = self._clock.now(), self._confirmed_by()
        self._links.save(
            [
                Link(
                    realm_id=connection.realm_id,
                    kind=wish.kind,
                    crm_key=wish.crm_key,
                    crm_name=wish.crm_name,
                    quickbooks_id=candidate.id,
                    quickbooks_name=candidate.name,
                    confirmed_by=name,
                    confirmed_on=now,
                    id=link_record_id(connection.realm_id, wish.kind.value, wish.crm_key),
                )
                for wish, candidate in choices
            ]
        )

    def links(self, connection: Connection) -> tuple[Link, ...]:
        """Return the confirmed links of a company."""
        return self._links.links(connection.realm_id)

    def remove(self, connection: Connection, links: Sequence[Link]) -> None:
        """Undo confirmations; invoices that need them are not ready again."""
        self._links.remove([link for link in links if link.realm_id == connection.realm_id])

    def _wish(
        self,
        connection: Connection,
        wanted: LinkWanted,
        count: int,
        invoice: Invoice,
        lists: CompanyLists,
    ) -> LinkWish:
        is_customer = wanted.kind is LinkKind.CUSTOMER
        email = invoice.customer.email if is_customer else ""
        currency = invoice.currency if is_customer else ""
        candidates = _candidates(lists, wanted.kind, wanted.crm_key)
        suggestions = suggest(wanted.crm_name, candidates, email=email, currency=currency)
        if wanted.kind is LinkKind.TAX:
            # Every code of that rate fits; which one is meant only a person knows.
            active = [c for c in candidates if c.is_active]
            suggestions = tuple(Suggestion(c, 60, f"also {wanted.crm_key} %") for c in active)
        return LinkWish(
            realm_id=connection.realm_id,
            kind=wanted.kind,
            crm_key=wanted.crm_key,
            crm_name=wanted.crm_name,
            invoices_waiting=count,
            suggestions=suggestions,
            crm_currency=currency,
            crm_email=email,
        )


def _candidates(lists: CompanyLists, kind: LinkKind, crm_key: str) -> tuple[Candidate, ...]:
    if kind is LinkKind.CUSTOMER:
        return tuple(
            Candidate(c.id, c.name, c.email, c.currency, c.is_active) for c in lists.customers
        )
    if kind is LinkKind.TAX:
        return tuple(
            Candidate(code.id, code.name, is_active=code.is_active)
            for code in lists.tax_codes
            if not crm_key or percent_key(code.percent) == crm_key
        )
    entries: dict[LinkKind, tuple[ListEntry, ...]] = {
        LinkKind.TERM: lists.terms,
        LinkKind.LOCATION: lists.departments,
        LinkKind.CLASS: lists.classes,
    }
    return tuple(
        Candidate(e.id, e.name, is_active=e.is_active) for e in entries.get(kind, lists.items)
    )
