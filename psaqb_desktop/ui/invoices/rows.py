"""Rows of the list with everything that sorting, filtering and showing needs of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.ui.formats import amount_text
from psaqb_desktop.ui.invoices.filters import View, views_of

if TYPE_CHECKING:
    # Not before the first paint.
    from psaqb_desktop.domain.checked import Checked

NO_COMPANY = "No company"
"""Where even the legal entity is not known."""


class InvoiceRow:
    """One invoice of the list, with what the running check or push says of it.

    ``live`` and ``found`` come from a push that this window saw; they win over what the last
    list said until the list is read again. ``busy`` is a word shown while something runs.
    """

    __slots__ = (
        "busy",
        "company",
        "findings",
        "found",
        "is_in_scope",
        "listed",
        "live",
        "status",
        "views",
    )

    def __init__(self, listed: ListedInvoice) -> None:
        self.listed = listed
        self.live: RowStatus | None = None
        self.found: tuple[Finding, ...] | None = None
        self.busy = ""
        self.status = RowStatus.NOT_CHECKED
        self.findings: tuple[Finding, ...] = ()
        self.views = 0
        self.is_in_scope = True
        """False for drafts and the like, which only show."""
        self.company = company_of(listed)
        self.refresh()

    def refresh(self) -> None:
        """Derive status, findings and views afresh."""
        self.status = self.live or self.listed.status
        findings = self.listed.findings if self.found is None else self.found
        # A check repeats the routing's finding; one row says it once.
        self.findings = tuple(dict.fromkeys(findings))
        self.views = views_of(self.listed, self.status)
        self.is_in_scope = not self.views & View.NOT_IN_SCOPE.bit

    @property
    def id(self) -> InvoiceId:
        """The invoice's id."""
        return self.listed.invoice.id

    @property
    def status_text(self) -> str:
        """The word on the row."""
        if self.busy:
            return self.busy
        return self.status.value if self.is_in_scope else View.NOT_IN_SCOPE.value

    def take_check(self, checked: Checked) -> None:
        """Take the outcome of a check."""
        self.listed = replace(self.listed, checked=checked)
        self.live = None
        self.found = None
        self.busy = ""
        self.refresh()

    def take_push(
        self, status: RowStatus, record: SyncRecord | None, findings: tuple[Finding, ...]
    ) -> None:
        """Take what a push or settling reports."""
        if record is not None:
            self.listed = replace(self.listed, record=record)
        # A failure without words is an earlier one, whose new push was given back: as before it.
        is_given_back = status is RowStatus.FAILED and not findings
        self.live = None if is_given_back else status
        self.found = None if is_given_back or (status in _WAITING and not findings) else findings
        self.busy = ""
        self.refresh()

    def take_record(self, record: SyncRecord) -> None:
        """Take what the CRM keeps of the invoice now."""
        # A check of before the record changed no longer says anything.
        self.listed = replace(self.listed, record=record, checked=None)
        self.live = None
        self.found = None
        self.refresh()


_WAITING = frozenset({RowStatus.QUEUED, RowStatus.POSTING})


def company_of(listed: ListedInvoice) -> str:
    """Return the company's name; the connection's or legal entity's until a company is bound."""
    connection = listed.connection
    if connection is None:
        routing = listed.invoice.routing
        fact = routing.owning_company or routing.contracting_unit
        return f"{fact.name} (no company)" if fact else NO_COMPANY
    return connection.company_name or connection.name


def legal_entity_of(listed: ListedInvoice) -> str:
    """Return the legal entity: the connection's code, else what the CRM says of the invoice."""
    if listed.connection is not None:
        return listed.connection.legal_entity
    routing = listed.invoice.routing
    fact = routing.owning_company or routing.contracting_unit or routing.business_unit
    return (fact.code or fact.name) if fact else ""


def haystack_of(row: InvoiceRow) -> str:
    """Return the case-folded text in which the search looks: numbers, name, customer, amounts."""
    invoice = row.listed.invoice
    record = row.listed.record
    amounts = (invoice.total, invoice.net)
    words = [invoice.number, invoice.name, invoice.customer.name, row.company]
    words += [record.number] if record else []
    words += [f"{amount:.2f}" for amount in amounts] + [amount_text(a) for a in amounts]
    return "\n".join(words).casefold()
