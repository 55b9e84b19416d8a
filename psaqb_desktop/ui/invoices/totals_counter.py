"""Adds rows up in small steps, so that a hundred thousand of them stall nothing."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from psaqb_desktop.ui.invoices.table_model import InvoiceTableModel
from psaqb_desktop.ui.invoices.totals import Totals, merged

_ROWS_IN_A_STEP = 1_500
"""Well below what a person or an animation could notice, on slow machines too."""
_WHILE_ROWS_CHANGE_MILLISECONDS = 300
"""While rows change by the dozen, totals follow three times a second."""


class TotalsCounter(QObject):
    """Counts what is ticked and what is shown.

    Signals:
        counted: totals of the ticked rows, of the shown rows, and how many ticked rows the
            filter hides.
    """

    counted = Signal(object, object, int)

    def __init__(self, model: InvoiceTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._steps: Generator[None, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)

    def count_now(self) -> None:
        """Begin afresh: something else is ticked or shown."""
        self._steps = None
        self._timer.start(0)

    def count_soon(self) -> None:
        """Begin afresh in a moment, unless a count is going on or coming anyway."""
        if not self._timer.isActive():
            self._steps = None
            self._timer.start(_WHILE_ROWS_CHANGE_MILLISECONDS)

    def _step(self) -> None:
        if self._steps is None:
            self._steps = self._count()
        for _more in self._steps:
            self._timer.start(0)
            return
        self._steps = None

    def _count(self) -> Generator[None, None, None]:
        ticked = self._model.table.positions(self._model.ticked)
        shown = self._model.shown_positions
        yield
        hidden = len(set(ticked).difference(shown)) if ticked else 0
        yield
        selected = yield from self._add_up(ticked)
        whole = yield from self._add_up(shown)
        self.counted.emit(selected, whole, hidden)

    def _add_up(self, positions: Sequence[int]) -> Generator[None, None, Totals]:
        table = self._model.table
        parts = []
        for start in range(0, len(positions), _ROWS_IN_A_STEP):
            parts.append(table.totals(positions[start : start + _ROWS_IN_A_STEP]))
            if start + _ROWS_IN_A_STEP < len(positions):
                yield
        return merged(parts)
