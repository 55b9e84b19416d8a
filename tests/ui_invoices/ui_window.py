"""A main window over the fakes, driven as a person would drive it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.main_window import MainWindow
from psaqb_desktop.ui.state import ForgetfulState
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import invoice_list
from tests.ui_invoices.ui_fakes import FakeDesk, FakeParts

D = TypeVar("D", bound=QObject)


class Driven:
    """A window with its fakes; closes what is left open."""

    def __init__(
        self,
        tasks: TaskRunner,
        *rows: ListedInvoice,
        desk: FakeDesk | None = None,
        state: ForgetfulState | None = None,
    ) -> None:
        self.tasks = tasks
        self.desk = desk or FakeDesk()
        if self.desk.list_invoices.fresh is None:
            self.desk.list_invoices.fresh = invoice_list(*rows)
        self.parts = FakeParts()
        self.state = state or ForgetfulState()
        self.window = MainWindow(self.desk.environment, self.state)
        self.window.work_with(self.desk, tasks, self.parts)
        self.page = self.window.page
        self.window.show()

    async def open(self) -> None:
        await self.window.presenter.guarded(self.window.presenter.reading.open)

    async def trigger(self, name: str) -> None:
        """Press an action and wait until its work is done; it must be available."""
        action = self.window.actions_[name]
        assert action.isEnabled(), action.toolTip()
        action.trigger()
        await self.tasks.wait_all()

    async def push_all(self, *answers: str) -> None:
        """Select what is shown and push it, answering each confirmation."""
        self.page.select_shown()
        action = self.window.actions_["push"]
        assert action.isEnabled(), action.toolTip()
        action.trigger()
        for answer in answers:
            press(await shown_dialog(), answer)
        await self.tasks.wait_all()

    def row(self, number: int) -> InvoiceRow:
        (row,) = [r for r in self.page.table.rows if int(r.listed.invoice.number[4:]) == number]
        return row

    def statuses(self) -> list[RowStatus]:
        return [row.status for row in self.page.table.rows]

    def shown_numbers(self) -> list[str]:
        return [row.listed.invoice.number for row in self.page.model.shown_rows()]

    def select(self, *ids: InvoiceId) -> None:
        self.page.model.tick_only(ids)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until something is so; the test's own time-out ends it."""
    while not condition():  # noqa: ASYNC110 - conditions of many kinds, no event for each
        await asyncio.sleep(0.005)


async def shown_dialog() -> QDialog:
    """Wait for a dialog and return it."""

    def dialogs() -> list[QDialog]:
        return [
            w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()
        ]

    await until(dialogs)
    return dialogs()[-1]


def press(dialog: QWidget, starts_with: str) -> None:
    """Press the button whose words begin so."""
    buttons = [b for b in dialog.findChildren(QPushButton) if b.text().startswith(starts_with)]
    assert len(buttons) == 1, [b.text() for b in dialog.findChildren(QPushButton)]
    assert buttons[0].isEnabled()
    buttons[0].click()


RunAsync = Callable[[Coroutine[Any, Any, None]], None]
