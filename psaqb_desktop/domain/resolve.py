"""Resolving: the QuickBooks list entries that an invoice means, by confirmed link or mapping.

Nothing is guessed and nothing is created: what cannot be resolved is a finding that names the
record, the company and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from psaqb_desktop.domain.draft import Chosen
from psaqb_desktop.domain.findings import Cause, Finding, blocker, warning
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import Link, LinkKind, LinkWanted
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import CompanyLists, ListEntry, QuickBooksCustomer
from psaqb_desktop.domain.texts import ended


@dataclass(frozen=True, slots=True)
class LinkBook:
    """The confirmed links of one company, found by kind and CRM key."""

    entries: AbstractMapping[tuple[LinkKind, str], Link]

    @classmethod
    def of(cls, links: Iterable[Link]) -> LinkBook:
        """Make the book; keys are compared without regard to case."""
        return cls({(link.kind, link.crm_key.casefold()): link for link in links})

    def find(self, kind: LinkKind, crm_key: str) -> Link | None:
        """Return the link of a CRM record, if a person has confirmed one."""
        return self.entries.get((kind, crm_key.casefold()))


def resolve_customer(
    invoice: Invoice, company: CompanyLists, links: LinkBook
) -> QuickBooksCustomer | Finding:
    """Find the customer by its link; it must exist and be active."""
    name = invoice.customer.name
    link = links.find(LinkKind.CUSTOMER, invoice.customer.id)
    wanted = LinkWanted(LinkKind.CUSTOMER, invoice.customer.id, name)
    if link is None:
        return blocker(
            Cause.CUSTOMER_NOT_LINKED,
            ended(f"Customer {name} is not linked to a customer of {company.info.name}"),
            "Choose the QuickBooks customer under “Match customers and items”; it is remembered.",
            link=wanted,
        )
    found = next((c for c in company.customers if c.id == link.quickbooks_id), None)
    if found is None or not found.is_active:
        gone = "no longer exists" if found is None else "was made inactive"
        return blocker(
            Cause.CUSTOMER_INACTIVE,
            f"The QuickBooks customer {link.quickbooks_name} ({name}) {gone}.",
            "Make it active in QuickBooks, or link another customer.",
            link=wanted,
        )
    return found


def resolve_item(line: InvoiceLine, company: CompanyLists, links: LinkBook) -> Chosen | Finding:
    """Find the product or service of a line by its link; it must exist and be active."""
    kind = LinkKind(line.source.value)
    return resolve_item_key(kind, line.source_record.id, line.source_record.name, company, links)


def resolve_item_key(
    kind: LinkKind, key: str, name: str, company: CompanyLists, links: LinkBook
) -> Chosen | Finding:
    """Find a product or service by the key of what stands for it in the CRM."""
    wanted = LinkWanted(kind, key, name)
    link = links.find(kind, key)
    if link is None:
        return blocker(
            Cause.ITEM_NOT_LINKED,
            ended(f"{name} is not linked to a product or service of {company.info.name}"),
            "Choose the QuickBooks item under “Match customers and items”; it is remembered.",
            link=wanted,
        )
    found = next((i for i in company.items if i.id == link.quickbooks_id), None)
    if found is None or not found.is_active:
        gone = "no longer exists" if found is None else "was made inactive"
        return blocker(
            Cause.ITEM_INACTIVE,
            f"The QuickBooks item {link.quickbooks_name} ({name}) {gone}.",
            "Make it active in QuickBooks, or link another item.",
            link=wanted,
        )
    return Chosen(found.id, found.name)


def resolve_term(
    invoice: Invoice, company: CompanyLists, links: LinkBook, mapping: Mapping
) -> Chosen | Finding | None:
    """Find the payment terms by link, by the mapping, or by the very same name."""
    terms = invoice.payment_terms
    if terms is None or not mapping.send_terms:
        return None
    link = links.find(LinkKind.TERM, terms.id)
    name = link.quickbooks_name if link else mapping.terms.get(terms.name, terms.name)
    for entry in company.terms:
        if entry.is_active and (
            entry.id == link.quickbooks_id if link else entry.name.casefold() == name.casefold()
        ):
            return Chosen(entry.id, entry.name)
    return warning(
        Cause.TERM_NOT_LINKED,
        f"{company.info.name} has no active payment terms “{name}”; it goes without.",
        "Add the terms in QuickBooks, or name the matching ones under “terms” in the mapping.",
    )


def resolve_tracking(
    what: str,
    by: str,
    names: AbstractMapping[str, str],
    invoice: Invoice,
    project: str,
    entries: Iterable[ListEntry],
) -> Chosen | Finding | None:
    """Find the location or class that the mapping asks for; None where it asks for none.

    A unit that the mapping does not mention stands for itself.
    """
    if by == "none":
        return None
    routing = invoice.routing
    fact = {
        "contracting-unit": routing.contracting_unit.name if routing.contracting_unit else "",
        "business-unit": routing.business_unit.name if routing.business_unit else "",
        "project": project,
        "fixed": "*",
    }[by]
    wanted = names.get(fact, "" if fact == "*" else fact)
    if not wanted:
        return None
    for entry in entries:
        if entry.is_active and entry.name.casefold() == wanted.casefold():
            return Chosen(entry.id, entry.name)
    return blocker(
        Cause.LIST_ENTRY_MISSING,
        f"QuickBooks has no active {what} “{wanted}” (for {fact}).",
        f"Add it in QuickBooks, or correct the {what} in the mapping.",
    )
