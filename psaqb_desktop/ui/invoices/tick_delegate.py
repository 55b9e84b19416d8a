"""Paints the tick of a row: visible in every colour scheme, and the whole cell takes the click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate

from psaqb_desktop.ui.look import current_colours
from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex
    from PySide6.QtWidgets import QStyleOptionViewItem

    Index = QModelIndex | QPersistentModelIndex

_SIDE = 15
_MARK = (QPointF(3.5, 7.5), QPointF(6.5, 10.5), QPointF(11.5, 4.5))
_CHECK = int(Qt.ItemDataRole.CheckStateRole)


class TickDelegate(QStyledItemDelegate):
    """For the column of ticks."""

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave the cell to the style as an empty one."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        is_ticked = _is_ticked(index)
        colours = current_colours()
        box = QRectF(0, 0, _SIDE, _SIDE)
        box.moveCenter(QRectF(option.rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.active if is_ticked else colours.muted), 1.2))
        painter.setBrush(QColor(colours.active if is_ticked else colours.base))
        painter.drawRoundedRect(box, 3, 3)
        if is_ticked:
            painter.setPen(QPen(QColor(colours.base), 2))
            corner = box.topLeft()
            painter.drawPolyline(QPolygonF([corner + point for point in _MARK]))
        painter.restore()

    @override
    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        from PySide6.QtCore import QEvent  # noqa: PLC0415 - not before the first paint
        from PySide6.QtGui import QMouseEvent  # noqa: PLC0415

        if not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.type() == QEvent.Type.MouseButtonRelease:
            now = Qt.CheckState.Unchecked if _is_ticked(index) else Qt.CheckState.Checked
            return model.setData(index, now, _CHECK)
        # A double click on the tick does not open the details.
        return event.type() == QEvent.Type.MouseButtonDblClick


def _is_ticked(index: Index) -> bool:
    return Qt.CheckState(index.data(_CHECK)) is Qt.CheckState.Checked
