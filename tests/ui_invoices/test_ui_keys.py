"""Keys of the menus that leave the program's own window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import UK, invoice, listed, posted
from tests.ui_invoices.ui_window import Driven, RunAsync, until

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Browser(QObject):
    """Takes the addresses that would go to the person's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    @Slot(QUrl)
    def take(self, address: QUrl) -> None:
        self.addresses.append(address.toString())


def test_control_q_closes_the_window(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        driven.window.activateWindow()
        QTest.keyClick(driven.window, Qt.Key.Key_Q, CONTROL)
        await until(lambda: not driven.window.isVisible())

    run_async(body())


def test_control_shift_o_opens_the_document_in_the_persons_browser(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        of = invoice(1)
        driven = Driven(tasks, listed(of, UK, record=posted(of, UK)))
        await driven.open()
        driven.page.filter_bar.set_filter(ListFilter(View.ALL))
        driven.window.activateWindow()
        driven.page.grid.selectRow(0)
        QTest.keyClick(driven.window, Qt.Key.Key_O, CONTROL | SHIFT)
        await until(lambda: browser.addresses)
        await tasks.wait_all()

    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "take")  # type: ignore[arg-type] # it takes text only
    try:
        run_async(body())
    finally:
        QDesktopServices.unsetUrlHandler("https")
    (address,) = browser.addresses
    assert address.startswith("https://qbo.test/app/invoice?txnId=")
