"""What all commands share: the office, the chosen environment, the output, and choosing rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from psaqb_desktop.cli.office import Office
from psaqb_desktop.cli.output import Output
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import SettingsError
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice, is_pushable_status
from psaqb_desktop.services.desk import Desk


@dataclass
class CliContext:
    """Handed to each command by click."""

    office: Office
    environment_name: str
    output: Output
    _desk: Desk | None = field(default=None, init=False)

    @property
    def desk(self) -> Desk:
        """The desk of the chosen environment, opened at the first use."""
        if self._desk is None:
            self._desk = self.office.open_desk(self.environment_name)
        return self._desk

    def recover_journal(self) -> JournalRecovery:
        """Recover the journal, also one that is too damaged for the desk to be opened."""
        if self._desk is not None:
            return self._desk.journal_upkeep.recover()
        return self.office.recover_journal(self.environment_name)

    def read_list(self) -> InvoiceList:
        """Bring the list up to date; what no window does in the background is done here."""
        listing = self.desk.list_invoices
        listed = listing.run()
        return listing.catch_up() or listed

    def connection(self, legal_entity: str) -> Connection:
        """Return the connection of a legal entity (code, or name of the connection).

        Raises:
            SettingsError: there is none.
        """
        connections = self.read_list().connections
        wanted = legal_entity.casefold()
        for connection in connections:
            if wanted in {connection.legal_entity.casefold(), connection.name.casefold()}:
                return connection
        known = ", ".join(c.legal_entity for c in connections) or "none yet"
        raise SettingsError(
            f"There is no connection for “{legal_entity}”.",
            remedy=f"Known legal entities: {known}. “psaqb connect” makes a new one.",
        )


pass_context = click.make_pass_decorator(CliContext)


def chosen_rows(
    listed: InvoiceList,
    numbers: Sequence[str],
    *,
    company: str = "",
    is_all: bool = False,
) -> list[ListedInvoice]:
    """Return the rows that a person named by number, or all that are to be posted.

    Raises:
        SettingsError: a number is unknown, or more than one invoice has it.
    """
    rows = [row for row in listed.rows if not company or is_of_company(row, company)]
    if not numbers:
        return [row for row in rows if is_all or is_offered(row)]
    found: list[ListedInvoice] = []
    for number in numbers:
        matches = [
            r for r in rows if number.casefold() in {r.invoice.number.casefold(), r.invoice.id}
        ]
        if len(matches) != 1:
            what = "no invoice" if not matches else f"{len(matches)} invoices"
            raise SettingsError(
                f"There is {what} “{number}” in the list.",
                remedy="See “psaqb list --all”; the invoice's id works as well as its number.",
            )
        found += matches
    return found


def is_of_company(row: ListedInvoice, company: str) -> bool:
    """Tell whether a row belongs to a legal entity, named by code or connection name."""
    connection = row.connection
    return connection is not None and company.casefold() in {
        connection.legal_entity.casefold(),
        connection.name.casefold(),
    }


def is_offered(row: ListedInvoice) -> bool:
    """Tell whether a row is one that may be posted: confirmed, and not yet in QuickBooks."""
    return row.is_to_post and is_pushable_status(row.invoice)
