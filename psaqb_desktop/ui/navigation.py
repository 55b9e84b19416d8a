"""The rail on the left: which page is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import current_colours

_PAGES = (("Invoices", "invoices", "Ctrl+1"), ("Connections", "connections", "Ctrl+2"))


class NavigationRail(QWidget):
    """A button per page.

    Signals:
        page_chosen: carries the place of the page.
    """

    page_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Pages")
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 8, 6, 8)
        layout.setSpacing(4)
        for place, (words, _picture, keys) in enumerate(_PAGES):
            button = QToolButton()
            button.setText(words)
            button.setAccessibleName(words)
            button.setCheckable(True)
            button.setIconSize(QSize(24, 24))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumWidth(96)
            button.setShortcut(QKeySequence(keys))
            button.setToolTip(f"{words} ({keys})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            layout.addWidget(button)
        layout.addStretch()
        self._group.idClicked.connect(self.page_chosen)
        self.show_chosen(0)

    def show_chosen(self, place: int) -> None:
        """Mark the page that is shown."""
        self._group.button(place).setChecked(True)
        self.dress()

    def dress(self) -> None:
        """Take the colours of the application."""
        colours = current_colours()
        for place, (_words, picture, _keys) in enumerate(_PAGES):
            button = self._group.button(place)
            button.setIcon(
                icon(picture, colours.active if button.isChecked() else colours.muted, sizes=(24,))
            )
