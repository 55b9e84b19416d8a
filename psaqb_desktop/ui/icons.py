"""Icons: our SVG files, drawn in the colour that the look asks for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from psaqb_desktop.ui.resources import resource

SMALL = (16, 20, 32, 40)
"""Beside text, on screens of scale 1 and 2. Each size costs time at the start."""
LARGE = (48, 96)


@lru_cache(maxsize=512)
def icon(
    name: str, colour: str, disabled_colour: str = "", *, sizes: tuple[int, ...] = SMALL
) -> QIcon:
    """Return an icon drawn in ``colour`` (``#rrggbb``); empty where the file is missing."""
    made = QIcon()
    path = resource(f"icons/{name}.svg")
    if not path.is_file():
        return made
    text = path.read_text(encoding="utf-8")
    for size in sizes:
        pixmap = _drawn(text, colour, size)
        made.addPixmap(pixmap)
        made.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt pales it on highlighted rows
        if disabled_colour:
            made.addPixmap(_drawn(text, disabled_colour, size), QIcon.Mode.Disabled)
    return made


def _drawn(text: str, colour: str, size: int) -> QPixmap:
    coloured = text.replace("currentColor", QColor(colour).name())
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(coloured.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
