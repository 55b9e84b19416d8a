"""Paints the tick of a row: visible in every colour scheme, and the whole cell takes the click."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from psaqb_desktop.ui.look import current_colours

Index = QModelIndex | QPersistentModelIndex
_SIDE = 15
_MARK = (QPointF(3.5, 7.5), QPointF(6.5, 10.5), QPointF(11.5, 4.5))


class TickDelegate(QStyledItemDelegate):
    """For the column of ticks."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        is_ticked = option.checkState == Qt.CheckState.Checked
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
        if not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.type() == QEvent.Type.MouseButtonRelease:
            role = int(Qt.ItemDataRole.CheckStateRole)
            is_ticked = Qt.CheckState(index.data(role)) is Qt.CheckState.Checked
            now = Qt.CheckState.Unchecked if is_ticked else Qt.CheckState.Checked
            return model.setData(index, now, role)
        # A double click on the tick does not open the details.
        return event.type() == QEvent.Type.MouseButtonDblClick
