"""Where the panel of one invoice stands beside the grid; it is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QSplitter

if TYPE_CHECKING:
    # Not before the first paint.
    from psaqb_desktop.ui.invoices.detail_panel import DetailPanel


class DetailsPlace:
    """The second part of a splitter, empty at first."""

    def __init__(self, splitter: QSplitter, connect: Callable[[DetailPanel], None]) -> None:
        """``connect`` is called with the panel when it is made."""
        self._splitter = splitter
        self._connect = connect
        self._state = QByteArray()
        self.made: DetailPanel | None = None
        """The panel, if it was wanted yet."""

    @property
    def panel(self) -> DetailPanel:
        """The panel, made now if need be."""
        if self.made is None:
            from psaqb_desktop.ui.invoices.detail_panel import DetailPanel  # noqa: PLC0415

            self.made = DetailPanel()
            self.made.hide()
            self._splitter.addWidget(self.made)
            self._splitter.restoreState(self._state)
            self._connect(self.made)
        return self.made

    @property
    def is_open(self) -> bool:
        """The panel can be seen."""
        return self.made is not None and self.made.isVisible()

    @property
    def is_wanted(self) -> bool:
        """The panel is open, whether the page itself can be seen now or not."""
        return self.made is not None and not self.made.isHidden()

    def dress(self) -> None:
        """Take the colours of the application."""
        if self.made is not None:
            self.made.dress()

    def state(self) -> QByteArray:
        """Return how wide the panel is."""
        return self._state if self.made is None else self._splitter.saveState()

    def restore(self, state: QByteArray) -> None:
        """Make the panel as wide as it was, now or when it is made."""
        self._state = state
        self._splitter.restoreState(state)
