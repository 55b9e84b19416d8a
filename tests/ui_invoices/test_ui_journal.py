"""The journal in the Help menu: proved whole, exported, recovered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit, QMenu

from psaqb_desktop.domain.errors import JournalDamagedError
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import invoice, listed
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog


def words_of(dialog: QDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def menu_action(driven: Driven, words: str) -> QAction:
    menus = driven.window.menuBar().findChildren(QMenu)
    actions = [action for menu in menus for action in menu.actions()]
    (action,) = [a for a in actions if a.text().replace("&", "") == words]
    return action


def test_a_whole_journal_is_said_to_be_whole(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        menu_action(driven, "Check the journal…").trigger()
        dialog = await shown_dialog()
        assert "3 entries" in words_of(dialog)
        press(dialog, "Close")
        await tasks.wait_all()

    run_async(body())


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_damaged_journal_is_recovered_only_if_that_is_wanted(
    run_async: RunAsync, tasks: TaskRunner, *, is_wanted: bool
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        upkeep = driven.desk.journal_upkeep
        upkeep.damage = JournalDamagedError("It is damaged.", details="entry 7")
        settled = driven.desk.settle_pushes.runs
        menu_action(driven, "Check the journal…").trigger()
        dialog = await shown_dialog()
        assert "entry 7" in words_of(dialog)
        press(dialog, "Recover the journal" if is_wanted else "Not now")
        if is_wanted:
            told = await shown_dialog()
            assert "2 pushes with 7 entries were saved" in words_of(told)
            press(told, "Close")
        await tasks.wait_all()
        assert (upkeep.damage is None) == is_wanted
        assert driven.desk.settle_pushes.runs == settled + int(is_wanted)

    run_async(body())


@pytest.mark.parametrize("is_lines", [True, False])
def test_the_journal_is_exported_to_the_chosen_file(
    run_async: RunAsync, tasks: TaskRunner, tmp_path: Path, *, is_lines: bool
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        menu_action(driven, "Export the journal…").trigger()
        dialog = await shown_dialog()
        assert isinstance(dialog, QFileDialog)
        name = dialog.nameFilters()[1 if is_lines else 0]
        dialog.selectNameFilter(name)
        dialog.filterSelected.emit(name)
        dialog.setDirectory(str(tmp_path))
        dialog.findChildren(QLineEdit)[0].setText("evidence")
        press(dialog, "&Save")
        told = await shown_dialog()
        assert "3 entries" in words_of(told)
        press(told, "Close")
        await tasks.wait_all()
        expected = tmp_path / ("evidence.jsonl" if is_lines else "evidence.csv")
        assert driven.desk.journal_upkeep.exported == [expected]

    run_async(body())
