"""The journal in the window: proving it whole, exporting it, recovering a damaged one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from psaqb_desktop.domain.errors import JournalDamagedError
from psaqb_desktop.ui.desk import LooksAfterJournal
from psaqb_desktop.ui.dialogs import ask, run_dialog, tell
from psaqb_desktop.ui.tasks import TaskRunner

_TABLE, _LINES = "Table for spreadsheets (*.csv)", "Lines that prove themselves (*.jsonl)"


class JournalDialogs:
    """Talks with a person about the journal."""

    def __init__(
        self,
        upkeep: LooksAfterJournal,
        tasks: TaskRunner,
        parent: QWidget,
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        """``settle`` asks the services what became of open pushes, and reads the list."""
        self._upkeep = upkeep
        self._tasks = tasks
        self._parent = parent
        self._settle = settle

    async def check(self) -> None:
        """Verify the journal, and offer to recover it where it is damaged."""
        try:
            count = await self._tasks.call(self._upkeep.verify)
        except JournalDamagedError as error:
            if await wants_recovery(self._parent, error):
                recovery = await self._tasks.call(self._upkeep.recover)
                await tell(self._parent, "The journal was recovered", recovery.words)
                await self._settle()
            return
        text = (
            f"It has {count:,} entries, and each follows from the one before it: nothing was "
            "changed, removed or put in by hand."
            if count
            else "It is empty: nothing has been pushed from this computer yet."
        )
        await tell(self._parent, "The journal is whole", text)

    async def export(self) -> None:
        """Ask for a file and write all entries to it."""
        dialog = QFileDialog(self._parent, "Export the journal", QDir.homePath())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_TABLE, _LINES])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("psaqb-journal.csv")
        dialog.filterSelected.connect(lambda chosen: _give_suffix(dialog, chosen))
        try:
            if await run_dialog(dialog) != QDialog.DialogCode.Accepted:
                return
            (name,) = dialog.selectedFiles()
        finally:
            dialog.deleteLater()
        count = await self._tasks.call(self._upkeep.export, Path(name))
        await tell(self._parent, "The journal was exported", f"{count:,} entries are in {name}.")


async def wants_recovery(parent: QWidget | None, error: JournalDamagedError) -> bool:
    """Ask whether a damaged journal is to be recovered."""
    return await ask(
        parent,
        "The journal of pushes is damaged",
        "This computer's memory of what it sent to QuickBooks cannot be read as it was written. "
        "Nothing is pushed meanwhile, and no invoice is lost.\n\n"
        "Recovering keeps a copy of the damaged file, goes on with what can be read of it, and "
        "asks the CRM and QuickBooks what became of pushes that were under way.\n\n"
        f"Details: {error.details}",
        "Recover the journal",
        "Not now",
    )


def _give_suffix(dialog: QFileDialog, chosen: str) -> None:
    """Let the name follow the kind of file: the suffix decides what is written."""
    suffix = "jsonl" if chosen == _LINES else "csv"
    dialog.setDefaultSuffix(suffix)
    for name in dialog.selectedFiles():
        dialog.selectFile(Path(name).with_suffix(f".{suffix}").name)
