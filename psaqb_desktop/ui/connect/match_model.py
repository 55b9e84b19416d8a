"""Wishes as rows: what the CRM calls it, what it may be in QuickBooks, and whether it is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from psaqb_desktop.domain.links import Candidate, LinkKind, LinkWish
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import current_colours

Index = QModelIndex | QPersistentModelIndex
CRM, WAITING, CHOICE, WHY = range(4)
_HEADERS = ("In the CRM", "Waiting", "In QuickBooks", "Why")
_ROLE = Qt.ItemDataRole


@dataclass
class MatchRow:
    """One wish with what the person has chosen for it so far."""

    wish: LinkWish
    choice: Candidate | None
    is_ticked: bool

    @classmethod
    def of(cls, wish: LinkWish) -> MatchRow:
        """Start with the best suggestion; only a certain one is ticked."""
        best = wish.suggestions[0].candidate if wish.suggestions else None
        return cls(wish, best, wish.is_certain)

    @property
    def has_other_currency(self) -> bool:
        """The chosen customer is kept in another currency than the invoices: they cannot go."""
        wanted, choice = self.wish.crm_currency, self.choice
        return bool(choice and wanted and choice.currency and choice.currency != wanted)

    @property
    def why(self) -> str:
        """Say why this is proposed, or what speaks against it."""
        if self.choice is None:
            return "Nothing similar found; choose, or create it in QuickBooks first"
        if self.has_other_currency:
            return (
                f"Kept in {self.choice.currency}: invoices in {self.wish.crm_currency} cannot be "
                "posted to it"
            )
        if not self.choice.is_active:
            return "Inactive in QuickBooks: make it active there first"
        for suggestion in self.wish.suggestions:
            if suggestion.candidate.id == self.choice.id:
                reason = suggestion.reason[:1].upper() + suggestion.reason[1:]
                return f"{reason} ({suggestion.score} %)"
        return "Chosen by you"


def crm_words(wish: LinkWish) -> str:
    """Name the CRM record, with what tells it from others of its name."""
    more = [part for part in (wish.crm_currency, wish.crm_email) if part]
    if wish.kind.is_item or wish.kind is LinkKind.TAX:
        more = [wish.kind.value.capitalize()]
    return f"{wish.crm_name}  ({', '.join(more)})" if more else wish.crm_name


def candidate_words(candidate: Candidate) -> str:
    """Name a list entry, with currency and e-mail for customers."""
    more = [part for part in (candidate.currency, candidate.email) if part]
    if not candidate.is_active:
        more.append("inactive")
    return f"{candidate.name}  ({', '.join(more)})" if more else candidate.name


class MatchModel(QAbstractTableModel):
    """The rows of one tab. Space ticks; the choice is edited in its cell."""

    def __init__(self, wishes: Sequence[LinkWish], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = [MatchRow.of(wish) for wish in wishes]
        self.rows = list(self._all)
        self._only_unmatched = False

    def show_only_unmatched(self, only: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Hide what has a certain match, or show all again."""
        self.beginResetModel()
        self._only_unmatched = only
        self.rows = [r for r in self._all if not (only and r.wish.is_certain)]
        self.endResetModel()

    @property
    def ticked(self) -> list[MatchRow]:
        """All ticked rows, hidden ones included."""
        return [row for row in self._all if row.is_ticked and row.choice is not None]

    @property
    def all_rows(self) -> list[MatchRow]:
        """All rows, hidden ones included."""
        return list(self._all)

    def choose(self, row: int, candidate: Candidate | None) -> None:
        """Take a choice of the person; choosing is meant, so it ticks."""
        chosen = self.rows[row]
        chosen.choice = candidate
        chosen.is_ticked = candidate is not None and candidate.is_active
        self._changed(row)

    def tick(self, row: int, *, is_ticked: bool) -> None:
        """Tick or untick a row; without a choice there is nothing to tick."""
        self.rows[row].is_ticked = is_ticked and self.rows[row].choice is not None
        self._changed(row)

    def _changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(_HEADERS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's
        """Count the rows in sight."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's
        """Count the columns."""
        return 0 if parent.isValid() else len(_HEADERS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> Any:
        """Name the columns."""
        if orientation is Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return _HEADERS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The first column ticks, the choice is edited."""
        flags = super().flags(index)
        if index.column() == CRM:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == CHOICE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = _ROLE.EditRole) -> bool:  # noqa: N802
        """Tick by check box, choose by editor."""
        if role == _ROLE.CheckStateRole:
            self.tick(index.row(), is_ticked=Qt.CheckState(value) is Qt.CheckState.Checked)
            return True
        if role == _ROLE.EditRole and (value is None or isinstance(value, Candidate)):
            self.choose(index.row(), value)
            return True
        return False

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """Say a cell."""
        row = self.rows[index.row()]
        column = index.column()
        if role in {_ROLE.DisplayRole, _ROLE.ToolTipRole}:
            return self._text(row, column)
        if role == _ROLE.CheckStateRole and column == CRM:
            return Qt.CheckState.Checked if row.is_ticked else Qt.CheckState.Unchecked
        if role == _ROLE.EditRole and column == CHOICE:
            return row.choice
        if role == _ROLE.AccessibleTextRole and column == CRM:
            return f"{'Ticked' if row.is_ticked else 'Not ticked'}: {self._text(row, column)}"
        return self._look(row, column, role)

    def _text(self, row: MatchRow, column: int) -> str:
        if column == CRM:
            return crm_words(row.wish)
        if column == WAITING:
            return plural(row.wish.invoices_waiting, "invoice")
        if column == CHOICE:
            return candidate_words(row.choice) if row.choice else "Choose…"
        return row.why

    def _look(self, row: MatchRow, column: int, role: int) -> Any:
        colours = current_colours()
        is_bad = row.has_other_currency or (row.choice is not None and not row.choice.is_active)
        if column == WHY and role == _ROLE.DecorationRole:
            if is_bad or row.choice is None:
                return icon("severity-warning", colours.caution)
            return icon("status-posted", colours.good) if row.wish.is_certain else None
        if role == _ROLE.ForegroundRole:
            if column == WHY and is_bad:
                return QColor(colours.caution)
            if column == WHY or (column == CHOICE and row.choice is None):
                return QColor(colours.muted)
        return None
