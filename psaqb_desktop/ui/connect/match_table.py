"""The table of one tab of the match screen, with a searching choice in its cells."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOption,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from psaqb_desktop.domain.links import Candidate
from psaqb_desktop.ui.connect.match_model import (
    CHOICE,
    CRM,
    WAITING,
    WHY,
    MatchModel,
    candidate_words,
)
from psaqb_desktop.ui.look import ROW_HEIGHT

Index = QModelIndex | QPersistentModelIndex
_CANDIDATE = Qt.ItemDataRole.UserRole
_NO_LINK = "No link"
_ARROW = 20


class ChoiceDelegate(QStyledItemDelegate):
    """Opens a combobox: suggestions first, then the whole list; typing searches anywhere."""

    def __init__(self, candidates: Sequence[Candidate], parent: QWidget) -> None:
        super().__init__(parent)
        self._candidates = candidates

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the choice with an arrow, so that it looks like what it is."""
        place: QRect = option.rect
        edge = QRect(place.right() - _ARROW, place.top(), _ARROW + 1, place.height())
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(edge, option.palette.highlight())
        text = QStyleOptionViewItem(option)
        text.rect = place.adjusted(0, 0, -_ARROW, 0)
        super().paint(painter, text, index)
        arrow = QStyleOption()
        arrow.palette = option.palette
        arrow.rect = edge.adjusted(3, 9, -7, -9)
        arrow.state = QStyle.StateFlag.State_Enabled
        view = self.parent()
        if isinstance(view, QWidget):
            view.style().drawPrimitive(
                QStyle.PrimitiveElement.PE_IndicatorArrowDown, arrow, painter, view
            )

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, _option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        """Make the combobox of one row."""
        model = index.model()
        assert isinstance(model, MatchModel)  # noqa: S101 - the delegate is made for it
        wish = model.rows[index.row()].wish
        box = QComboBox(parent)
        box.setAccessibleName(f"QuickBooks entry for {wish.crm_name}")
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setModel(self._choices([s.candidate for s in wish.suggestions], box))
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        box.setCompleter(completer)
        box.activated.connect(lambda _row: self._commit(box))
        return box

    def _choices(self, suggested: Sequence[Candidate], parent: QWidget) -> QStandardItemModel:
        choices = QStandardItemModel(parent)
        first = {candidate.id for candidate in suggested}
        rest = [c for c in self._candidates if c.id not in first]
        choices.appendRow(_item(_NO_LINK, None))
        for candidate in [*suggested, *rest]:
            choices.appendRow(_item(candidate_words(candidate), candidate))
        return choices

    def _commit(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box, QStyledItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        """Start with the choice so far, selected, so that typing replaces it."""
        assert isinstance(editor, QComboBox)  # noqa: S101
        choice = index.data(Qt.ItemDataRole.EditRole)
        wanted = candidate_words(choice) if choice else _NO_LINK
        editor.setCurrentIndex(max(0, editor.findText(wanted)))
        line = editor.lineEdit()
        if line is not None:
            line.selectAll()

    def setModelData(  # noqa: N802 - Qt's name
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        """Take the choice; words that name no entry change nothing."""
        assert isinstance(editor, QComboBox)  # noqa: S101
        row = editor.findText(editor.currentText().strip())
        if row >= 0:
            candidate = editor.itemData(row, _CANDIDATE)
            if candidate != index.data(Qt.ItemDataRole.EditRole):
                model.setData(index, candidate)


class MatchTable(QTableView):
    """Space ticks the row, Enter opens its choice.

    Attributes:
        confirm_wanted: signal of Ctrl+Enter.
    """

    confirm_wanted = Signal()

    def __init__(self, model: MatchModel, candidates: Sequence[Candidate], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegateForColumn(CHOICE, ChoiceDelegate(candidates, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT + 4)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((CRM, 280), (WAITING, 85), (CHOICE, 285), (WHY, 260)):
            self.setColumnWidth(column, width)
        self.clicked.connect(self._on_clicked)
        if model.rowCount():
            self.setCurrentIndex(model.index(0, CRM))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == CHOICE:
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Tick, choose, confirm."""
        index = self.currentIndex()
        model = self.model()
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.confirm_wanted.emit()
        elif not index.isValid() or not isinstance(model, MatchModel):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            model.tick(index.row(), is_ticked=not model.rows[index.row()].is_ticked)
        elif is_enter or event.key() == Qt.Key.Key_F2:
            self.setCurrentIndex(model.index(index.row(), CHOICE))
            self.edit(model.index(index.row(), CHOICE))
        else:
            super().keyPressEvent(event)


def _item(text: str, candidate: Candidate | None) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(candidate, _CANDIDATE)
    return item
