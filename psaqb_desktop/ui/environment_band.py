"""The band over the window that says whose books these are."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent, QPolygon
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.ui.look import current_colours

_MARKERS = {
    EnvironmentKind.PRODUCTION: "LIVE BOOKS",
    EnvironmentKind.SANDBOX: "SANDBOX – test books at Intuit",
    EnvironmentKind.PRACTICE: "PRACTICE – not real books",
}
_STRIPE = 14


def environment_marker(environment: Environment) -> str:
    """Return the words that tell what is at stake."""
    return _MARKERS[environment.kind]


class EnvironmentBand(QWidget):
    """Calm for live books, striped and loud where nothing is real."""

    def __init__(self, environment: Environment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._environment = environment
        text = f"{environment_marker(environment)}, environment {environment.name}"
        self.setAccessibleName(text)
        self.setToolTip(f"{text}\nCRM: {environment.crm_url}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, self.fontMetrics().height() + 10)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        kind = self._environment.kind
        colours = current_colours()
        marker, name = colours.bad, colours.muted
        if kind is EnvironmentKind.PRODUCTION:
            painter.fillRect(self.rect(), QColor(colours.window))
        elif kind is EnvironmentKind.SANDBOX:
            painter.fillRect(self.rect(), QColor("#0f5e6e"))
            marker = name = "#ffffff"
        else:
            self._paint_stripes(painter)
            marker = name = "#2a0f4a"
        self._paint_words(painter, marker, name)
        painter.end()

    def _paint_stripes(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor("#f6b73c"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(QColor("#7b3fb5")))
        height = self.height()
        clear = self._words_rect()
        for left in range(-height, self.width(), 2 * _STRIPE):
            right = left + _STRIPE + height
            if right < clear.left() or left > clear.right():
                painter.drawPolygon(_slanted(left, _STRIPE, height))

    def _words_rect(self) -> QRect:
        width = self._bold_width() + 2 * _STRIPE + self._name_width() + 24
        return QRect((self.width() - width) // 2, 0, width, self.height())

    def _bold_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(environment_marker(self._environment)) * 5 // 4

    def _name_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._environment.name)

    def _paint_words(self, painter: QPainter, marker: str, name: str) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        words = environment_marker(self._environment)
        advance = painter.fontMetrics().horizontalAdvance(words)
        left = (self.width() - advance - 16 - self._name_width()) // 2
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(QColor(marker))
        painter.drawText(QRect(left, 0, advance + 4, self.height()), flags, words)
        painter.setFont(self.font())
        painter.setPen(QColor(name))
        rest = QRect(left + advance + 16, 0, self.width(), self.height())
        painter.drawText(rest, flags, self._environment.name)


def _slanted(left: int, width: int, height: int) -> QPolygon:
    return QPolygon(
        [
            QPoint(left, height),
            QPoint(left + height, 0),
            QPoint(left + height + width, 0),
            QPoint(left + width, height),
        ]
    )
