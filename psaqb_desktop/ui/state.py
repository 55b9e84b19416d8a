"""What the window remembers between two starts: geometry, columns, the last view."""

from __future__ import annotations

import base64
from typing import Protocol

from PySide6.QtCore import QByteArray


class WindowState(Protocol):
    """A small store of texts; the program keeps it in a file of its own, not in the settings."""

    def get(self, key: str) -> str:
        """Return what was kept under the key, or ""."""
        ...

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        ...


class ForgetfulState:
    """Keeps nothing beyond the life of the window."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, key: str) -> str:
        """Return what was kept under the key, or ""."""
        return self._kept.get(key, "")

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        self._kept[key] = value


def to_text(data: QByteArray) -> str:
    """Write Qt's own state as text."""
    return base64.b64encode(data.data()).decode("ascii")


def from_text(text: str) -> QByteArray:
    """Read back what :func:`to_text` wrote; broken text is an empty state."""
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return QByteArray()
