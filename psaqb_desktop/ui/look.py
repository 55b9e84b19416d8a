"""The look: Fusion with our own light and dark colours, the same on every system.

A colour never speaks alone: each status has an icon and a word as well.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from psaqb_desktop.domain.findings import Severity
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.colours import DARK, LIGHT, Colours
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.style_sheet import style_sheet

GAP = 8
"""Between two things that belong together, in device-independent pixels."""
WIDE_GAP = 16
"""Between two groups."""
ROW_HEIGHT = 26
STYLE_ARGUMENTS = ("-style", "Fusion")
"""For the arguments of the application. ``setStyle`` hands the style back, whose hundreds of flags
PySide then makes; that takes ten milliseconds of the first paint."""


class ColourChoice(Enum):
    """What the person chose under View; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_STATUS_ICON = {
    RowStatus.NOT_CHECKED: "status-not-checked",
    RowStatus.NOT_READY: "status-not-ready",
    RowStatus.READY: "status-ready",
    RowStatus.QUEUED: "status-queued",
    RowStatus.POSTING: "status-posting",
    RowStatus.CHECKING: "status-checking",
    RowStatus.POSTED: "status-posted",
    RowStatus.POSTED_REVIEW: "status-posted-review",
    RowStatus.FAILED: "status-failed",
    RowStatus.LEFT_OUT: "status-left-out",
}


def status_colour(status: RowStatus, colours: Colours) -> str:
    """Return the colour of a status word and its icon."""
    if status in {RowStatus.READY, RowStatus.POSTED}:
        return colours.good
    if status is RowStatus.FAILED:
        return colours.bad
    if status in {RowStatus.NOT_READY, RowStatus.POSTED_REVIEW, RowStatus.CHECKING}:
        return colours.caution
    if status in {RowStatus.QUEUED, RowStatus.POSTING}:
        return colours.active
    return colours.muted


def status_icon(status: RowStatus, colours: Colours) -> QIcon:
    """Return the icon of a status."""
    return icon(_STATUS_ICON[status], status_colour(status, colours))


def severity_icon(severity: Severity, colours: Colours) -> QIcon:
    """Return the icon of a finding's severity."""
    if severity is Severity.BLOCKER:
        return icon("severity-blocker", colours.bad)
    return icon("severity-warning", colours.caution)


def tool_icon(name: str, colours: Colours) -> QIcon:
    """Return an icon for an action, paler where the action is not available."""
    return icon(name, colours.text, colours.border, sizes=(20,))


def current_colours() -> Colours:
    """Return the colours that the application wears now."""
    app = QApplication.instance()
    is_dark = isinstance(app, QApplication) and app.palette().window().color().lightness() < 128
    return DARK if is_dark else LIGHT


def apply_look(app: QApplication, choice: ColourChoice = ColourChoice.SYSTEM) -> Colours:
    """Dress the application; call again when the choice or the system's scheme changes."""
    colours = wear_palette(app, choice)
    app.setStyleSheet(style_sheet(colours))
    return colours


def wear_palette(app: QApplication, choice: ColourChoice = ColourChoice.SYSTEM) -> Colours:
    """Wear colours only. The style sheet then costs least when the window is built."""
    if choice is ColourChoice.SYSTEM:
        is_dark = app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    else:
        is_dark = choice is ColourChoice.DARK
    colours = DARK if is_dark else LIGHT
    app.setPalette(_palette(colours))
    return colours


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.base,
        role.AlternateBase: colours.alternate,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.button,
        role.ButtonText: colours.text,
        role.ToolTipBase: colours.base,
        role.ToolTipText: colours.text,
        role.Highlight: colours.highlight,
        role.HighlightedText: colours.highlighted_text,
        role.Link: colours.link,
        role.LinkVisited: colours.link,
        role.BrightText: colours.bad,
        role.Mid: colours.border,
        role.Accent: colours.active,
    }.items():
        palette.setColor(where, QColor(colour))
    off = QPalette.ColorGroup.Disabled
    for where in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(off, where, QColor(colours.muted))
    return palette
