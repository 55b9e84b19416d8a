"""Paints right-aligned figures with a little room before the next column's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate

from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    Index = QModelIndex | QPersistentModelIndex

_ROOM = 7
_FLAGS = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class MoneyDelegate(QStyledItemDelegate):
    """For columns of amounts and counts."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._is_painting = False
        self._text = ""
        self._ink = QColor()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._is_painting = True
        super().paint(painter, option, index)  # everything but the text
        self._is_painting = False
        painter.setPen(self._ink)
        painter.setFont(option.font)
        painter.drawText(option.rect.adjusted(4, 0, -_ROOM, 0), _FLAGS, self._text)

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if not self._is_painting:
            return
        # Asked of the view: the option tells it in flags of QStyle, and these alone take ten
        # milliseconds of the first paint to be made.
        is_selected = self._view.selectionModel().isSelected(index)
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        self._ink = option.palette.color(role)
        self._text, option.text = option.text, ""
