"""What the window remembers: geometry, splitters, columns, the last view, the colours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from psaqb_desktop.ui.invoices.filters import View
from psaqb_desktop.ui.look import ColourChoice
from psaqb_desktop.ui.state import WindowState, from_text, to_text

if TYPE_CHECKING:
    from psaqb_desktop.ui.main_window import MainWindow


class WindowMemory:
    """Keeps and restores; what cannot be read is passed over."""

    def __init__(self, window: MainWindow, state: WindowState) -> None:
        self._window = window
        self._state = state
        self.colours = remembered_colours(state)

    def choose(self, colours: ColourChoice) -> None:
        """Wear other colours from now on."""
        self.colours = colours
        self._state.set("window/colours", colours.value)
        self._window.wear(colours)

    def restore(self) -> None:
        """Bring the window back to how it was left, on a screen that is there."""
        window, page, get = self._window, self._window.page, self._state.get
        if geometry := get("window/geometry"):
            window.restoreGeometry(from_text(geometry))
        self._pull_onto_a_screen()
        if columns := get("invoices/columns"):
            page.grid.restore_columns(columns)
        if splitter := get("invoices/splitter"):
            page.details_place.restore(from_text(splitter))
        if get("invoices/details") == "shown":
            page.details.show()
        if get("invoices/totals") == "folded":
            page.totals.fold(is_folded=True)
        view = next((view for view in View if view.name == get("invoices/view")), View.TO_POST)
        page.filter_bar.set_filter(replace(page.filter_bar.filter, view=view))

    def keep(self) -> None:
        """Remember how the window is left."""
        window, page, keep = self._window, self._window.page, self._state.set
        keep("window/geometry", to_text(window.saveGeometry()))
        keep("invoices/columns", page.grid.columns_state())
        keep("invoices/splitter", to_text(page.details_place.state()))
        keep("invoices/details", "shown" if page.details_place.is_wanted else "hidden")
        keep("invoices/totals", "folded" if page.totals.is_folded else "open")
        keep("invoices/view", page.filter_bar.filter.view.name)

    def _pull_onto_a_screen(self) -> None:
        window = self._window
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        if not any(screen.intersects(window.geometry()) for screen in screens):
            window.move(screens[0].topLeft())


def remembered_colours(state: WindowState) -> ColourChoice:
    """Return the colours that the person chose; whoever opens the window wears them."""
    text = state.get("window/colours")
    return next((choice for choice in ColourChoice if choice.value == text), ColourChoice.SYSTEM)
