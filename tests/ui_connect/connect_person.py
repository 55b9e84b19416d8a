"""Plays the person at the screen: presses buttons by their words, types into fields by name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QWidget


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something on the screen; the test's own limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - what is on a screen has no event
        await asyncio.sleep(0.01)


def dialog() -> QDialog | None:
    """The dialog in front, if there is one."""
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    modal = QApplication.activeModalWidget()
    if isinstance(modal, QDialog):
        return modal
    return shown[-1] if shown else None


def _buttons(words: str, inside: QWidget | None) -> list[QAbstractButton]:
    place = inside or dialog()
    if place is None:
        return []
    return [
        each
        for each in place.findChildren(QAbstractButton)
        if each.isVisible() and _shown(each).startswith(words)
    ]


def _shown(button: QAbstractButton) -> str:
    """A button's words without the marks of its keys."""
    return button.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


async def press(words: str, inside: QWidget | None = None) -> None:
    """Press the button whose text begins with these words, once it can be pressed."""
    await until(lambda: any(each.isEnabled() for each in _buttons(words, inside)))
    next(each for each in _buttons(words, inside) if each.isEnabled()).click()
    await asyncio.sleep(0)


def field(name: str) -> QLineEdit:
    """The field with this spoken name."""
    place = dialog()
    assert place is not None
    return next(e for e in place.findChildren(QLineEdit) if e.accessibleName() == name)


def text(inside: QWidget | None = None) -> str:
    """Everything that can be read on the dialog."""
    place = inside or dialog()
    if place is None:
        return ""
    return "\n".join(each.text() for each in place.findChildren(QLabel) if each.isVisible())


async def read(words: str) -> None:
    """Wait until these words can be read."""
    await until(lambda: words in text())


def is_enabled(words: str) -> bool:
    """Tell whether a button can be pressed."""
    return any(each.isEnabled() for each in _buttons(words, None))
