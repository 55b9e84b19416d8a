"""The band over the window that says whose books these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPolygon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.ui.look import WIDE_GAP
from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_MARKERS = {
    EnvironmentKind.PRODUCTION: "LIVE BOOKS",
    EnvironmentKind.SANDBOX: "SANDBOX – test books at Intuit",
    EnvironmentKind.PRACTICE: "PRACTICE – not real books",
}
_STRIPE = 14


def environment_marker(environment: Environment) -> str:
    """Return the words that tell what is at stake."""
    return _MARKERS[environment.kind]


def environment_band(environment: Environment) -> EnvironmentBand:
    """Make the band: calm for live books, striped and loud where nothing is real."""
    is_practice = environment.kind is EnvironmentKind.PRACTICE
    return _StripedBand(environment) if is_practice else EnvironmentBand(environment)


class EnvironmentBand(QWidget):
    """Marker and name of the environment; the style sheet colours them."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        text = f"{environment_marker(environment)}, environment {environment.name}"
        self.setAccessibleName(text)
        self.setToolTip(f"{text}\nCRM: {environment.crm_url}")
        self.setProperty("look", f"{environment.kind.value} band")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 5, 0, 5)
        row.setSpacing(WIDE_GAP)
        row.addStretch()
        self._words = []
        for words, look in (
            (environment_marker(environment), "marker"),
            (environment.name, "muted"),
        ):
            label = QLabel()
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setText(words)
            label.setProperty("look", look)
            self._words.append(label)
            row.addWidget(label)
        row.addStretch()


class _StripedBand(EnvironmentBand):
    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor("#f6b73c"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#7b3fb5"))
        height = self.height()
        clear = self._words_rect()
        for left in range(-height, self.width(), 2 * _STRIPE):
            right = left + _STRIPE + height
            if right < clear.left() or left > clear.right():
                painter.drawPolygon(_slanted(left, _STRIPE, height))
        painter.end()

    def _words_rect(self) -> QRect:
        marker, name = self._words
        return marker.geometry().united(name.geometry()).adjusted(-_STRIPE, 0, _STRIPE, 0)


def _slanted(left: int, width: int, height: int) -> QPolygon:
    return QPolygon(
        [
            QPoint(left, height),
            QPoint(left + height, 0),
            QPoint(left + height + width, 0),
            QPoint(left + width, height),
        ]
    )
