"""Matching: a person says once which QuickBooks entry a CRM record means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.domain.links import Candidate, Link, LinkKind, LinkWish
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.ui.connect.flow_dialog import FlowDialog, Step, make_page
from psaqb_desktop.ui.connect.form_pieces import button_row, heading, words
from psaqb_desktop.ui.connect.linked_tab import LinkedTab
from psaqb_desktop.ui.connect.match_page import MatchPage
from psaqb_desktop.ui.connect.wanted_services import RecordLinker
from psaqb_desktop.ui.dialogs import ask, show_error
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.tasks import TaskRunner


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read to match with."""

    wishes: tuple[LinkWish, ...]
    candidates: dict[LinkKind, tuple[Candidate, ...]]
    links: tuple[Link, ...]


class MatchRecords:
    """Leads through the matching of one company; links are stored only on a press of Confirm."""

    def __init__(self, linker: RecordLinker, tasks: TaskRunner) -> None:
        self._linker = linker
        self._tasks = tasks
        self._has_changed = False

    async def run(
        self, parent: QWidget | None, connection: Connection, rows: Sequence[ListedInvoice]
    ) -> bool:
        """Match; True when links were stored or removed."""
        dialog = FlowDialog(parent, f"Match customers and items of {connection.name}")
        dialog.set_size(1040, 640)
        dialog.open()
        self._has_changed = False
        try:
            while await self._round(dialog, connection, rows):
                pass
        except Cancelled:
            return self._has_changed
        else:
            return self._has_changed
        finally:
            dialog.finish()

    async def _round(
        self, dialog: FlowDialog, connection: Connection, rows: Sequence[ListedInvoice]
    ) -> bool:
        """Read, show, confirm; True asks for another round."""
        try:
            read = await dialog.wait_for(
                "Looking for matches",
                f"Comparing what {plural(len(rows), 'invoice')} need with the lists of "
                f"{connection.company_name or connection.name}.",
                self._tasks.call(self._read, connection, rows),
            )
        except Cancelled:
            raise
        except AppError as error:
            step = await dialog.show_error(
                error,
                dialog.choose(Step.CANCEL),
                dialog.act("&Try again", Step.TRY_AGAIN, is_primary=True),
            )
            return step is Step.TRY_AGAIN
        if not read.wishes and not read.links:
            return await self._nothing_to_match(dialog)
        return await self._match(dialog, connection, read)

    def _read(self, connection: Connection, rows: Sequence[ListedInvoice]) -> _Read:
        """Read everything in one go; runs in a thread."""
        wishes = self._linker.wishes(connection, rows)
        kinds = {wish.kind for wish in wishes}
        candidates = {kind: self._linker.candidates(connection, kind) for kind in kinds}
        return _Read(wishes, candidates, self._linker.links(connection))

    async def _nothing_to_match(self, dialog: FlowDialog) -> bool:
        close = dialog.act("&Close", Step.CANCEL, is_primary=True)
        dialog.show_page(
            make_page(
                heading("Nothing to match"),
                words("No waiting invoice of this company needs a link."),
                buttons=button_row(close),
                first=close,
            )
        )
        await dialog.decisions.next()
        return False

    async def _match(self, dialog: FlowDialog, connection: Connection, read: _Read) -> bool:
        close = dialog.act("Close", Step.CANCEL)
        page = MatchPage(connection, read.wishes, read.candidates, close)
        linked = LinkedTab(read.links, lambda _links: dialog.decisions.take(Step.OTHER_WAY))
        page.tabs.addTab(linked, f"Confirmed ({len(read.links)})")
        page.confirm_wanted.connect(lambda: dialog.decisions.take(Step.NEXT))
        page.refresh_wanted.connect(lambda: dialog.decisions.take(Step.TRY_AGAIN))
        dialog.show_page(page)
        while True:
            step = await dialog.decisions.next()
            if step is Step.TRY_AGAIN:
                return True
            if step is Step.NEXT and await self._confirm(dialog, page, connection):
                return True
            if step is Step.OTHER_WAY and await self._remove(dialog, page, connection, linked):
                return True
            if step is Step.CANCEL:
                return False

    async def _confirm(self, dialog: FlowDialog, page: MatchPage, connection: Connection) -> bool:
        choices = [(row.wish, row.choice) for row in page.ticked if row.choice is not None]
        page.set_busy(is_busy=True)
        try:
            await self._tasks.call(self._linker.confirm, connection, choices)
        except AppError as error:
            await show_error(dialog, error)
            return False
        finally:
            page.set_busy(is_busy=False)
        self._has_changed = True
        return True

    async def _remove(
        self, dialog: FlowDialog, page: MatchPage, connection: Connection, linked: LinkedTab
    ) -> bool:
        links = linked.selected
        names = ", ".join(link.crm_name for link in links[:5]) + ("…" if len(links) > 5 else "")
        count = plural(len(links), "link")
        is_sure = await ask(
            dialog,
            f"Remove {count}?",
            f"{names}\n\nInvoices that need it are not ready again until it is matched anew. "
            "Nothing changes in QuickBooks.",
            f"Remove {count}",
        )
        if not is_sure:
            return False
        page.set_busy(is_busy=True)
        try:
            await self._tasks.call(self._linker.remove, connection, links)
        except AppError as error:
            await show_error(dialog, error)
            return False
        finally:
            page.set_busy(is_busy=False)
        self._has_changed = True
        return True
