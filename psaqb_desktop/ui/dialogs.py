"""Dialogs that are awaited.

A nested event loop (``exec``) inside a coroutine makes other coroutines fail or hang, so a dialog
is opened and its end awaited; nothing here blocks.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.errors import AppError

_TEXT_WIDTH = 420


async def run_dialog(dialog: QDialog) -> int:
    """Open a dialog over its parent and wait for its result code.

    The dialog still exists afterwards, so that its fields can be read; call ``deleteLater`` then.
    If the awaiting task is cancelled, the dialog is closed.
    """
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finish(result: int) -> None:
        if not done.done():
            done.set_result(result)

    dialog.finished.connect(finish)
    dialog.open()
    try:
        return await done
    finally:
        dialog.finished.disconnect(finish)
        if dialog.isVisible():
            dialog.reject()


class MessageDialog(QDialog):
    """A headline, a few sentences and buttons; the base of all short dialogs here."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        *,
        icon: QStyle.StandardPixmap = QStyle.StandardPixmap.SP_MessageBoxInformation,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        heading = QLabel(title)
        font = heading.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        heading.setFont(font)
        self.body.addWidget(_wrapping(heading))
        if text:
            self.body.addWidget(_wrapping(QLabel(text)))
        picture = QLabel()
        picture.setPixmap(self.style().standardIcon(icon, None, self).pixmap(32, 32))
        picture.setAccessibleName("")
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(self.body, 1)
        self.buttons = QDialogButtonBox()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 20, 20, 16)
        outer.setSpacing(16)
        outer.addLayout(top)
        outer.addWidget(self.buttons)

    def add_button(self, text: str, role: QDialogButtonBox.ButtonRole) -> QPushButton:
        """Add a button that names its act."""
        button = self.buttons.addButton(text, role)
        button.setAccessibleName(text)
        return button


async def ask(
    parent: QWidget | None, title: str, text: str, yes_text: str, no_text: str = "Cancel"
) -> bool:
    """Ask a question whose buttons name what they do; closing the dialog means no.

    The safe answer has the focus: nothing changes on a bare Enter.
    """
    dialog = MessageDialog(parent, title, text, icon=QStyle.StandardPixmap.SP_MessageBoxQuestion)
    # A button that has the focus answers to Enter: who has gone to it means it.
    dialog.add_button(yes_text, QDialogButtonBox.ButtonRole.AcceptRole)
    safe = dialog.add_button(no_text, QDialogButtonBox.ButtonRole.RejectRole)
    safe.setDefault(True)
    safe.setFocus()
    try:
        return await run_dialog(dialog) == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()


async def tell(parent: QWidget | None, title: str, text: str) -> None:
    """Say something and wait until it was read."""
    dialog = MessageDialog(parent, title, text)
    dialog.add_button("Close", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
    try:
        await run_dialog(dialog)
    finally:
        dialog.deleteLater()


class ErrorDialog(MessageDialog):
    """What happened, what to do, and the raw fault folded away with a Copy button."""

    def __init__(self, parent: QWidget | None, error: AppError) -> None:
        super().__init__(
            parent, str(error), error.remedy, icon=QStyle.StandardPixmap.SP_MessageBoxWarning
        )
        self.setWindowTitle("PSAQB Desktop")
        if error.details:
            self.body.addWidget(FoldedDetails(error.details))
        self.add_button("Close", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)


class FoldedDetails(QWidget):
    """Raw text for support behind a "Details" switch, with Copy."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggle = QPushButton("Show details")
        self.toggle.setAccessibleName("Show details")
        self.toggle.setFlat(True)
        self.toggle.setCheckable(True)
        self.toggle.setAutoDefault(False)
        self.copy = QPushButton("Copy")
        self.copy.setAccessibleName("Copy details")
        self.copy.setAutoDefault(False)
        self.text = QPlainTextEdit(details)
        self.text.setAccessibleName("Details")
        self.text.setReadOnly(True)
        self.text.setMinimumHeight(96)
        self.text.setTabChangesFocus(True)
        row = QHBoxLayout()
        row.addWidget(self.toggle)
        row.addWidget(self.copy)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.text)
        self.toggle.toggled.connect(self._unfold)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
        self._unfold(False)

    def _unfold(self, is_open: bool) -> None:  # noqa: FBT001 - a Qt slot
        self.text.setVisible(is_open)
        self.toggle.setText("Hide details" if is_open else "Show details")


async def show_error(parent: QWidget | None, error: AppError) -> None:
    """Tell what happened, the remedy and, folded away, the details."""
    dialog = ErrorDialog(parent, error)
    try:
        await run_dialog(dialog)
    finally:
        dialog.deleteLater()


async def get_text(  # noqa: PLR0913 - the words of one question
    parent: QWidget | None,
    title: str,
    text: str,
    *,
    label: str,
    yes_text: str = "OK",
    initial: str = "",
    is_secret: bool = False,
) -> str | None:
    """Ask for one line of text; None when the person thinks better of it. Never empty."""
    dialog = MessageDialog(parent, title, text, icon=QStyle.StandardPixmap.SP_MessageBoxQuestion)
    field = QLineEdit(initial)
    field.setAccessibleName(label)
    if is_secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    caption = QLabel(label)
    caption.setBuddy(field)
    dialog.body.addWidget(caption)
    dialog.body.addWidget(field)
    yes = dialog.add_button(yes_text, QDialogButtonBox.ButtonRole.AcceptRole)
    yes.setDefault(True)
    yes.setEnabled(bool(initial.strip()))
    field.textChanged.connect(lambda now: yes.setEnabled(bool(now.strip())))
    dialog.add_button("Cancel", QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
    field.setFocus()
    try:
        accepted = await run_dialog(dialog) == QDialog.DialogCode.Accepted
        return field.text().strip() if accepted else None
    finally:
        dialog.deleteLater()


def _wrapping(label: QLabel) -> QLabel:
    label.setWordWrap(True)
    label.setMinimumWidth(_TEXT_WIDTH)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
