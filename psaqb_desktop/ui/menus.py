"""The menus of the main window. Everything on the tool bar is here too, with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from psaqb_desktop.ui.look import ColourChoice

if TYPE_CHECKING:
    from psaqb_desktop.ui.main_window import MainWindow

_FILE = ("sign_in", "sign_out", "", "set_up")
_EDIT = ("copy", "select_shown", "clear_selection", "", "find")
_INVOICES = (
    *(
        "refresh",
        "refresh_all",
        "",
        "check",
        "push",
        "",
        "pull",
        "pull_all",
        "",
        "try_again",
        "push_again",
    ),
    *("accept", "leave_out", "take_back", "", "stop", "", "open_quickbooks", "open_crm"),
)
_ROW = (
    *("details", "", "check", "push", "try_again", "push_again", "accept"),
    *("", "leave_out", "take_back", ""),
    *("open_quickbooks", "open_crm", "", "copy"),
)
_COLOURS = {
    ColourChoice.SYSTEM: "&As the system",
    ColourChoice.LIGHT: "&Light",
    ColourChoice.DARK: "&Dark",
}


class Menus:
    """The menus of the menu bar: titles at first, the rest when the window comes to life."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        bar = window.menuBar()
        self._file = bar.addMenu("&File")
        self._edit = bar.addMenu("&Edit")
        self._invoices = bar.addMenu("&Invoices")
        self._view = bar.addMenu("&View")
        self._help = bar.addMenu("&Help")

    def fill(self) -> None:
        """Put everything into the menus."""
        window = self._window
        _add(window, self._file, _FILE)
        self._file.addSeparator()
        leave = self._file.addAction("&Quit")
        # On every desktop: Qt's own key for this is empty on some.
        leave.setShortcut(QKeySequence("Ctrl+Q"))
        leave.triggered.connect(lambda _checked=False: window.close())
        _add(window, self._edit, _EDIT)
        _add(window, self._invoices, _INVOICES)
        _fill_view(window, self._view)
        self._fill_help()

    def _fill_help(self) -> None:
        window, menu = self._window, self._help
        menu.addAction("Check the &journal…").triggered.connect(
            lambda _checked=False: window.presenter.start(
                window.journal_dialogs.check, "checking the journal"
            )
        )
        menu.addAction("&Export the journal…").triggered.connect(
            lambda _checked=False: window.presenter.start(
                window.journal_dialogs.export, "exporting the journal"
            )
        )
        menu.addSeparator()
        menu.addAction("&Copy diagnostics").triggered.connect(window.copy_diagnostics)
        menu.addAction("Open &log folder").triggered.connect(window.open_log_folder)
        menu.addSeparator()
        menu.addAction("&About PSAQB Desktop").triggered.connect(window.about)


def row_menu(window: MainWindow) -> QMenu:
    """Make the menu of the chosen rows."""
    menu = QMenu(window)
    _add(window, menu, _ROW)
    return menu


def _add(window: MainWindow, menu: QMenu, names: tuple[str, ...]) -> None:
    menu.setToolTipsVisible(True)
    for name in names:
        if name:
            menu.addAction(window.actions_[name])
        else:
            menu.addSeparator()


def _fill_view(window: MainWindow, menu: QMenu) -> None:
    menu.addAction(window.actions_["details"])
    columns = menu.addMenu("&Columns")
    columns.aboutToShow.connect(lambda: window.page.grid.fill_column_menu(columns))
    menu.addSeparator()
    colours = menu.addMenu("C&olours")
    group = QActionGroup(colours)
    for choice, words in _COLOURS.items():
        action = colours.addAction(words)
        action.setCheckable(True)
        action.setActionGroup(group)
        action.setChecked(choice is window.memory.colours)
        action.triggered.connect(lambda _on=False, choice=choice: window.memory.choose(choice))
