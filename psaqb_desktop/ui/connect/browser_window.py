"""The sign-in window: one trip to a service's sign-in page and back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QScreen, QShortcut
from PySide6.QtNetwork import QNetworkProxyFactory
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from psaqb_desktop.ui.connect.browser_messages import (
    BrowseEnd,
    BrowseOutcome,
    BrowserOrder,
    Rectangle,
)
from psaqb_desktop.ui.connect.browser_page import SignInPage, SignInProfile
from psaqb_desktop.ui.connect.browser_pane import OWN_BROWSER, BrowserPane

_SIZE = QSize(720, 780)
_MOST_POPUPS = 3
_KINDS = {
    "practice": "Practice company: nothing here reaches real books.",
    "sandbox": "Sandbox: nothing here reaches real books.",
}


class BrowserWindow(QWidget):
    """Shows the authorize address and ends at the redirect address, or as the person decides.

    Attributes:
        ended: signal; ``outcome`` then says how.
    """

    ended = Signal()

    def __init__(self, order: BrowserOrder) -> None:
        super().__init__()
        self.order = order
        self.outcome = BrowseOutcome(BrowseEnd.CANCELLED)
        self._is_over = False
        self._popups: list[QWidget] = []
        QNetworkProxyFactory.setUseSystemConfiguration(True)
        self._profile = SignInProfile(order, self)
        self.setWindowTitle(order.title)
        self.setAccessibleName(order.title)
        self.pane = self._make_pane()
        self.own_browser = _button(f"&{OWN_BROWSER}", OWN_BROWSER)
        self.own_browser.clicked.connect(self._use_own_browser)
        self.cancel = _button("&Cancel", "Cancel the sign-in")
        self.cancel.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        self._lay_out()
        self._place(order.above)
        self._start()

    def _make_pane(self) -> BrowserPane:
        page = SignInPage(self._profile, self.order, self._open_popup, self)
        page.captured.connect(self._on_captured)
        pane = BrowserPane(page)
        pane.retry_wanted.connect(self._start)
        pane.own_browser_wanted.connect(self._use_own_browser)
        return pane

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        words = _KINDS.get(self.order.environment_kind)
        if words:
            layout.addWidget(_strip(words))
        layout.addWidget(self.pane, 1)
        note = QLabel("What you type goes to the address above only; the program keeps none of it.")
        note.setProperty("look", "muted")
        note.setWordWrap(True)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 10)
        row.setSpacing(8)
        row.addWidget(note, 1)
        row.addWidget(self.own_browser)
        row.addWidget(self.cancel)
        layout.addLayout(row)

    def _start(self) -> None:
        """Load the authorize address; a repetition does no harm, its state stays valid."""
        self.pane.page.load(QUrl(self.order.url))
        self.pane.view.setFocus()

    def _place(self, above: Rectangle | None) -> None:
        over = QRect(*above) if above else QRect()
        screen = QGuiApplication.screenAt(over.center()) if above else None
        room = (screen or QGuiApplication.primaryScreen() or QScreen()).availableGeometry()
        place = QRect(0, 0, min(_SIZE.width(), room.width()), min(_SIZE.height(), room.height()))
        place.moveCenter(over.center() if above else room.center())
        place.moveLeft(max(room.left(), min(place.left(), room.right() - place.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - place.height())))
        self.setGeometry(place)

    def _open_popup(self) -> SignInPage | None:
        """Give a popup of the page a window with the same rules and its own address line."""
        if len(self._popups) >= _MOST_POPUPS or self._is_over:
            return None
        popup = QWidget(self, Qt.WindowType.Window)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setWindowTitle(self.order.title)
        popup.setAccessibleName(self.order.title)
        pane = self._make_pane()
        pane.page.setParent(popup)
        pane.page.windowCloseRequested.connect(popup.close)
        layout = QVBoxLayout(popup)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(pane)
        popup.resize(560, 640)
        self._popups.append(popup)
        popup.destroyed.connect(lambda: self._popups.remove(popup))
        popup.show()
        return pane.page

    def _on_captured(self, redirected_url: str) -> None:
        self._end(BrowseOutcome(BrowseEnd.REDIRECTED, redirected_url=redirected_url))

    def _use_own_browser(self) -> None:
        self._end(BrowseOutcome(BrowseEnd.USE_SYSTEM_BROWSER))

    def _end(self, outcome: BrowseOutcome) -> None:
        """End once: the first address that comes back is the only one that counts."""
        if self._is_over:
            return
        self._is_over = True
        self.outcome = outcome
        self.hide()
        self.ended.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Closing the window means Cancel."""
        self._end(BrowseOutcome(BrowseEnd.CANCELLED))
        event.accept()

    def tear_down(self) -> None:
        """Delete pages before their profile; the other way round the engine may crash."""
        for popup in list(self._popups):
            popup.deleteLater()
        _delete_now()
        self.pane.view.deleteLater()
        self.pane.page.deleteLater()
        _delete_now()
        self._profile.deleteLater()
        _delete_now()


def _delete_now() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _button(text: str, accessible_name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(accessible_name)
    button.setAutoDefault(False)
    return button


def _strip(words: str) -> QFrame:
    strip = QFrame()
    strip.setProperty("notice", "caution")
    label = QLabel(words)
    label.setProperty("look", "caution")
    row = QHBoxLayout(strip)
    row.setContentsMargins(12, 5, 12, 5)
    row.addWidget(label)
    return strip
