from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget

from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.ui.dialogs import ErrorDialog, ask, get_text, run_dialog, tell
from psaqb_desktop.ui.tasks import TaskRunner

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


async def shown_dialog() -> QDialog:
    while True:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                return widget
        await asyncio.sleep(0.005)


def button(dialog: QWidget, text: str) -> QPushButton:
    (found,) = [b for b in dialog.findChildren(QPushButton) if b.text() == text]
    return found


def test_other_tasks_go_on_while_a_dialog_is_open(run_async: RunAsync, tasks: TaskRunner) -> None:
    ticks: list[int] = []

    async def tick() -> None:
        for number in range(5):
            ticks.append(number)
            await asyncio.sleep(0)
        (await shown_dialog()).done(7)

    async def body() -> None:
        dialog = QDialog()
        tasks.start(tick(), "ticking")
        assert await run_dialog(dialog) == 7
        dialog.deleteLater()

    run_async(body())
    assert ticks == [0, 1, 2, 3, 4]


def test_a_question_answers_yes_only_by_its_yes_button(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    answers: list[bool] = []

    async def question() -> None:
        answers.append(await ask(None, "Stop the push?", "", "Stop it", "Go on"))

    async def body() -> None:
        for press in ("Stop it", "Go on", "Escape", "Enter", "Tab, Enter"):
            task = tasks.start(question(), "asking")
            dialog = await shown_dialog()
            if press == "Escape":
                QTest.keyClick(dialog, Qt.Key.Key_Escape)
            elif press == "Enter":
                QTest.keyClick(dialog, Qt.Key.Key_Return)
            elif press == "Tab, Enter":
                button(dialog, "Stop it").setFocus(Qt.FocusReason.TabFocusReason)
                QTest.keyClick(button(dialog, "Stop it"), Qt.Key.Key_Return)
            else:
                button(dialog, press).click()
            await task

    run_async(body())
    assert answers == [True, False, False, False, True]


def test_cancelling_the_task_closes_its_dialog(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        task = tasks.start(tell(None, "Done", "Nothing else."), "telling")
        await shown_dialog()
        task.cancel()
        await tasks.wait_all()
        assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]

    run_async(body())


@pytest.mark.usefixtures("qapp")
def test_an_error_shows_remedy_and_folds_its_details() -> None:
    error = RequestRejectedError(
        "QuickBooks refused the invoice.", service="Acme", remedy="Do this.", details="tid 1-2"
    )
    dialog = ErrorDialog(None, error)
    dialog.show()
    texts = [w.text() for w in dialog.findChildren(QPushButton)]
    assert "Show details" in texts
    button(dialog, "Show details").click()
    button(dialog, "Copy").click()
    assert QGuiApplication.clipboard().text() == "tid 1-2"
    assert dialog.accessibleDescription() == "Do this."
    dialog.close()


def test_a_text_is_wanted_before_the_dialog_can_be_accepted(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    answers: list[str | None] = []

    async def question() -> None:
        answers.append(
            await get_text(None, "Leave out", "Why?", label="Reason", yes_text="Leave out")
        )

    async def body() -> None:
        task = tasks.start(question(), "asking")
        dialog = await shown_dialog()
        assert not button(dialog, "Leave out").isEnabled()
        (field,) = dialog.findChildren(QLineEdit)
        field.setText("  typed by hand ")
        button(dialog, "Leave out").click()
        await task
        task = tasks.start(question(), "asking")
        (await shown_dialog()).reject()
        await task

    run_async(body())
    assert answers == ["typed by hand", None]
