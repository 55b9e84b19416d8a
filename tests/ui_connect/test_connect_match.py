from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QTabWidget

from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.ui.connect.match_model import CHOICE, WHY, MatchModel
from psaqb_desktop.ui.connect.match_records import MatchRecords
from psaqb_desktop.ui.connect.match_table import MatchTable
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_connect.connect_fakes import CUSTOMERS, WISHES, FakeLinker, connected, row
from tests.ui_connect.connect_person import dialog, is_enabled, press, read, until

RunAsync = Callable[[Coroutine[Any, Any, None]], None]
COMPANY = connected("DEMF", "Alder & Finch GmbH", "DE", "EUR", 90)


def start(linker: FakeLinker, tasks: TaskRunner) -> asyncio.Future[bool]:
    return asyncio.ensure_future(MatchRecords(linker, tasks).run(None, COMPANY, [row(1)]))


def table() -> MatchTable:
    shown = dialog()
    assert shown is not None
    return next(each for each in shown.findChildren(MatchTable) if each.isVisible())


def model() -> MatchModel:
    found = table().model()
    assert isinstance(found, MatchModel)
    return found


def test_the_model_is_a_sound_model() -> None:
    made = MatchModel(WISHES)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.choose(0, CUSTOMERS[1])
    made.show_only_unmatched(True)
    made.show_only_unmatched(False)


def test_only_certain_matches_are_ticked_and_nothing_is_stored_unasked(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    linker = FakeLinker()

    async def body() -> None:
        running = start(linker, tasks)
        await until(lambda: is_enabled("Confirm 2 exact matches"))
        assert [r.wish.crm_name for r in model().ticked] == ["Nordwind Logistik GmbH"]
        assert linker.stored == []
        await press("Close")
        assert not await running

    run_async(body())
    assert linker.stored == []


def test_exact_matches_are_stored_in_one_go(run_async: RunAsync, tasks: TaskRunner) -> None:
    linker = FakeLinker()

    async def body() -> None:
        running = start(linker, tasks)
        await press("Confirm 2 exact matches")
        await read("0 of 6 records ticked")
        await press("Close")
        assert await running

    run_async(body())
    assert {link.crm_name for link in linker.stored} == {"Nordwind Logistik GmbH", "Travel"}


def test_a_choice_by_keyboard_alone(run_async: RunAsync, tasks: TaskRunner) -> None:
    linker = FakeLinker()

    async def body() -> None:
        running = start(linker, tasks)
        await until(lambda: is_enabled("Confirm"))
        view = table()
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Space)  # unticks Nordwind
        for _ in range(4):
            QTest.keyClick(view, Qt.Key.Key_Down)
        assert model().rows[view.currentIndex().row()].wish.crm_name == "Wingtip Toys"
        QTest.keyClick(view, Qt.Key.Key_Return)
        await until(lambda: view.findChild(QComboBox) is not None)
        box = view.findChild(QComboBox)
        assert isinstance(box, QComboBox)
        line = box.lineEdit()
        assert line is not None
        QTest.keyClicks(line, "fabrikam")
        completer = box.completer()
        popup = completer.popup() if completer is not None else None
        assert popup is not None
        await until(popup.isVisible)
        QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, Qt.Key.Key_Return)
        await until(lambda: model().rows[4].choice == CUSTOMERS[1])
        assert model().rows[4].why == "Chosen by you"
        QTest.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await read("1 of 6 records ticked, 1 of them exact")
        await press("Close")
        assert await running

    run_async(body())
    stored = {link.crm_name: link.quickbooks_name for link in linker.stored}
    assert stored == {"Wingtip Toys": "Fabrikam Deutschland", "Travel": "Travel"}


def test_another_currency_is_warned_of_and_never_ticked_by_itself(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        running = start(FakeLinker(), tasks)
        await until(lambda: is_enabled("Confirm"))
        pharma = model().rows[2]
        assert pharma.wish.crm_name == "Contoso Pharma AG"
        assert not pharma.is_ticked
        why = model().index(2, WHY).data()
        assert why == "Kept in USD: invoices in EUR cannot be posted to it"
        model().tick(2, is_ticked=True)
        await read("1 customer kept in another currency")
        await press("Tick the exact matches only")
        assert not pharma.is_ticked
        await press("Close")
        await running

    run_async(body())


def test_the_filter_hides_what_is_matched_but_keeps_it_ticked(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        running = start(FakeLinker(), tasks)
        await press("Show only those without an exact match")
        assert model().rows[0].wish.crm_name == "Fabrikam Deutschland GmbH"
        assert is_enabled("Confirm 2 exact matches")
        await press("Close")
        await running

    run_async(body())


def test_tabs_say_what_they_hold(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        running = start(FakeLinker(), tasks)
        await until(lambda: is_enabled("Confirm"))
        shown = dialog()
        assert shown is not None
        tabs = shown.findChild(QTabWidget)
        assert isinstance(tabs, QTabWidget)
        texts = [tabs.tabText(index) for index in range(tabs.count())]
        assert texts == ["Customers (5)", "Products && services (3)", "Confirmed (0)"]
        await press("Close")
        await running

    run_async(body())


def test_a_failure_to_store_keeps_the_choices(run_async: RunAsync, tasks: TaskRunner) -> None:
    linker = FakeLinker(error=RequestRejectedError("The CRM refused.", service="CRM"))

    async def body() -> None:
        running = start(linker, tasks)
        await until(lambda: is_enabled("Confirm"))
        model().choose(4, CUSTOMERS[1])
        await press("Confirm 3 links")
        await read("The CRM refused.")
        await press("Close")
        await press("Confirm 3 links")
        await read("0 of 5 records ticked")
        await press("Close")
        assert await running

    run_async(body())


def test_a_confirmed_link_is_removed_after_asking(run_async: RunAsync, tasks: TaskRunner) -> None:
    linker = FakeLinker()

    async def body() -> None:
        running = start(linker, tasks)
        await press("Confirm 2 exact")
        await read("0 of 6 records ticked")
        shown = dialog()
        assert shown is not None
        tabs = shown.findChild(QTabWidget)
        assert isinstance(tabs, QTabWidget)
        tabs.setCurrentIndex(tabs.count() - 1)
        tree = next(v for v in shown.findChildren(QAbstractItemView) if v.isVisible())
        tree.setCurrentIndex(tree.model().index(0, 0))
        await press("Remove link")
        await press("Remove 1 link")
        await until(lambda: len(linker.stored) == 1)
        await press("Close")
        assert await running

    run_async(body())
    assert [link.kind for link in linker.stored] == [LinkKind.CUSTOMER]


def test_nothing_to_match_is_said(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        running = start(FakeLinker(open=()), tasks)
        await read("No waiting invoice of this company needs a link.")
        await press("Close")
        assert not await running

    run_async(body())


def test_a_click_on_the_choice_opens_it(qapp: QApplication) -> None:
    assert qapp is not None
    made = MatchModel(WISHES)
    view = MatchTable(made, CUSTOMERS, "Customers")
    view.resize(1000, 300)
    view.show()
    place = view.visualRect(made.index(1, CHOICE)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.findChild(QComboBox) is not None
    view.close()
