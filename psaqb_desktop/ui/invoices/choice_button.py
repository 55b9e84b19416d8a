"""A button with a menu in which several things can be ticked before it closes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from psaqb_desktop.ui.formats import button_text
from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent


class _StayingMenu(QMenu):
    """Stays open while ticks are set, by mouse and by Space."""

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.activeAction()
        if action is not None and action.isEnabled() and action.isCheckable():
            action.toggle()
            return
        super().mouseReleaseEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.toggle()
            return
        super().keyPressEvent(event)


class ChoiceButton(QToolButton):
    """Chooses any number of a few things; nothing chosen means all.

    Signals:
        choice_changed: other things are chosen than before.
    """

    choice_changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._actions: dict[Hashable, QAction] = {}
        self._offered: list[tuple[Hashable, str]] = []
        self.setText(title)
        self.setAccessibleName(f"Filter by {title.lower()}")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._menu = _StayingMenu(self)
        self.setMenu(self._menu)

    def offer(self, choices: Sequence[tuple[Hashable, str]]) -> None:
        """Offer these things; what was chosen and is still offered stays chosen."""
        if self._offered == list(choices):
            return
        self._offered = list(choices)
        chosen = self.chosen
        self._menu.clear()
        self._actions = {}
        for key, words in choices:
            action = self._menu.addAction(button_text(words))
            action.setCheckable(True)
            action.setChecked(key in chosen)
            action.toggled.connect(lambda _on: self.choice_changed.emit())
            self._actions[key] = action
        self._menu.addSeparator()
        self._menu.addAction("Show all").triggered.connect(lambda: self.choose(frozenset()))

    @property
    def chosen(self) -> frozenset[Hashable]:
        """The keys that are ticked."""
        return frozenset(key for key, action in self._actions.items() if action.isChecked())

    def choose(self, keys: frozenset[Hashable]) -> None:
        """Tick these and no others."""
        before = self.chosen
        for key, action in self._actions.items():
            action.blockSignals(True)
            action.setChecked(key in keys)
            action.blockSignals(False)
        if self.chosen != before:
            self.choice_changed.emit()
