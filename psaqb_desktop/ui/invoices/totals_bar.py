"""The table under the grid: what is selected and what is shown, in money, never mixed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.formats import amount_text, plural
from psaqb_desktop.ui.invoices.totals import Total, Totals
from psaqb_desktop.ui.look import GAP, WIDE_GAP

_MOST_LINES = 4
_MOST_SELECTED_LINES = 8
"""Selected lines are not scrolled for as long as there are no more."""
_LINE_GAP = 2
_MONEY_HEADINGS = ("Invoices", "Net", "Tax", "Total", "Balance")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A word or a figure of the table, and where it stands."""

    row: int
    column: int
    text: str
    look: str = ""
    is_figure: bool = True


class TotalsBar(QFrame):
    """One line per company and currency; the selected figures beside the shown ones.

    The lines can be folded away where the grid wants the room.

    Signals:
        clear_requested: the person wants nothing selected.
    """

    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected = Totals()
        self._shown = Totals()
        self._hidden = 0
        self._places: list[tuple[int, int, str, bool]] | None = None
        self._labels: list[QLabel] = []
        self._selected_words = QLabel()
        self._selected_words.setProperty("look", "heading")
        self._selected_states = QLabel()
        self._selected_states.setProperty("look", "muted")
        self._shown_words = QLabel()
        self._shown_words.setProperty("look", "heading")
        self._shown_states = QLabel()
        self._shown_states.setProperty("look", "muted")
        self._clear = QPushButton("Clear selection")
        self._clear.setProperty("look", "link")
        self._clear.setAccessibleName("Clear selection")
        self._clear.setToolTip("Untick all invoices (Ctrl+Shift+A)")
        self._clear.clicked.connect(self.clear_requested.emit)
        self.is_folded = False
        self._folding = QPushButton()
        self._folding.setProperty("look", "link")
        self._folding.clicked.connect(lambda: self.fold(is_folded=not self.is_folded))
        head = QHBoxLayout()
        head.setSpacing(GAP)
        for widget in (self._selected_words, self._selected_states, self._clear):
            head.addWidget(widget)
        head.addSpacing(2 * WIDE_GAP)
        head.addWidget(self._shown_words)
        head.addWidget(self._shown_states)
        head.addStretch()
        head.addWidget(self._folding)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._scroll.setAccessibleName("Totals by company and currency")
        self._scroll.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._scroll)
        self.fold(is_folded=False)

    def fold(self, *, is_folded: bool) -> None:
        """Leave the grid the room of the lines; how many are selected and shown is told still."""
        self.is_folded = is_folded
        words = "Show amounts" if is_folded else "Hide amounts"
        self._folding.setText(words)
        self._folding.setAccessibleName(words)
        self._folding.setToolTip("Net, tax and total by company and currency")
        self._fill()

    def show_totals(self, selected: Totals, shown: Totals, hidden: int) -> None:
        """Show both; ``hidden`` of the selected invoices are not in the grid now."""
        if (selected, shown, hidden) != (self._selected, self._shown, self._hidden):
            self._selected, self._shown, self._hidden = selected, shown, hidden
            self._fill()

    @property
    def text(self) -> str:
        """Everything the bar says, line by line, for screen readers and tests."""
        return self.accessibleName()

    def _fill(self) -> None:
        selected, shown = self._selected, self._shown
        words = f"Selected: {plural(selected.count, 'invoice')}"
        states = _states(selected)
        states += [f"{self._hidden:,} of them not shown"] if self._hidden else []
        if not selected.count:
            states = ["tick rows with Space, all with Ctrl+A"]
        self._selected_words.setText(words)
        self._selected_states.setText(" · ".join(states))
        self._clear.setVisible(selected.count > 0)
        self._shown_words.setText(f"Shown: {plural(shown.count, 'invoice')}")
        self._shown_states.setText(" · ".join(_states(shown)))
        said = [f"{words} {' '.join(states)}", self._shown_words.text()]
        has_lines = bool(selected.lines or shown.lines)
        self._folding.setVisible(has_lines)
        self._scroll.setVisible(has_lines and not self.is_folded)
        self._put(self._entries(said))
        self.setAccessibleName("\n".join(said))

    def _put(self, entries: list[_Entry]) -> None:
        """Show what the table says; labels are made anew only where other ones are needed.

        While a push runs the same few figures change three times a second.
        """
        places = [(one.row, one.column, one.look, one.is_figure) for one in entries]
        if places != self._places:
            self._places = places
            self._labels = [_label(one.text, one.look) for one in entries]
            self._scroll.setWidget(self._table(entries))
            self._scroll.setFixedHeight(self._height())
            return
        for label, one in zip(self._labels, entries, strict=True):
            if label.text() != one.text:
                label.setText(one.text)

    def _height(self) -> int:
        selected, shown = self._selected, self._shown
        lines = len({_key(line) for line in (*selected.lines, *shown.lines)})
        most = min(max(_MOST_LINES, len(selected.lines)), _MOST_SELECTED_LINES)
        height = _label("0").sizeHint().height() + _LINE_GAP
        return height * (bool(selected.lines) + 1 + min(lines, most)) + 2

    def _table(self, entries: list[_Entry]) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(WIDE_GAP)
        grid.setVerticalSpacing(_LINE_GAP)
        for label, one in zip(self._labels, entries, strict=True):
            if one.is_figure:
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, one.row, one.column)
        if self._selected.lines:
            grid.setColumnMinimumWidth(self._second_block() - 1, 2 * WIDE_GAP)
        grid.setColumnStretch(self._second_block() + len(self._headings()), 1)
        grid.setRowStretch(grid.rowCount(), 1)
        return page

    def _headings(self) -> tuple[str, ...]:
        has_balance = any(line.balance for line in (*self._selected.lines, *self._shown.lines))
        return _MONEY_HEADINGS if has_balance else _MONEY_HEADINGS[:-1]

    def _second_block(self) -> int:
        return 2 + len(self._headings()) + 1 if self._selected.lines else 2

    def _entries(self, said: list[str]) -> list[_Entry]:
        """Lay the table out, and add what it says to ``said``."""
        selected = {_key(line): line for line in self._selected.lines}
        shown = {_key(line): line for line in self._shown.lines}
        headings = self._headings()
        blocks = [("Selected", 2, selected)] if selected else []
        blocks.append(("Shown", self._second_block(), shown))
        entries = [_Entry(1, 0, "Company", "muted", is_figure=False)]
        for words, column, _totals in blocks:
            if selected:
                entries.append(_Entry(0, column, words, "muted"))
            entries += [
                _Entry(1, column + place, heading, "muted")
                for place, heading in enumerate(headings)
            ]
        # What is selected comes first: it is what somebody is about to push.
        keys = [*sorted(selected), *sorted(shown.keys() - selected.keys())]
        for row, key in enumerate(keys, start=2):
            entries += [_Entry(row, at, word, is_figure=False) for at, word in enumerate(key)]
            for words, column, totals in blocks:
                total = totals.get(key)
                cells = _cells(total)[: len(headings)]
                look = "" if total else "muted"
                entries += [
                    _Entry(row, column + place, text, look) for place, text in enumerate(cells)
                ]
                if total:
                    said.append(f"{words} {key[0]} {key[1]} {' '.join(cells)}")
        return entries


def _states(totals: Totals) -> list[str]:
    states = [f"{totals.ready:,} ready"] if totals.ready else []
    return states + ([f"{totals.blocked:,} blocked"] if totals.blocked else [])


def _key(line: Total) -> tuple[str, str]:
    return line.company, line.currency


def _cells(line: Total | None) -> tuple[str, ...]:
    if line is None:
        return ("–",) * len(_MONEY_HEADINGS)
    balance = amount_text(line.balance) if line.balance else "–"
    if not line.count:
        return ("–",) * (len(_MONEY_HEADINGS) - 1) + (balance,)
    return (
        f"{line.count:,}",
        amount_text(line.net),
        amount_text(line.tax),
        amount_text(line.total),
        balance,
    )


def _label(text: str, look: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        label.setProperty("look", look)
    return label
