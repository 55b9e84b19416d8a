"""A scrolling sheet of facts, tables and sentences: what all tabs of one invoice are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.look import GAP, WIDE_GAP

_MOST_ROWS = 12
"""A table with more rows scrolls by itself."""

Facts = Sequence[tuple[str, str]]


class Sheet(QScrollArea):
    """Is filled afresh for each invoice: clear, then add from top to bottom."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._layout = QVBoxLayout()
        self.texts: list[str] = []
        self.clear()

    def clear(self) -> None:
        """Take everything away."""
        page = QWidget()
        page.setProperty("look", "sheet")
        self._layout = QVBoxLayout(page)
        self._layout.setContentsMargins(14, 12, 14, 12)
        self._layout.setSpacing(GAP)
        self._layout.addStretch()
        self.texts = []
        self.setWidget(page)

    def add(self, widget: QWidget) -> None:
        """Add any widget below the last."""
        self._layout.insertWidget(self._layout.count() - 1, widget)

    def add_heading(self, text: str) -> None:
        """Add a headline."""
        if self._layout.count() > 1:
            self._layout.insertSpacing(self._layout.count() - 1, GAP // 2)
        self.add_text(text, "heading")

    def add_text(self, text: str, look: str = "") -> QLabel:
        """Add a sentence that wraps and may be copied."""
        label = fact_label(text, look)
        self.texts.append(text)
        self.add(label)
        return label

    def add_button(self, words: str) -> QPushButton:
        """Add a button on the left."""
        button = QPushButton(words)
        button.setAccessibleName(words)
        self._layout.insertWidget(self._layout.count() - 1, button, 0, Qt.AlignmentFlag.AlignLeft)
        return button

    def add_facts(self, facts: Facts) -> None:
        """Add pairs of name and value; pairs without a value are passed over."""
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(WIDE_GAP)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(0, 118)
        grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(pair for pair in facts if pair[1]):
            caption = fact_label(name, "muted")
            caption.setWordWrap(False)
            grid.addWidget(caption, place, 0, Qt.AlignmentFlag.AlignTop)
            shown = fact_label(value)
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(shown, place, 1)
            self.texts.append(f"{name}: {value}")
        self.add(box)

    def add_table(
        self, name: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: set[int]
    ) -> None:
        """Add a small table as high as its rows; columns in ``right`` hold figures."""
        table = QTableWidget(len(rows), len(headings))
        table.setAccessibleName(name)
        table.setHorizontalHeaderLabels(list(headings))
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        for place, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column in right:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                table.setItem(place, column, item)
            self.texts.append(" | ".join(cells))
        self._fit(table, right)
        self.add(table)

    @staticmethod
    def _fit(table: QTableWidget, right: set[int]) -> None:
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        for column in range(table.columnCount()):
            mode = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if column == 0 else mode
            )
            heading = table.horizontalHeaderItem(column)
            if column in right and heading is not None:
                heading.setTextAlignment(
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
        line = table.fontMetrics().height()
        height = 0
        for place in range(table.rowCount()):
            item = table.item(place, 0)
            lines = item.text().count("\n") + 1 if item else 1
            table.setRowHeight(place, lines * line + 8)
            height += lines * line + 8 if place < _MOST_ROWS else 0
        table.setFixedHeight(header.sizeHint().height() + height + 4)
        if table.rowCount() <= _MOST_ROWS:
            table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def fact_label(text: str, look: str = "") -> QLabel:
    """Make a label that wraps, may be copied and takes its text as it is."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if look:
        label.setProperty("look", look)
    return label
