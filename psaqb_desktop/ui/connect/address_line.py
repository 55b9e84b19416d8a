"""The line above the page that says where one is: lock, host, reload."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from psaqb_desktop.ui.connect.navigation_rules import LOOPBACK_HOSTS, host_of, shown_address
from psaqb_desktop.ui.look import current_colours


class Lock(QWidget):
    """A closed or open padlock, drawn in the text colour so that it shows in dark and light."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_closed = False
        self.setFixedSize(18, 18)

    def set_closed(self, is_closed: bool) -> None:  # noqa: FBT001 - a setter
        """Show the closed or the open lock."""
        self._is_closed = is_closed
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw body and shackle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = current_colours()
        colour = QColor(colours.good if self._is_closed else colours.muted)
        painter.setPen(QPen(colour, 1.8))
        shackle = QPainterPath()
        left = 5.5 if self._is_closed else 9.5
        shackle.moveTo(left, 9)
        shackle.lineTo(left, 6.0)
        shackle.arcTo(QRectF(left, 2.5, 7, 7), 180, -180)
        if self._is_closed:
            shackle.lineTo(left + 7, 9)
        painter.drawPath(shackle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(3, 8.5, 12, 8), 1.5, 1.5)


class AddressLine(QFrame):
    """Shows scheme and host of the page, never more: the rest of the address holds secrets.

    Attributes:
        reload_wanted: signal of the Reload button.
    """

    reload_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self._without_address = ""
        self.lock = Lock()
        self.host = QLabel()
        self.host.setTextFormat(Qt.TextFormat.PlainText)
        self.host.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        font = self.host.font()
        font.setBold(True)
        self.host.setFont(font)
        self.security = QLabel()
        self.reload = QPushButton("&Reload")
        self.reload.setAccessibleName("Reload the page")
        self.reload.setShortcut("Ctrl+R")
        self.reload.setAutoDefault(False)
        self.reload.clicked.connect(self.reload_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.lock)
        row.addWidget(self.host, 1)
        row.addWidget(self.security)
        row.addWidget(self.reload)
        self.show_address(QUrl())

    def show_address(
        self, url: QUrl, *, is_trusted: bool = True, waiting_for: str = "Opening…"
    ) -> None:
        """Show where the page comes from; ``waiting_for`` is said while there is none."""
        self._address = shown_address(url)
        self._without_address = waiting_for
        is_closed = url.scheme() == "https" and is_trusted
        self.lock.set_closed(is_closed)
        self.security.setText(self._security_of(url, is_closed=is_closed))
        self.host.setAccessibleName(
            f"Address of the page: {self._address or 'none'}. {self.security.text()}"
        )
        self._elide()

    @staticmethod
    def _security_of(url: QUrl, *, is_closed: bool) -> str:
        if is_closed:
            return "Secure connection"
        if host_of(url) in LOOPBACK_HOSTS:
            return "On this computer"
        return "Not secure" if url.host() else ""

    def _elide(self) -> None:
        # Cut on the left: the end of a host name says whose it is.
        text = self.host.fontMetrics().elidedText(
            self._address, Qt.TextElideMode.ElideLeft, max(self.host.width(), 40)
        )
        self.host.setText(text or self._without_address)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()
