"""The grid: keyboard, header, copying and columns that stay as the person left them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.ui.formats import raw_text
from psaqb_desktop.ui.invoices.column_order import ColumnOrder
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF, ColumnKind
from psaqb_desktop.ui.invoices.money_delegate import MoneyDelegate
from psaqb_desktop.ui.invoices.stretches import stretches
from psaqb_desktop.ui.invoices.table_model import InvoiceTableModel
from psaqb_desktop.ui.invoices.tick_delegate import TickDelegate
from psaqb_desktop.ui.look import ROW_HEIGHT
from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


class InvoiceGrid(QTableView):
    """Shows the model. Highlighted rows are kept by invoice whatever the order or filter.

    Signals:
        current_changed: another invoice is current; its id, or "" for none.
        highlight_changed: other invoices are highlighted.
        details_requested: Enter or a double click.
    """

    current_changed = Signal(str)
    highlight_changed = Signal()
    details_requested = Signal()

    def __init__(self, model: InvoiceTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kept: list[int] = []
        self._kept_from = model.table
        self._kept_current = ""
        self._is_untouched = False
        self._is_rearranging = False
        self.setAccessibleName("Invoices")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setItemDelegateForColumn(0, TickDelegate(self))
        figures = MoneyDelegate(self)
        for place, column in enumerate(COLUMNS):
            if column.is_right_aligned:
                self.setItemDelegateForColumn(place, figures)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self._dress_header()
        model.about_to_rearrange.connect(self._keep_highlight)
        model.rearranged.connect(self._restore_highlight)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._on_double_click)
        self.selectionModel().currentRowChanged.connect(lambda *_rows: self._tell_current())
        self.selectionModel().selectionChanged.connect(lambda *_parts: self._on_selection())

    def _dress_header(self) -> None:
        header = self.horizontalHeader()
        # The view's own selection model would be walked row by row at every repaint of the
        # header: seconds when many rows are highlighted.
        header.setSelectionModel(QItemSelectionModel(self._model, header))
        header.setAccessibleName("Columns")
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(28)
        self.column_order = ColumnOrder(header)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_column_menu)
        self.reset_columns()
        self.setSortingEnabled(True)
        header.sectionClicked.connect(self._on_section_clicked)

    # -- columns -----------------------------------------------------------------------------

    def reset_columns(self) -> None:
        """Bring order, widths, visibility and sort back to what they were at first."""
        header = self.horizontalHeader()
        self.column_order.reset()
        header.resizeSection(0, COLUMNS[0].width)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSortIndicator(PLACE_OF["number"], Qt.SortOrder.AscendingOrder)

    def columns_state(self) -> str:
        """Return order, widths, visibility and sort as text, columns by name."""
        sorted_by, is_descending = self._model.table.sorted_by
        sort = {"sorted_by": sorted_by, "is_descending": is_descending}
        return json.dumps(self.column_order.state() | sort)

    def restore_columns(self, text: str) -> None:
        """Take back what :meth:`columns_state` told; unknown columns and broken text are passed."""
        try:
            state = json.loads(text)
            sorted_by, is_descending = str(state["sorted_by"]), bool(state["is_descending"])
            self.column_order.restore(state)
        except (ValueError, KeyError, TypeError):
            return
        if sorted_by in PLACE_OF:
            order = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
            self.sortByColumn(PLACE_OF[sorted_by], order)

    def column_actions(self, menu: QMenu) -> list[QAction]:
        """Make a checkable action for every column that may be hidden."""
        header = self.horizontalHeader()
        actions = []
        for place, column in enumerate(COLUMNS):
            if column.kind is ColumnKind.TICK:
                continue
            action = QAction(column.title, menu)
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(place))
            action.toggled.connect(
                lambda is_shown, place=place: header.setSectionHidden(place, not is_shown)
            )
            actions.append(action)
        return actions

    def fill_column_menu(self, menu: QMenu) -> None:
        """Fill a menu with the columns and a way back."""
        menu.clear()
        menu.addActions(self.column_actions(menu))
        menu.addSeparator()
        menu.addAction("Reset columns").triggered.connect(self.reset_columns)

    def _show_column_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        self.fill_column_menu(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(where))

    def _on_double_click(self, index: QModelIndex) -> None:
        if COLUMNS[index.column()].kind is not ColumnKind.TICK:
            self.details_requested.emit()

    def _on_section_clicked(self, section: int) -> None:
        if COLUMNS[section].kind is ColumnKind.TICK:
            # Clicking the tick column's head ticks or unticks all; it does not sort.
            column, is_descending = self._model.table.sorted_by
            order = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
            self.horizontalHeader().setSortIndicator(PLACE_OF.get(column, 3), order)
            self.toggle_all()

    # -- highlight and ticks -----------------------------------------------------------------

    def highlighted_ids(self) -> list[InvoiceId]:
        """Return the invoices of the highlighted rows, in order."""
        ids = self._model.table.ids
        return [ids[at] for at in self.highlighted_positions()]

    def highlighted_positions(self) -> list[int]:
        """Return where in the table the highlighted rows are, in the order of the grid."""
        shown = self._model.shown_positions
        return [shown[place] for place in self._highlighted_places()]

    def _highlighted_places(self) -> Sequence[int]:
        parts = self.selectionModel().selection().toList()
        if len(parts) == 1:
            return range(parts[0].top(), parts[0].bottom() + 1)
        places: set[int] = set()
        for part in parts:
            places.update(range(part.top(), part.bottom() + 1))
        return sorted(places)

    def highlight(self, ids: set[InvoiceId], current: str = "") -> None:
        """Highlight the rows of these invoices as far as they are shown."""
        self._highlight_at(self._model.table.positions(ids), current)

    def _highlight_at(self, positions: Sequence[int], current: str) -> None:
        selection = QItemSelection()
        last = self._model.columnCount() - 1
        for first, final in stretches(self._model.places_at(positions)):
            top, bottom = self._model.index(first, 0), self._model.index(final, last)
            selection.append(QItemSelectionRange(top, bottom))
        chosen = self.selectionModel()
        current_place = self._model.place_of(InvoiceId(current)) if current else None
        if current_place is not None:
            chosen.setCurrentIndex(
                self._model.index(current_place, 1), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _keep_highlight(self) -> None:
        self._is_rearranging = True
        self._kept = self.highlighted_positions()
        self._kept_from = self._model.table
        self._kept_current = self.current_id()
        is_at_top = self.currentIndex().row() == 0 and self.verticalScrollBar().value() == 0
        self._is_untouched = is_at_top and not self._kept
        # With nothing highlighted Qt has no persistent indexes to carry through the change.
        self.selectionModel().clearSelection()

    def _restore_highlight(self) -> None:
        table, earlier, kept = self._model.table, self._kept_from, self._kept
        if table is not earlier:
            kept = table.positions([earlier.ids[at] for at in kept])
            if self._is_untouched and self._model.rowCount():
                # The first row became current with the focus, not by choice: nobody looks for it.
                self._kept_current = self._model.row_at(0).id
        self._highlight_at(kept, self._kept_current)
        self._kept, self._kept_from = [], table
        self._is_rearranging = False
        self._tell_current()
        self.highlight_changed.emit()

    def _on_selection(self) -> None:
        if not self._is_rearranging:
            self.highlight_changed.emit()

    def current_id(self) -> str:
        """Return the invoice of the current row, or ""."""
        index = self.currentIndex()
        return self._model.row_at(index.row()).id if index.isValid() else ""

    def _tell_current(self) -> None:
        self.current_changed.emit(self.current_id())

    def toggle_highlighted(self) -> None:
        """Tick the highlighted rows, or untick them if all are ticked."""
        ids = self.highlighted_ids()
        is_ticked = any(i not in self._model.ticked for i in ids)
        self._model.set_ticked(ids, is_ticked=is_ticked)

    def toggle_all(self) -> None:
        """Tick all shown rows, or untick them if all are ticked."""
        ids = self._model.shown_ids()
        is_ticked = any(i not in self._model.ticked for i in ids)
        self._model.set_ticked(ids, is_ticked=is_ticked)

    def copy(self, *, with_headers: bool = False) -> None:
        """Copy the highlighted rows as tab-separated text with raw numbers and ISO dates."""
        header = self.horizontalHeader()
        columns = [
            COLUMNS[logical]
            for logical in map(header.logicalIndex, range(len(COLUMNS)))
            if not header.isSectionHidden(logical) and logical != 0
        ]
        lines = ["\t".join(column.title for column in columns)] if with_headers else []
        for place in self._highlighted_places():
            row = self._model.row_at(place)
            lines.append("\t".join(raw_text(column.value(row)) for column in columns))
        QGuiApplication.clipboard().setText("\n".join(lines))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        }
        shift_control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Space and is_plain:
            self.toggle_highlighted()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._model.set_ticked(self._model.shown_ids(), is_ticked=True)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_C and event.modifiers() == shift_control:
            self.copy(with_headers=True)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and is_plain:
            self.details_requested.emit()
        else:
            super().keyPressEvent(event)
