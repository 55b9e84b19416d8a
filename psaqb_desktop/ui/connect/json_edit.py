"""A plain text field for JSON, with the line numbers that problems speak of."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from psaqb_desktop.ui.look import current_colours


class _LineNumbers(QWidget):
    """The margin with the line numbers that the problems speak of."""

    def __init__(self, text: JsonEdit) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as wide as the largest number."""
        return QSize(self._text.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the numbers of the lines in sight."""
        self._text.paint_margin(self, event)


class JsonEdit(QPlainTextEdit):
    """Monospaced text with line numbers. Tab moves on, so that the keyboard is not trapped."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setAccessibleName("Mapping as JSON text")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self._margin = _LineNumbers(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_margin)
        self._make_room()

    def margin_width(self) -> int:
        """Return the width of the margin."""
        digits = max(2, len(str(self.blockCount())))
        return 14 + self.fontMetrics().horizontalAdvance("9") * digits

    def _make_room(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    def _scroll_margin(self, area: QRect, moved: int) -> None:
        if moved:
            self._margin.scroll(0, moved)
        else:
            self._margin.update(0, area.y(), self._margin.width(), area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the margin beside the text."""
        super().resizeEvent(event)
        room = self.contentsRect()
        self._margin.setGeometry(room.left(), room.top(), self.margin_width(), room.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the indent of the line before."""
        if event.key() == Qt.Key.Key_Return:
            line = self.textCursor().block().text()
            super().keyPressEvent(event)
            self.insertPlainText(line[: len(line) - len(line.lstrip())])
            return
        super().keyPressEvent(event)

    def paint_margin(self, margin: QWidget, event: QPaintEvent) -> None:
        """Draw the line numbers; called by the margin."""
        painter = QPainter(margin)
        colours = current_colours()
        painter.fillRect(event.rect(), QColor(colours.alternate))
        painter.setPen(QColor(colours.muted))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            place = QRect(0, int(top), margin.width() - 7, int(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block, top = block.next(), top + height

    def go_to(self, text: str) -> None:
        """Put the cursor on the first place of a text, if there is one."""
        found = self.document().find(text)
        if not found.isNull():
            self.setTextCursor(found)
            self.ensureCursorVisible()
        self.setFocus()

    def go_to_line(self, number: int) -> None:
        """Put the cursor on a line."""
        cursor = QTextCursor(self.document().findBlockByNumber(number - 1))
        self.setTextCursor(cursor)
        self.setFocus()
