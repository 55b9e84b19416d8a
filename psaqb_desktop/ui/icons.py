"""Icons: our SVG files, drawn in the colour that the look asks for."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from psaqb_desktop.ui.resources import resource

SMALL = (16, 20)
"""Beside text, in device-independent pixels. Each size costs time at the start."""
LARGE = (48,)


def icon(
    name: str, colour: str, disabled_colour: str = "", *, sizes: tuple[int, ...] = SMALL
) -> QIcon:
    """Return an icon drawn in ``colour`` (``#rrggbb``); empty where the file is missing.

    It is drawn for the screens that are there now.
    """
    scales = {math.ceil(screen.devicePixelRatio()) for screen in QGuiApplication.screens()}
    pixels = tuple(size * scale for scale in sorted({1} | scales) for size in sizes)
    return _icon(name, colour, disabled_colour, pixels)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled_colour: str, pixels: tuple[int, ...]) -> QIcon:
    made = QIcon()
    path = resource(f"icons/{name}.svg")
    if not path.is_file():
        return made
    text = path.read_text(encoding="utf-8")
    for size in pixels:
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
