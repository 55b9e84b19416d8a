"""What stands in place of the grid when there is nothing to show, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from psaqb_desktop.ui.icons import LARGE, icon
from psaqb_desktop.ui.invoices.empty_states import Empty
from psaqb_desktop.ui.look import GAP, current_colours

_TEXT_WIDTH = 460
_WORDS: dict[Empty, tuple[str, str, str, str]] = {
    Empty.READING: ("refresh", "Reading invoices…", "The first time takes a little longer.", ""),
    Empty.NOT_SIGNED_IN: (
        "user",
        "Sign in to see your invoices",
        (
            "Invoices come from your CRM. Sign in with your own account; nothing is posted by "
            "signing in."
        ),
        "Sign in to the CRM",
    ),
    Empty.NOT_SET_UP: (
        "info",
        "The CRM is not set up yet",
        (
            "The program keeps connections and posting states in four tables of its own. "
            "An administrator creates them once; nothing else in the CRM is touched."
        ),
        "Set up the CRM…",
    ),
    Empty.NO_CONNECTION: (
        "connections",
        "No company is connected yet",
        (
            "Connect the QuickBooks company of each legal entity; its invoices can be posted as "
            "soon as it is connected."
        ),
        "Connect companies…",
    ),
    Empty.NOTHING_TO_POST: (
        "status-posted",
        "Everything is in QuickBooks",
        "No confirmed invoice is waiting to be posted.",
        "",
    ),
    Empty.NOTHING_HERE: ("status-ready", "No invoices in this view", "", ""),
    Empty.FILTERED: (
        "search",
        "No invoice matches the filter",
        "There are invoices in this view, but the filter hides them all.",
        "Clear the filter",
    ),
    Empty.OFFLINE: (
        "offline",
        "The CRM cannot be reached",
        "No earlier list is kept on this computer. Check the network, then try again.",
        "Try again",
    ),
    Empty.NO_INVOICES: (
        "invoices",
        "The CRM has no invoices",
        "Confirmed project invoices and billed sales invoices will appear here.",
        "Refresh",
    ),
}


class EmptyState(QWidget):
    """A picture, a sentence and at most one button.

    Signals:
        action_requested: the button was pressed; carries the :class:`Empty` it was shown for.
    """

    action_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = Empty.READING
        self._picture = QLabel()
        self._title = QLabel()
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setBold(True)
        self._title.setFont(font)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setProperty("look", "muted")
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setFixedWidth(_TEXT_WIDTH)
        self.button = QPushButton()
        self.button.setProperty("look", "primary")
        self.button.clicked.connect(lambda: self.action_requested.emit(self.shown))
        layout = QVBoxLayout(self)
        layout.setSpacing(GAP)
        layout.addStretch(2)
        for widget in (self._picture, self._title, self._text, self.button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            if widget is self._text:
                layout.addSpacing(GAP)
        layout.addStretch(3)
        self.show_state(Empty.READING)

    def show_state(self, state: Empty) -> None:
        """Say why there is nothing."""
        self.shown = state
        _picture, title, text, button = _WORDS[state]
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        # A centred label is not asked for its height at its width: the second line would be cut.
        self._text.setMinimumHeight(self._text.heightForWidth(_TEXT_WIDTH))
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{title}. {text}")
        self.dress()

    @property
    def title(self) -> str:
        """The headline that is shown."""
        return self._title.text()

    def dress(self) -> None:
        """Take the colours of the application."""
        colours = current_colours()
        is_good = self.shown == Empty.NOTHING_TO_POST
        ink = colours.good if is_good else colours.muted
        self._picture.setPixmap(icon(_WORDS[self.shown][0], ink, sizes=LARGE).pixmap(48, 48))
