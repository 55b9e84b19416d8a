"""Small pieces that the connect screens are laid out with; each control gets its spoken name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.look import GAP

_WAYS_OUT = frozenset({"Cancel", "Close"})


def heading(text: str, *, scale: float = 1.3) -> QLabel:
    """Return a headline."""
    label = words(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    return label


def words(text: str = "", *, look: str = "") -> QLabel:
    """Return wrapping plain text that can be selected; ``look`` is muted, bad, good or caution."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if look:
        label.setProperty("look", look)
    return label


def button(
    text: str, pressed: Callable[[], object], *, look: str = "", name: str = ""
) -> QPushButton:
    """Return a button that names its act; ``look`` is empty, primary or link."""
    made = QPushButton(text)
    made.setAccessibleName(name or text.replace("&", ""))
    # Focused, it answers Enter as well as Space; the page's own default has Enter otherwise.
    made.setAutoDefault(True)
    if look:
        made.setProperty("look", look)
    made.clicked.connect(lambda _checked: pressed())
    return made


def copy_button(text: Callable[[], str], *, name: str) -> QPushButton:
    """Return a button that copies a text to the clipboard."""
    return button("Copy", lambda: QGuiApplication.clipboard().setText(text()), name=name)


def notice(kind: str, *contents: QWidget) -> QFrame:
    """Return a tinted frame; ``kind`` is good, bad, caution or info."""
    frame = QFrame()
    frame.setProperty("notice", kind)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(12, 10, 12, 10)
    layout.setSpacing(GAP)
    for content in contents:
        layout.addWidget(content)
    return frame


def card(title: str, *contents: QWidget | QLayout) -> QFrame:
    """Return a framed group under a small heading."""
    frame = QFrame()
    frame.setProperty("look", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(14, 12, 14, 12)
    layout.setSpacing(GAP)
    if title:
        layout.addWidget(words(title, look="muted"))
    for content in contents:
        if isinstance(content, QWidget):
            layout.addWidget(content)
        else:
            layout.addLayout(content)
    layout.addStretch()
    return frame


def endless_progress(name: str) -> QProgressBar:
    """Return a bar that says no more than: something is going on."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setMaximumHeight(6)
    bar.setAccessibleName(name)
    return bar


def button_row(*buttons: QPushButton) -> QHBoxLayout:
    """Return a row with the buttons at its right end, in the order of the desktop's dialogs."""
    box = QDialogButtonBox()
    for each in buttons:
        box.addButton(each, _role(each))
    row = QHBoxLayout()
    row.addStretch()
    row.addWidget(box)
    return row


def _role(made: QPushButton) -> QDialogButtonBox.ButtonRole:
    """Tell what a button is to a dialog. AcceptRole would take Enter when nothing else has it."""
    if made.property("look") == "primary":
        return QDialogButtonBox.ButtonRole.YesRole
    if made.text().replace("&", "") in _WAYS_OUT:
        return QDialogButtonBox.ButtonRole.RejectRole
    return QDialogButtonBox.ButtonRole.ActionRole
