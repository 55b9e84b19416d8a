"""What the invoices page asks a person, in dialogs over the window, and pages that it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    # Not before the first paint.
    from psaqb_desktop.domain.environment import Environment
    from psaqb_desktop.domain.errors import AppError
    from psaqb_desktop.domain.push import PostedDocument
    from psaqb_desktop.services.link_document import LinkChoice
    from psaqb_desktop.ui.invoices.batches import Batch
    from psaqb_desktop.ui.invoices.confirm_push import Answer


class AskingPage(QWidget):
    """That part of :class:`~psaqb_desktop.ui.invoices.surface.Page`; it is imported when needed."""

    def __init__(self, environment: Environment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._environment = environment

    async def confirm(self, batch: Batch, *, place: int, companies: int) -> Answer:
        """Let the person confirm the push to one company."""
        from psaqb_desktop.ui.invoices.confirm_push import confirm_batch  # noqa: PLC0415

        return await confirm_batch(
            self.window(), batch, self._environment, place=place, companies=companies
        )

    async def ask_reason(self, count: int) -> str | None:
        """Ask why invoices are left out."""
        from psaqb_desktop.ui.invoices import questions  # noqa: PLC0415

        return await questions.ask_reason(self.window(), count)

    async def ask_push_again(self, count: int) -> bool:
        """Ask whether invoices whose document is gone are to get another one."""
        from psaqb_desktop.ui.invoices import questions  # noqa: PLC0415

        return await questions.ask_push_again(self.window(), count)

    async def ask_push_anyway(self, number: str) -> bool:
        """Ask whether an invoice is to be pushed beside a similar document."""
        from psaqb_desktop.ui.invoices import questions  # noqa: PLC0415

        return await questions.ask_push_anyway(self.window(), number)

    async def ask_accept(self, count: int) -> bool:
        """Ask whether posted invoices are right as they stand in QuickBooks."""
        from psaqb_desktop.ui.invoices import questions  # noqa: PLC0415

        return await questions.ask_accept(self.window(), count)

    async def ask_link(self, choice: LinkChoice) -> PostedDocument | None:
        """Let the person compare an invoice with documents that may be it."""
        from psaqb_desktop.ui.invoices.link_document_dialog import ask_link  # noqa: PLC0415

        return await ask_link(self.window(), choice)

    async def tell_error(self, error: AppError) -> None:
        """Tell what went wrong."""
        from psaqb_desktop.ui.dialogs import show_error  # noqa: PLC0415

        await show_error(self.window(), error)

    def open_address(self, address: str) -> None:
        """Open a web page in the person's browser; addresses of other kinds are passed over."""
        from PySide6.QtCore import QUrl  # noqa: PLC0415
        from PySide6.QtGui import QDesktopServices  # noqa: PLC0415

        if urlsplit(address).scheme in {"https", "http"}:
            QDesktopServices.openUrl(QUrl(address))
