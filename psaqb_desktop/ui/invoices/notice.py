"""Notices over the list: a sentence, what can be done about it, and a way to close it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import GAP, current_colours

Action = tuple[str, Callable[[], None]]
_ICONS = {
    "good": "status-ready",
    "bad": "status-failed",
    "caution": "status-not-ready",
    "info": "info",
}


class Notice(QFrame):
    """One notice. ``kind`` is good, bad, caution or info.

    Signals:
        closed: the person has seen enough of it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._actions = QHBoxLayout()
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setAccessibleName("Close this notice")
        self._close.setToolTip("Close")
        self._close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(GAP)
        row.addWidget(self._picture)
        row.addWidget(self._text, 1)
        row.addLayout(self._actions)
        row.addWidget(self._close)
        self.kind = ""
        self.hide()

    @property
    def text(self) -> str:
        """What the notice says."""
        return self._text.text()

    def show_notice(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Show a sentence with buttons, in place of what was shown before."""
        if not text:
            self.hide()
            return
        self.kind = kind
        self.setProperty("notice", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self.dress()
        self._text.setText(text)
        self.setAccessibleName(text)
        while (old := self._actions.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.deleteLater()
        for words, act in actions:
            button = QPushButton(words)
            button.setAccessibleName(words)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self._actions.addWidget(button)
        self.show()
        from PySide6.QtGui import QAccessible, QAccessibleEvent  # noqa: PLC0415

        # Screen readers say it without losing the place where the person is.
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dress(self) -> None:
        """Take the colours of the application."""
        if not self.kind:
            return
        colours = current_colours()
        ink = {"good": colours.good, "bad": colours.bad, "caution": colours.caution}
        picture = icon(_ICONS[self.kind], ink.get(self.kind, colours.active))
        self._picture.setPixmap(picture.pixmap(20, 20))
        self._close.setIcon(icon("close", colours.muted))

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()
