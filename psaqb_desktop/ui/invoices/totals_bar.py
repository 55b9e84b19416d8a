"""The line under the grid: what is shown and what is selected, in money, never mixed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.ui.formats import amount_text, plural
from psaqb_desktop.ui.invoices.totals import Total, Totals
from psaqb_desktop.ui.look import GAP, WIDE_GAP

_MOST_LINES = 4
_HEADINGS = ("Company", "", "Invoices", "Net", "Tax", "Total", "Balance")


class TotalsBar(QFrame):
    """Two blocks beside each other: selected, and shown by the filter.

    Signals:
        clear_requested: the person wants nothing selected.
    """

    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Totals")
        self.selected = TotalsBlock("Selected")
        self.shown = TotalsBlock("Shown")
        clear = self.selected.add_button("Clear selection", self.clear_requested.emit)
        clear.setToolTip("Untick all invoices")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(3 * WIDE_GAP)
        row.addWidget(self.selected, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.shown, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch()
        self.show_selected(Totals(), hidden=0)
        self.show_shown(Totals())

    def show_selected(self, totals: Totals, *, hidden: int) -> None:
        """Show the totals of the ticked invoices, ``hidden`` of them not in the grid now."""
        extra = f"{plural(hidden, 'of them')} not shown" if hidden else ""
        self.selected.show_totals(totals, extra)

    def show_shown(self, totals: Totals) -> None:
        """Show the totals of what passes the filter."""
        self.shown.show_totals(totals, "")


class TotalsBlock(QWidget):
    """A headline with counts, and a line per company and currency."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._head = QLabel()
        self._head.setProperty("look", "heading")
        self._states = QLabel()
        self._states.setProperty("look", "muted")
        self._top = QHBoxLayout()
        self._top.setSpacing(GAP)
        self._top.addWidget(self._head)
        self._top.addWidget(self._states)
        self._buttons: list[QPushButton] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(WIDE_GAP)
        self._grid.setVerticalSpacing(1)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._top, 0, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(self._grid, 1, 0, Qt.AlignmentFlag.AlignLeft)

    def add_button(self, words: str, act: Callable[[], None]) -> QPushButton:
        """Add a small button beside the headline, shown while there is anything."""
        button = QPushButton(words)
        button.setProperty("look", "link")
        button.setAccessibleName(words)
        button.clicked.connect(lambda _checked=False: act())
        self._top.addWidget(button)
        self._buttons.append(button)
        return button

    @property
    def text(self) -> str:
        """Everything the block says, line by line, for screen readers and tests."""
        return self.accessibleName()

    def show_totals(self, totals: Totals, extra: str) -> None:
        """Show these totals."""
        self._head.setText(f"{self._title}: {plural(totals.count, 'invoice')}")
        states = [f"{totals.ready} ready"] if totals.ready else []
        states += [f"{totals.blocked} blocked"] if totals.blocked else []
        states += [extra] if extra else []
        self._states.setText(" · ".join(states))
        for button in self._buttons:
            button.setVisible(totals.count > 0)
        said = [self._head.text(), *states]
        self._clear_grid()
        lines = totals.lines[:_MOST_LINES]
        has_balance = any(line.balance for line in lines)
        if lines:
            self._add_line(0, _HEADINGS, "muted", has_balance=has_balance)
        for place, line in enumerate(lines, start=1):
            cells = _cells(line)
            self._add_line(place, cells, "", has_balance=has_balance)
            said.append(" ".join(cells[: None if has_balance else -1]))
        rest = totals.lines[_MOST_LINES:]
        if rest:
            words = f"and {plural(len(rest), 'more line')} (point here)"
            self._grid.addWidget(_label(words, "muted"), _MOST_LINES + 1, 0, 1, len(_HEADINGS))
        self.setToolTip("\n".join("   ".join(_cells(line)) for line in totals.lines))
        self.setAccessibleName("\n".join(said))

    def _add_line(
        self, place: int, cells: tuple[str, ...], look: str, *, has_balance: bool
    ) -> None:
        for column, text in enumerate(cells if has_balance else cells[:-1]):
            label = _label(text, look)
            if column >= 2:  # names stand left, figures right
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, place, column)

    def _clear_grid(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


def _cells(line: Total) -> tuple[str, ...]:
    return (
        line.company,
        line.currency,
        str(line.count),
        amount_text(line.net),
        amount_text(line.tax),
        amount_text(line.total),
        amount_text(line.balance) if line.balance != ZERO else "–",
    )


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    if look:
        label.setProperty("look", look)
    return label
