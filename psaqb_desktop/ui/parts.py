"""What the main window needs of the connect screens, so that neither waits for the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice


class MainWindowParts(Protocol):
    """The connect flows; each shows its own dialogs over the main window.

    A coroutine answers True when something changed, so that the list is read again, and False
    when the person thought better of it. It raises AppError for what only the caller can tell.

    Attributes:
        on_changed: called when something was changed from the connections page, where no coroutine
            answers the window.
    """

    on_changed: Callable[[], None]

    @property
    def connections_page(self) -> QWidget:
        """The page behind "Connections" in the navigation."""
        ...

    def set_window(self, window: QWidget) -> None:
        """Give the parent of all dialogs, once, before any flow is started."""
        ...

    def show_list(self, invoices: InvoiceList) -> None:
        """Take a list that was just read: its connections, and the invoices without one."""
        ...

    async def sign_in_to_crm(self) -> bool:
        """Let a person sign in to the CRM."""
        ...

    async def set_up_crm(self) -> bool:
        """Create our tables in the CRM, with progress."""
        ...

    async def connect_company(self, connection: Connection | None) -> bool:
        """Sign in to QuickBooks and confirm the company; None starts with a new connection."""
        ...

    async def match_records(self, connection: Connection, rows: Sequence[ListedInvoice]) -> bool:
        """Link customers, products and the like that these invoices wait for."""
        ...

    async def edit_mapping(self, connection: Connection) -> bool:
        """Edit which fields go to QuickBooks and how."""
        ...
