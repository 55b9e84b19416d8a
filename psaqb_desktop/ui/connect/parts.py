"""The connect screens as the main window gets them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.routing import Routes
from psaqb_desktop.ui.connect.browsers import Browsers
from psaqb_desktop.ui.connect.connect_company import ConnectCompanyFlow, ConnectEnd
from psaqb_desktop.ui.connect.connection_form import AppKeys
from psaqb_desktop.ui.connect.connection_words import last_pulls
from psaqb_desktop.ui.connect.connections_page import ConnectionsPage, PageAction
from psaqb_desktop.ui.connect.edit_connection import edit_connection
from psaqb_desktop.ui.connect.edit_mapping import edit_mapping
from psaqb_desktop.ui.connect.match_records import MatchRecords
from psaqb_desktop.ui.connect.set_up_crm import SetUpCrm
from psaqb_desktop.ui.connect.sign_in_crm import SignInToCrm
from psaqb_desktop.ui.connect.wanted_services import ConnectDesk, OpenLoopback
from psaqb_desktop.ui.dialogs import ask, show_error
from psaqb_desktop.ui.tasks import TaskRunner


class ConnectParts:
    """Everything about connecting; fits ``ui.parts.MainWindowParts`` by structure.

    ``on_changed`` is called when something was changed from the connections page, so that the
    main window reads the list again; the coroutines say the same by their answer.
    """

    def __init__(
        self,
        desk: ConnectDesk,
        tasks: TaskRunner,
        *,
        open_loopback: OpenLoopback | None = None,
        browsers: Browsers | None = None,
        known_keys: AppKeys | None = None,
    ) -> None:
        self._known_keys = known_keys
        self._desk = desk
        self._tasks = tasks
        self._open_loopback = open_loopback
        self._browsers = browsers or Browsers.of(desk.environment)
        self._window: QWidget | None = None
        self._listed: InvoiceList | None = None
        self._is_busy = False
        self.on_changed: Callable[[], None] = lambda: None
        self._page = ConnectionsPage(kind=desk.environment.kind)
        self._page.wanted.connect(self._on_wanted)

    @property
    def connections_page(self) -> QWidget:
        """The page behind "Connections" in the navigation."""
        return self._page

    def set_window(self, window: QWidget) -> None:
        """Give the parent of all dialogs."""
        self._window = window

    def show_list(self, invoices: InvoiceList) -> None:
        """Show the connections of a list that was just read."""
        self._listed = invoices
        self._tasks.start(self._show_connections(invoices), "show the connections")

    async def _show_connections(self, invoices: InvoiceList) -> None:
        """Look through all rows in a thread: there may be a hundred thousand."""
        suggested, pulls = await self._tasks.call(self._look_through, invoices)
        if invoices is self._listed:
            self._page.show_connections(
                invoices.connections, pulls, suggested, is_set_up=invoices.is_set_up
            )

    def _look_through(
        self, invoices: InvoiceList
    ) -> tuple[tuple[Connection, ...], dict[ConnectionId, datetime]]:
        suggested = self._desk.edit_connection.suggested(invoices) if invoices.is_set_up else ()
        return suggested, last_pulls(invoices)

    async def sign_in_to_crm(self) -> bool:
        """Let a person sign in to the CRM."""
        flow = SignInToCrm(
            self._desk.environment,
            self._desk.sign_in,
            self._tasks,
            browsers=self._browsers,
            open_loopback=self._open_loopback,
        )
        return await flow.run(self._window)

    async def set_up_crm(self) -> bool:
        """Make our tables in the CRM."""
        flow = SetUpCrm(self._desk.environment, self._desk.provisioner, self._tasks)
        return await flow.run(self._window)

    async def connect_company(self, connection: Connection | None) -> bool:
        """Sign in to QuickBooks and confirm the company, then match if the person wants to."""
        editor = self._desk.edit_connection
        if connection is None:
            connection = await self._tasks.call(editor.new, "", "")
        flow = ConnectCompanyFlow(
            self._desk.environment,
            self._desk.connect_company,
            editor,
            self._tasks,
            browsers=self._browsers,
            known_keys=self._known_keys,
        )
        result = await flow.run(self._window, connection)
        if result.end is ConnectEnd.MATCH_NEXT:
            await self._match_waiting(result.connection)
        return result.end is not ConnectEnd.CANCELLED

    async def match_records(self, connection: Connection, rows: Sequence[ListedInvoice]) -> bool:
        """Link what these invoices wait for."""
        return await MatchRecords(self._desk.link_records, self._tasks).run(
            self._window, connection, rows
        )

    async def edit_mapping(self, connection: Connection) -> bool:
        """Edit which fields go to QuickBooks and how."""
        return await edit_mapping(self._window, self._desk.edit_connection, self._tasks, connection)

    async def edit_connection(self, connection: Connection) -> bool:
        """Edit name, addresses and routing rules."""
        return await edit_connection(
            self._window,
            self._desk.environment,
            self._desk.edit_connection,
            self._tasks,
            connection,
        )

    async def disconnect_company(self, connection: Connection) -> bool:
        """Give the access back, after asking."""
        company = connection.company_name or connection.name
        is_sure = await ask(
            self._window,
            f"Disconnect {company}?",
            "The access is given back to Intuit and the stored token is forgotten. Nothing changes "
            f"in QuickBooks, and {connection.name} stays bound to {company}. Invoices wait until "
            "it is connected again.",
            f"Disconnect {company}",
        )
        if is_sure:
            await self._tasks.call(self._desk.connect_company.disconnect, connection)
        return is_sure

    async def _match_waiting(self, connection: Connection) -> bool:
        rows = await self._tasks.call(self._rows_for, connection)
        return await self.match_records(connection, rows)

    def _rows_for(self, connection: Connection) -> list[ListedInvoice]:
        """Return the waiting invoices of a connection, routed anew: it may have just been made."""
        if self._listed is None:
            return []
        others = [c for c in self._listed.connections if c.id != connection.id]
        routes = Routes([*others, connection])
        mine = []
        for row in self._listed.rows:
            found = routes.find(row.invoice)
            if isinstance(found, Connection) and found.id == connection.id and row.is_to_post:
                mine.append(replace(row, connection=connection, route_finding=None, checked=None))
        return mine

    def _on_wanted(self, action: PageAction, connection: Connection | None) -> None:
        """Start what a button of the page asks for; one flow at a time."""
        if not self._is_busy:
            self._is_busy = True
            what = action.name.lower().replace("_", " ")
            self._tasks.start(self._do(action, connection), f"{what} (connections)")

    async def _do(self, action: PageAction, connection: Connection | None) -> None:
        try:
            if await self._flow(action, connection):
                self.on_changed()
        except Cancelled:
            return
        except AppError as error:
            await show_error(self._window, error)
        finally:
            self._is_busy = False

    def _flow(self, action: PageAction, connection: Connection | None) -> Coroutine[Any, Any, bool]:
        if action is PageAction.SET_UP:
            return self.set_up_crm()
        if connection is None:
            return self.connect_company(None)
        flows: dict[PageAction, Callable[[], Coroutine[Any, Any, bool]]] = {
            PageAction.CONNECT: lambda: self.connect_company(connection),
            PageAction.MATCH: lambda: self._match_waiting(connection),
            PageAction.MAPPING: lambda: self.edit_mapping(connection),
            PageAction.EDIT: lambda: self.edit_connection(connection),
            PageAction.DISCONNECT: lambda: self.disconnect_company(connection),
        }
        return flows[action]()
