"""Mending findings: from a button beside a problem to the flow that removes its cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.ui.desk import Facts, InvoiceDesk, NoFacts
from psaqb_desktop.ui.invoices.flows import Flows
from psaqb_desktop.ui.invoices.problems import ProblemGroup
from psaqb_desktop.ui.invoices.reading import Reading
from psaqb_desktop.ui.invoices.remedies import Offer, Remedy
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.surface import Frame, Page
from psaqb_desktop.ui.parts import MainWindowParts
from psaqb_desktop.ui.tasks import TaskRunner


class Mending:
    """Starts the flow behind a remedy, then checks the invoices again."""

    def __init__(  # noqa: PLR0913 - the parties of one screen
        self,
        *,
        desk: InvoiceDesk,
        tasks: TaskRunner,
        parts: MainWindowParts,
        page: Page,
        frame: Frame,
        flows: Flows,
        reading: Reading,
    ) -> None:
        self._desk = desk
        self._tasks = tasks
        self._parts = parts
        self._page = page
        self._frame = frame
        self._flows = flows
        self._reading = reading
        self._own_flows: dict[Remedy, Callable[[list[InvoiceId]], Awaitable[None]]] = {
            Remedy.SETTLE: lambda _ids: flows.settle(),
            Remedy.TRY_AGAIN: flows.try_again,
            Remedy.PUSH_AGAIN: flows.push_again,
            Remedy.ACCEPT: flows.accept,
            Remedy.LINK_DOCUMENT: lambda ids: flows.link_document(ids[0]),
            Remedy.PUSH_ANYWAY: flows.push_anyway,
        }

    async def mend(self, offer: Offer, invoice_id: InvoiceId) -> None:
        """Do what a button beside a finding says."""
        await self._do(offer.remedy, self._page.rows([invoice_id]))

    async def mend_all(self, group: ProblemGroup) -> None:
        """Do what the button of a group says, for all its invoices together."""
        if group.offer is not None:
            await self._do(group.offer.remedy, self._page.rows(group.ids))

    async def _do(self, remedy: Remedy, rows: Sequence[InvoiceRow]) -> None:
        if not rows:
            return
        connection = rows[0].listed.connection
        ids = [row.id for row in rows]
        if remedy is Remedy.CONNECTIONS or (
            connection is None and remedy in {Remedy.LINK, Remedy.CONNECT, Remedy.MAP}
        ):
            self._frame.go_to_connections()
        elif remedy in self._own_flows:
            await self._own_flows[remedy](ids)
        elif remedy is Remedy.OPEN_CRM:
            self.open_in_crm(ids[0])
        elif remedy is Remedy.OPEN_QUICKBOOKS:
            await self.open_in_quickbooks(ids[0])
        elif connection is not None and await self._change(remedy, connection, rows):
            await self._reading.refresh()
            await self._flows.check(ids)

    async def _change(
        self, remedy: Remedy, connection: Connection, rows: Sequence[InvoiceRow]
    ) -> bool:
        """Run one of the connect flows; True when it changed something."""
        if remedy is Remedy.LINK:
            return await self._parts.match_records(connection, [row.listed for row in rows])
        if remedy is Remedy.MAP:
            return await self._parts.edit_mapping(connection)
        return await self._parts.connect_company(connection)

    # -- one invoice ---------------------------------------------------------------------------

    async def show_facts(self, invoice_id: InvoiceId) -> None:
        """Read lines, payments and history of one invoice for the panel."""
        self._page.show_facts(invoice_id, await self._facts(invoice_id))

    async def _facts(self, invoice_id: InvoiceId) -> Facts:
        rows = self._page.rows([invoice_id])
        if not rows:
            return NoFacts()
        try:
            return await self._tasks.call(self._desk.invoice_details.run, rows[0].listed)
        except AppError:
            # Browsing through rows while offline must not open a dialog for each of them.
            return NoFacts()

    async def open_in_quickbooks(self, invoice_id: InvoiceId) -> None:
        """Open QuickBooks' own page of the document."""
        facts = await self._facts(invoice_id)
        if facts.quickbooks_address:
            self._page.open_address(facts.quickbooks_address)
        else:
            self._page.show_summary("info", "The invoice has no page in QuickBooks yet.")

    def open_in_crm(self, invoice_id: InvoiceId) -> None:
        """Open the CRM's own page of the invoice."""
        self._page.open_address(crm_address(self._desk.environment, invoice_id))


def crm_address(environment: Environment, invoice_id: InvoiceId) -> str:
    """Return the address of an invoice's form in the CRM."""
    root = environment.crm_url.rstrip("/")
    return f"{root}/main.aspx?pagetype=entityrecord&etn=invoice&id={invoice_id}"
