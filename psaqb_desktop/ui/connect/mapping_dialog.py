"""The mapping: which fields of an invoice go to QuickBooks, and how, as text with a live check."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.mapping import KEYS, PLACEHOLDERS, default_mapping_text
from psaqb_desktop.ui.connect.decisions import Decisions
from psaqb_desktop.ui.connect.flow_dialog import Step
from psaqb_desktop.ui.connect.form_pieces import button, button_row, heading, words
from psaqb_desktop.ui.connect.json_edit import JsonEdit
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import GAP, WIDE_GAP, current_colours

CHECK_AFTER_MS = 250


class MappingDialog(QDialog):
    """Edits the mapping of one connection; a text with problems cannot be saved.

    Attributes:
        decisions: NEXT for Save, CANCEL for everything that closes.
    """

    def __init__(
        self,
        parent: QWidget | None,
        connection: Connection,
        text: str,
        check_mapping: Callable[[str], list[str]],
    ) -> None:
        super().__init__(parent)
        title = f"Mapping of {connection.name}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.decisions: Decisions[Step] = Decisions()
        self._check_mapping = check_mapping
        self._as_stored = text
        self.editor = JsonEdit(text)
        self.verdict = words()
        self.problems = QListWidget()
        self.problems.setAccessibleName("Problems of the mapping")
        self.problems.setMaximumHeight(110)
        self.problems.setWordWrap(True)
        self.problems.itemActivated.connect(self._go_to_problem)
        self.save = button("&Save the mapping", self._save, look="primary")
        self.defaults = button("Restore &defaults", self._restore)
        self.cancel = button("Cancel", self.reject)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER_MS)
        self._timer.timeout.connect(self.check)
        self.editor.textChanged.connect(self._timer.start)
        self._lay_out(title)
        self.resize(960, 640)
        self.check()
        self.editor.setFocus()

    def _lay_out(self, title: str) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.editor, 1)
        left.addWidget(self.verdict)
        left.addWidget(self.problems)
        columns = QHBoxLayout()
        columns.setSpacing(WIDE_GAP)
        columns.addLayout(left, 3)
        columns.addWidget(_explanation(), 2)
        buttons = button_row(self.cancel, self.save)
        buttons.insertWidget(0, self.defaults)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(GAP + 4)
        layout.addWidget(heading(title))
        layout.addWidget(
            words(
                "Which fields of an invoice go to QuickBooks, and how. Kept in the CRM, so that "
                "all desktops decide alike. It counts from the next check on.",
                look="muted",
            )
        )
        layout.addLayout(columns, 1)
        layout.addLayout(buttons)

    @property
    def text(self) -> str:
        """The mapping as it is written now."""
        return self.editor.toPlainText()

    @property
    def is_changed(self) -> bool:
        """True when there is something to save or to lose."""
        return self.text != self._as_stored

    def check(self) -> bool:
        """Check the text as it is now, and list what is wrong with it."""
        self._timer.stop()
        problems = self._check_mapping(self.text)
        self.problems.clear()
        colours = current_colours()
        for problem in problems:
            item = QListWidgetItem(icon("severity-blocker", colours.bad), problem)
            self.problems.addItem(item)
        self.problems.setVisible(bool(problems))
        self.verdict.setText(
            f"{plural(len(problems), 'problem')}. It cannot be saved like this."
            if problems
            else "No problems."
        )
        self.verdict.setProperty("look", "bad" if problems else "good")
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        self.save.setEnabled(not problems and self.is_changed)
        return not problems

    def _save(self) -> None:
        if self.check():
            self.decisions.take(Step.NEXT)

    def _restore(self) -> None:
        """Put the defaults in; undo brings the old text back, and nothing is saved by it."""
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(default_mapping_text())
        self.check()
        self.editor.setFocus()

    def _go_to_problem(self, item: QListWidgetItem) -> None:
        line = re.match(r"Line (\d+)", item.text())
        if line:
            self.editor.go_to_line(int(line[1]))
            return
        quoted = re.search("“([^”›]+)", item.text())
        if quoted:
            self.editor.go_to(f'"{quoted[1].strip()}"')

    def reject(self) -> None:
        """Escape, Cancel and the close button."""
        self.decisions.take(Step.CANCEL)

    def finish(self) -> None:
        """Close; called when all is done."""
        self.done(QDialog.DialogCode.Accepted)
        self.deleteLater()


def _explanation() -> QScrollArea:
    """Explain every key, from the one declaration of them."""
    inside = QWidget()
    layout = QVBoxLayout(inside)
    layout.setContentsMargins(12, 10, 12, 10)
    layout.setSpacing(3)
    layout.addWidget(heading("What the keys mean", scale=1.05))
    for key, (_, meaning) in KEYS.items():
        name = words(key)
        font = name.font()
        font.setBold(True)
        name.setFont(font)
        layout.addWidget(name)
        layout.addWidget(words(meaning, look="muted"))
        layout.addSpacing(5)
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    layout.addWidget(words(f"Texts may hold: {known}."))
    layout.addStretch()
    area = QScrollArea()
    area.setProperty("look", "card")
    area.setFrameShape(QFrame.Shape.StyledPanel)
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName("What the keys mean")
    return area
