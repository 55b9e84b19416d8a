"""The grid's model: one table of rows, sorted and filtered by itself.

A proxy model would ask Python for every comparison (seconds at 100,000 rows); here a sort is one
list sort between ``layoutAboutToBeChanged`` and ``layoutChanged``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.colours import Colours
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF, ColumnKind
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.stretches import stretches
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.look import current_colours, status_colour, status_icon
from psaqb_desktop.ui.overriding import override

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_ROLE = Qt.ItemDataRole
_DISPLAY = int(_ROLE.DisplayRole)
_CHECK = int(_ROLE.CheckStateRole)
_DECORATION = int(_ROLE.DecorationRole)
_ALIGNMENT = int(_ROLE.TextAlignmentRole)
_FOREGROUND = int(_ROLE.ForegroundRole)
_TOOL_TIP = int(_ROLE.ToolTipRole)
_ACCESSIBLE_TEXT = int(_ROLE.AccessibleTextRole)
_ANSWERED = frozenset(
    {_DISPLAY, _CHECK, _DECORATION, _ALIGNMENT, _FOREGROUND, _TOOL_TIP, _ACCESSIBLE_TEXT}
)
"""Qt asks for a dozen roles with every cell that it paints."""
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_TICK_FLAGS = _FLAGS | Qt.ItemFlag.ItemIsUserCheckable
_FEW = 8
_MANY = 200
"""From so many rows on, telling of each stretch of them costs more than painting what is seen."""
_CHANGING_ROLES = [_DISPLAY, _CHECK, _DECORATION, _FOREGROUND, _TOOL_TIP]
_LONG_TEXTS = frozenset({"company", "customer", "name", "contract"})
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNMENTS = tuple(_RIGHT if column.is_right_aligned else _LEFT for column in COLUMNS)


class InvoiceTableModel(QAbstractTableModel):
    """Shows an :class:`InvoiceTable` through a filter; knows which invoices are ticked.

    Signals:
        ticks_changed: other invoices are ticked than before.
        about_to_rearrange, rearranged: around every change of order or filter, so that the view
            can keep its highlighted rows by invoice.
    """

    ticks_changed = Signal()
    about_to_rearrange = Signal()
    rearranged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = InvoiceTable()
        self.filter = ListFilter()
        self.ticked: set[InvoiceId] = set()
        self._shown: list[int] = []
        self._place: dict[int, int] | None = None
        self._dirty: set[int] = set()
        self.dress()

    def dress(self) -> None:
        """Take the colours of the application; called again when they change."""
        self._colours: Colours = current_colours()
        self._icons: dict[RowStatus | None, QIcon] = {}
        """By status, None for what is out of scope; each is drawn when a row first has it."""
        self._brushes = {s: QColor(status_colour(s, self._colours)) for s in RowStatus}
        self._muted = QColor(self._colours.muted)
        if self._shown:
            self._tell_changed(0, len(self._shown) - 1)

    # -- what is shown -----------------------------------------------------------------------

    def show_table(self, table: InvoiceTable) -> None:
        """Replace all rows; order, filter and ticks stay."""
        self.about_to_rearrange.emit()
        column, is_descending = self.table.sorted_by
        self.beginResetModel()
        self.table = table
        if table.sorted_by != (column, is_descending):
            table.sort(column, is_descending=is_descending)
        self._shown = table.shown(self.filter)
        self._place = None
        self._dirty.clear()
        self.endResetModel()
        self.rearranged.emit()
        kept = {ticked for ticked in self.ticked if ticked in table.position}
        if kept != self.ticked:
            self.ticked = kept
        self.ticks_changed.emit()

    def set_filter(self, wanted: ListFilter) -> None:
        """Show the rows that pass the filter."""
        self.filter = wanted
        self._rearrange()

    def rearrange(self) -> None:
        """Sort and filter afresh, after rows have changed."""
        self.table.sort_again()
        self._rearrange()

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if COLUMNS[column].kind is ColumnKind.TICK:
            return
        self.table.sort(COLUMNS[column].name, is_descending=order is Qt.SortOrder.DescendingOrder)
        self._rearrange()

    def _rearrange(self) -> None:
        self.about_to_rearrange.emit()
        self.layoutAboutToBeChanged.emit()
        # What Qt remembers by index (the current cell of an editor, say) moves along by row.
        before = self.persistentIndexList()
        at = [self._shown[index.row()] for index in before]
        self._shown = self.table.shown(self.filter)
        self._place = None
        if len(before) >= _FEW:
            self._places()
        after = [
            QModelIndex()
            if (place := self._found(position)) is None
            else self.index(place, i.column())
            for position, i in zip(at, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.rearranged.emit()

    def _found(self, position: int) -> int | None:
        if self._place is not None:
            return self._place.get(position)
        # Looking through what is shown is quicker than a whole map where one row is asked for.
        return self._shown.index(position) if position in self._shown else None

    def _places(self) -> dict[int, int]:
        if self._place is None:
            self._place = {position: place for place, position in enumerate(self._shown)}
        return self._place

    # -- rows --------------------------------------------------------------------------------

    def row_at(self, place: int) -> InvoiceRow:
        """Return the row that is shown at this place."""
        return self.table.rows[self._shown[place]]

    def place_of(self, invoice_id: InvoiceId) -> int | None:
        """Return where an invoice is shown; None where the filter hides it."""
        position = self.table.position.get(invoice_id)
        return None if position is None else self._found(position)

    def places_at(self, positions: Sequence[int]) -> Sequence[int]:
        """Return where rows of the table are shown, from top to bottom, without hidden ones."""
        if not positions:
            return ()
        if len(positions) == len(self._shown) and set(positions).issuperset(self._shown):
            return range(len(self._shown))
        places = self._places()
        return sorted([places[at] for at in positions if at in places])

    @property
    def shown_positions(self) -> Sequence[int]:
        """Positions in the table of what is shown, in order."""
        return self._shown

    def shown_rows(self) -> list[InvoiceRow]:
        """Return the rows that pass the filter, in order."""
        rows = self.table.rows
        return [rows[at] for at in self._shown]

    def shown_ids(self) -> list[InvoiceId]:
        """Return the invoices that pass the filter, in order."""
        ids = self.table.ids
        return [ids[at] for at in self._shown]

    def ticked_rows(self) -> list[InvoiceRow]:
        """Return the ticked rows, also those that the filter hides."""
        return self.table.at(self.ticked)

    def rows_changed(self, ids: Iterable[InvoiceId]) -> None:
        """Tell the view that these rows changed; call :meth:`flush` once per bundle."""
        for invoice_id in ids:
            position = self.table.position.get(invoice_id)
            if position is not None:
                self.table.changed(position)
                self._dirty.add(position)

    def show_again(self, ids: Iterable[InvoiceId]) -> None:
        """Repaint rows on which only a passing word has changed."""
        self._dirty.update(self.table.positions(ids))
        self.flush()

    def flush(self) -> None:
        """Repaint the changed rows and no others. Rows stay where they are: nothing jumps."""
        dirty = self.places_at(list(self._dirty))
        self._dirty.clear()
        if len(dirty) > _MANY:
            self._tell_changed(dirty[0], dirty[-1])
            return
        for first, last in stretches(dirty):
            self._tell_changed(first, last)

    def _tell_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(
            self.index(first, 0), self.index(last, len(COLUMNS) - 1), _CHANGING_ROLES
        )

    # -- ticks -------------------------------------------------------------------------------

    def set_ticked(self, ids: Iterable[InvoiceId], *, is_ticked: bool) -> None:
        """Tick or untick invoices."""
        before = len(self.ticked)
        if is_ticked:
            self.ticked.update(ids)
        else:
            self.ticked.difference_update(ids)
        if len(self.ticked) != before:
            self._ticks_have_changed()

    def tick_only(self, ids: Iterable[InvoiceId]) -> None:
        """Tick these invoices and no others."""
        self.ticked = set(ids)
        self._ticks_have_changed()

    def _ticks_have_changed(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0), [_CHECK])
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 0)
        self.ticks_changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    @override
    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _FLAGS if index.column() else _TICK_FLAGS

    @override
    def data(self, index: Index, role: int = _DISPLAY) -> object:
        if role not in _ANSWERED or not index.isValid():
            return None
        place = index.column()
        if role == _ALIGNMENT:
            return _ALIGNMENTS[place]
        column = COLUMNS[place]
        if role == _DISPLAY:
            return column.text(self.table.rows[self._shown[index.row()]])
        row = self.table.rows[self._shown[index.row()]]
        if column.kind is ColumnKind.TICK and role in {_CHECK, _ACCESSIBLE_TEXT}:
            return _tick(row, role, is_ticked=row.id in self.ticked)
        if role == _FOREGROUND:
            return self._foreground(row, column.kind)
        if role == _DECORATION and column.kind is ColumnKind.STATUS:
            return self._icon(row)
        return _tool_tip(row, column.name) if role == _TOOL_TIP else None

    def _foreground(self, row: InvoiceRow, kind: ColumnKind) -> QColor | None:
        if not row.is_in_scope:
            return self._muted
        return self._brushes[row.status] if kind is ColumnKind.STATUS else None

    def _icon(self, row: InvoiceRow) -> QIcon:
        status = row.status if row.is_in_scope else None
        found = self._icons.get(status)
        if found is None:
            found = self._icons[status] = (
                icon("status-not-in-scope", self._colours.muted)
                if status is None
                else status_icon(status, self._colours)
            )
        return found

    @override
    def setData(self, index: Index, value: object, role: int = int(_ROLE.EditRole)) -> bool:
        if role != _CHECK or not index.isValid() or index.column() != 0:
            return False
        is_ticked = Qt.CheckState(value) is Qt.CheckState.Checked
        self.set_ticked([self.row_at(index.row()).id], is_ticked=is_ticked)
        return True

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _DISPLAY:
            return column.title
        if role == _ALIGNMENT:
            return _ALIGNMENTS[section]
        if role == _TOOL_TIP:
            return column.explanation or None
        if role == _ACCESSIBLE_TEXT:
            return column.title or column.explanation
        return None


def _tick(row: InvoiceRow, role: int, *, is_ticked: bool) -> object:
    if role == _CHECK:
        return Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked
    return f"Invoice {row.listed.invoice.number}, {'selected' if is_ticked else 'not selected'}"


def _tool_tip(row: InvoiceRow, column: str) -> str | None:
    if column == "status" and not row.is_in_scope:
        return View.NOT_IN_SCOPE.explanation
    if column in _LONG_TEXTS:
        return COLUMNS[PLACE_OF[column]].text(row)
    if column in {"status", "finding"} and row.findings:
        return "\n\n".join(f"{f.message}\n{f.remedy}".strip() for f in row.findings)
    return None
