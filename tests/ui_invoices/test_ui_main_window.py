"""The frame: closing, remembering, actions, names for screen readers, the whole run."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.app import run_window
from psaqb_desktop.ui.colours import DARK, LIGHT
from psaqb_desktop.ui.crash_dialog import CrashDialog
from psaqb_desktop.ui.environment_band import environment_marker
from psaqb_desktop.ui.invoices.columns import PLACE_OF
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.look import ColourChoice, apply_look, current_colours
from psaqb_desktop.ui.main_window import MainWindow
from psaqb_desktop.ui.menus import row_menu
from psaqb_desktop.ui.state import ForgetfulState
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import (
    LIVE,
    PRACTICE,
    SANDBOX,
    UK,
    invoice,
    invoice_list,
    listed,
    many_rows,
    no_customer,
    posted,
)
from tests.ui_invoices.ui_fakes import FakeCheck, FakeDesk, FakeParts, FakePush
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog, until


async def a_running_push(tasks: TaskRunner, gate: threading.Semaphore) -> Driven:
    rows = [listed(invoice(n)) for n in range(1, 4)]
    driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=FakePush(gate=gate)))
    await driven.open()
    driven.page.select_shown()
    driven.window.actions_["push"].trigger()
    press(await shown_dialog(), "Push 3")
    await until(lambda: RowStatus.POSTING in driven.statuses())
    return driven


def test_closing_during_a_push_asks_and_finishes_what_is_in_flight(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        gate = threading.Semaphore(0)
        driven = await a_running_push(tasks, gate)
        closed = QSignalSpy(driven.window.closed)
        driven.window.close()
        press(await shown_dialog(), "Stop and close")
        await until(lambda: "stopping" in driven.window.status.activity.text())
        assert driven.window.isVisible(), "the window waits for what is in flight"
        assert closed.count() == 0
        gate.release(3)
        await tasks.wait_all()
        assert not driven.window.isVisible()
        assert closed.count() == 1
        assert len(driven.desk.push_invoices.pushed) == 1

    run_async(body())


def test_a_push_may_be_kept_running(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        gate = threading.Semaphore(0)
        driven = await a_running_push(tasks, gate)
        driven.window.close()
        press(await shown_dialog(), "Keep pushing")
        gate.release(3)
        await tasks.wait_all()
        assert driven.window.isVisible()
        assert len(driven.desk.push_invoices.pushed) == 3

    run_async(body())


def test_without_a_push_the_window_just_closes(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        closed = QSignalSpy(driven.window.closed)
        driven.window.close()
        await tasks.wait_all()
        assert closed.count() == 1

    run_async(body())


def test_the_window_comes_back_as_it_was_left(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        state = ForgetfulState()
        first = Driven(tasks, *many_rows(30), state=state)
        await first.open()
        first.window.resize(820, 543)
        first.page.filter_bar.set_filter(ListFilter(View.POSTED))
        first.page.grid.setColumnHidden(PLACE_OF["tax"], True)
        first.page.open_details()
        first.page.totals.fold(is_folded=True)
        first.window.close()
        await tasks.wait_all()
        second = Driven(tasks, *many_rows(30), state=state)
        await second.open()
        assert second.window.height() == 543
        assert second.page.filter_bar.filter.view is View.POSTED
        assert second.page.grid.isColumnHidden(PLACE_OF["tax"])
        assert second.page.details.isVisible()
        assert second.page.totals.is_folded

    run_async(body())


def test_a_broken_memory_is_passed_over(tasks: TaskRunner, run_async: RunAsync) -> None:
    async def body() -> None:
        state = ForgetfulState()
        for key in ("geometry", "colours"):
            state.set(f"window/{key}", "%%%")
        for key in ("columns", "splitter", "details", "totals", "view"):
            state.set(f"invoices/{key}", "%%%")
        driven = Driven(tasks, listed(invoice(1)), state=state)
        await driven.open()
        assert driven.shown_numbers() == ["INV-00001"]

    run_async(body())


@pytest.mark.parametrize("environment", [LIVE, SANDBOX, PRACTICE])
def test_the_title_says_whose_books_these_are(
    run_async: RunAsync, tasks: TaskRunner, environment: Environment
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)), desk=FakeDesk(environment))
        assert environment_marker(environment) in driven.window.windowTitle()

    run_async(body())


def test_actions_say_why_they_are_not_available(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        rows = (listed(invoice(1)), listed(invoice(2), record=posted(invoice(2), UK)))
        driven = Driven(tasks, *rows)
        await driven.open()
        actions = driven.window.actions_
        assert "tick some rows first" in actions["push"].toolTip()
        driven.select(rows[1].invoice.id)
        assert not actions["push"].isEnabled()
        assert "none waits to be posted" in actions["push"].toolTip()
        assert actions["open_quickbooks"].isEnabled()
        driven.select(*(row.invoice.id for row in rows))
        assert actions["push"].iconText() == "Push 1…"
        assert not actions["try_again"].isEnabled()
        assert not actions["stop"].isEnabled()

    run_async(body())


def test_every_control_has_a_name(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 4)]
        desk = FakeDesk(check_invoices=FakeCheck(lambda of: (no_customer(of),)))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        driven.page.grid.setCurrentIndex(driven.page.model.index(0, 1))
        await driven.trigger("details")
        kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)
        nameless = [
            widget
            for kind in kinds
            for widget in driven.window.findChildren(kind)
            if widget.isVisible() and not _name(widget) and not _is_qts_own(widget)
        ]
        assert nameless == []

    run_async(body())


def _is_qts_own(widget: QWidget) -> bool:
    """Corner buttons, headers of small tables and the like: made by Qt inside its widgets."""
    parent = widget.parent()
    inside = parent.metaObject().className() if parent is not None else ""
    own = {"QTableCornerButton", "QHeaderView", "QToolBarExtension"}
    return (
        widget.objectName().startswith("qt_")
        or inside in {"QTableWidget", "QLineEdit"}
        or widget.metaObject().className() in own
    )


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def test_diagnostics_hold_counts_and_no_names(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, *many_rows(40), desk=FakeDesk(LIVE))
        await driven.open()
        driven.window.copy_diagnostics()
        text = QGuiApplication.clipboard().text()
        assert "All: 40" in text
        for secret in ("Contoso", "Fabrikam", "crm.test", "Ada"):
            assert secret not in text

    run_async(body())


def test_light_and_dark_are_worn_at_once_and_remembered(
    qapp: QApplication, run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, *many_rows(10))
        await driven.open()
        driven.window.memory.choose(ColourChoice.DARK)
        assert current_colours() is DARK
        driven.window.grab()
        driven.window.memory.choose(ColourChoice.LIGHT)
        assert current_colours() is LIGHT
        driven.window.grab()
        assert driven.state.get("window/colours") == "light"

    run_async(body())
    apply_look(qapp, ColourChoice.LIGHT)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_texts_stand_out_from_their_grounds(colours: object) -> None:
    pairs = [
        (ink, ground)
        for ink in ("text", "muted", "good", "bad", "caution", "active", "link")
        for ground in ("window", "base", "alternate")
    ]
    pairs += [("text", tint) for tint in ("good_tint", "bad_tint", "caution_tint", "active_tint")]
    pairs += [("highlighted_text", "highlight")]
    weak = {
        (ink, ground): round(_contrast(getattr(colours, ink), getattr(colours, ground)), 2)
        for ink, ground in pairs
        if _contrast(getattr(colours, ink), getattr(colours, ground)) < 4.5
    }
    assert weak == {}


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _shown(desk: FakeDesk) -> MainWindow:
    window = MainWindow(desk.environment)
    window.show()
    return window


def test_before_the_desk_is_there_the_window_shows_rows_and_can_be_closed(
    qapp: QApplication, qtbot: QtBot
) -> None:
    first = invoice_list(listed(invoice(1)), is_from_cache=True)
    window = MainWindow(FakeDesk().environment, first=first)
    window.show()
    assert _windows(qapp) == [window]
    assert window.page.model.rowCount() == 1
    assert _tabs(window)[:2] == ["To post  1", "Needs attention  0"]
    assert not window.actions_["push"].isEnabled()
    assert not window.menuBar().isEnabled()
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.isVisible()
    window.deleteLater()
    QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


def test_a_part_of_the_list_is_not_counted_and_nothing_is_said_to_be_missing() -> None:
    first = invoice_list(listed(invoice(1)), is_partial=True)
    state = ForgetfulState()
    state.set("invoices/view", "POSTED")
    window = MainWindow(FakeDesk().environment, state, first=first)
    assert {text.removesuffix("  …") for text in _tabs(window)} == {view.value for view in View}
    assert window.page.empty.title == "Reading invoices…"
    window.page.show_table(InvoiceTable(first.rows))
    assert _tabs(window)[:2] == ["To post  1", "Needs attention  0"]
    assert window.page.empty.title == "No invoices in this view"
    window.deleteLater()


def _keys(window: MainWindow) -> list[str]:
    """Return the keys of everything in the window that has some, dialogs aside."""
    pressed = [key for action in window.findChildren(QAction) for key in action.shortcuts()]
    pressed += [shortcut.key() for shortcut in window.findChildren(QShortcut)]
    return [key.toString() for key in pressed if not key.isEmpty()]


def test_each_key_means_one_thing(run_async: RunAsync, tasks: TaskRunner) -> None:
    """Qt does nothing at all where two things share a key."""

    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        keys = _keys(driven.window)
        assert sorted(keys) == sorted(set(keys))
        assert {"Ctrl+Q", "Ctrl+Shift+O", "Ctrl+F", "Esc"} <= set(keys)
        menus = [*driven.window.menuBar().findChildren(QMenu), row_menu(driven.window)]
        for menu in menus:
            letters = [
                action.text().partition("&")[2][:1].lower()
                for action in menu.actions()
                if "&" in action.text()
            ]
            assert len(letters) == len(set(letters)), (menu.title(), letters)

    run_async(body())


def test_quit_closes_the_window(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        (leave,) = [
            action
            for action in driven.window.findChildren(QAction)
            if action.shortcut() == QKeySequence("Ctrl+Q")
        ]
        closed = QSignalSpy(driven.window.closed)
        leave.trigger()
        await tasks.wait_all()
        assert closed.count() == 1

    run_async(body())


def _tabs(window: MainWindow) -> list[str]:
    buttons = window.page.filter_bar.findChildren(QToolButton)
    return [button.text() for button in buttons if button.property("look") == "view"]


def test_the_window_runs_from_kept_list_to_close(
    qapp: QApplication, run_async: RunAsync, tasks: TaskRunner, tmp_path: Path
) -> None:
    async def body() -> None:
        desk = FakeDesk()
        desk.list_invoices.cached = invoice_list(listed(invoice(1)))
        desk.list_invoices.fresh = invoice_list(listed(invoice(1)), listed(invoice(2)))
        codes: list[int] = []

        async def run() -> None:
            parts = FakeParts()
            codes.append(
                await run_window(qapp, _shown(desk), desk, tasks, parts, log_folder=tmp_path)
            )

        # Not through the runner: the window cancels what that one runs when it is closed.
        running = asyncio.ensure_future(run())
        await until(lambda: _windows(qapp))
        (window,) = _windows(qapp)
        await until(lambda: len(window.page.table.rows) == 2)
        window.close()
        await running
        assert codes == [0]
        assert desk.settle_pushes.runs == 1

    run_async(body())


def test_a_bug_is_told_once_and_the_window_goes_on(
    qapp: QApplication, run_async: RunAsync, tasks: TaskRunner, tmp_path: Path
) -> None:
    async def body() -> None:
        desk = FakeDesk()
        desk.list_invoices.fresh = invoice_list(listed(invoice(1)))
        parts = FakeParts()
        running = asyncio.ensure_future(
            run_window(qapp, _shown(desk), desk, tasks, parts, log_folder=tmp_path)
        )
        await until(lambda: _windows(qapp))
        (window,) = _windows(qapp)
        await until(lambda: window.page.table.rows)

        async def fail() -> None:
            msg = "a bug"
            raise ValueError(msg)

        for _again in range(2):
            tasks.start(fail(), "something")
        dialog = await shown_dialog()
        press(dialog, "Copy report")
        report = QGuiApplication.clipboard().text()
        assert "ValueError: a bug" in report
        assert "While: something" in report
        press(dialog, "Go on")
        assert not [
            w for w in qapp.topLevelWidgets() if isinstance(w, CrashDialog) and w.isVisible()
        ]
        window.close()
        await running

    run_async(body())


def _windows(app: QApplication) -> list[MainWindow]:
    return [w for w in app.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
