"""The few rules that a palette cannot say. Widgets are named by their ``look`` property.

The grid's cells are left to the palette: a style sheet there costs time with every cell.
"""

from __future__ import annotations

from psaqb_desktop.ui.colours import Colours
from psaqb_desktop.ui.resources import resource


def style_sheet(colours: Colours) -> str:
    """Return the application's style sheet in these colours."""
    return _frame(colours) + _controls(colours) + _indicators(colours) + _notices(colours)


def _frame(c: Colours) -> str:
    return f"""
QToolTip {{ background: {c.base}; color: {c.text}; border: 1px solid {c.border}; padding: 4px; }}
QToolBar {{ background: {c.window}; border: none; border-bottom: 1px solid {c.border};
  spacing: 2px; padding: 3px 6px; }}
QToolBar QToolButton {{ padding: 5px 9px; border: 1px solid transparent; border-radius: 5px; }}
QToolBar QToolButton:hover:enabled, QToolBar QToolButton:focus {{ background: {c.base};
  border-color: {c.border}; }}
QToolBar QToolButton:pressed {{ background: {c.active_tint}; }}
QToolBar QToolButton:disabled {{ color: {c.muted}; }}
QStatusBar {{ border-top: 1px solid {c.border}; }}
QStatusBar::item {{ border: none; }}
QMainWindow::separator {{ width: 0; height: 0; }}
QSplitter::handle {{ background: {c.border}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QFrame[look="card"] {{ background: {c.base}; border: 1px solid {c.border}; border-radius: 6px; }}
QFrame[look="panel"] {{ background: {c.base}; border: none; }}
QFrame[look="panel"] QScrollArea, QFrame[look="panel"] QWidget[look="sheet"]
  {{ background: {c.base}; }}
QHeaderView {{ background: {c.window}; border: none; }}
QHeaderView::section {{ background: {c.window}; color: {c.text}; border: none;
  border-right: 1px solid {c.border}; border-bottom: 1px solid {c.border};
  padding: 4px 7px 4px 4px; }}
QHeaderView::section:hover {{ background: {c.active_tint}; }}
QProgressBar {{ border: 1px solid {c.border}; border-radius: 4px; background: {c.base};
  max-height: 10px; }}
QProgressBar::chunk {{ background: {c.active}; border-radius: 3px; }}
QWidget[look="rail"] {{ border-right: 1px solid {c.border}; }}
QWidget[look="rail"] QToolButton {{ border: none; border-radius: 6px; padding: 7px 4px; }}
QWidget[look="rail"] QToolButton:hover, QWidget[look="rail"] QToolButton:focus
  {{ background: {c.alternate}; border: 1px solid {c.border}; }}
QWidget[look="rail"] QToolButton:checked {{ background: {c.active_tint}; color: {c.active};
  font-weight: 600; }}
QTabWidget::tab-bar {{ left: 6px; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.border}; }}
QTabBar::tab {{ padding: 7px 11px; border: none; border-bottom: 2px solid transparent;
  background: transparent; color: {c.muted}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:selected {{ color: {c.active}; border-bottom-color: {c.active}; }}
QTabBar::tab:focus {{ background: {c.active_tint}; }}
"""


def _indicators(c: Colours) -> str:
    """Draw check boxes and radio buttons: Fusion's own outline is lost on a dark window."""
    tick = resource("icons/indicator-tick.svg").as_posix()
    dot = resource("icons/indicator-dot.svg").as_posix()
    return f"""
QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator, QListView::indicator
  {{ width: 14px; height: 14px; border: 1px solid {c.muted}; background: {c.base}; }}
QCheckBox::indicator, QTableView::indicator, QListView::indicator {{ border-radius: 3px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border: 2px solid {c.active}; }}
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked
  {{ background: {c.active}; border-color: {c.active}; image: url("{tick}"); }}
QRadioButton::indicator:checked
  {{ background: {c.active}; border-color: {c.active}; image: url("{dot}"); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {c.border}; }}
"""


def _controls(c: Colours) -> str:
    return f"""
QToolButton[look="view"] {{ border: none; border-bottom: 2px solid transparent;
  padding: 6px 10px; color: {c.muted}; }}
QToolButton[look="view"]:hover {{ color: {c.text}; }}
QToolButton[look="view"]:focus {{ background: {c.active_tint}; }}
QToolButton[look="view"]:checked {{ color: {c.active}; border-bottom-color: {c.active};
  font-weight: 600; }}
QToolButton[look="chip"] {{ border: 1px solid {c.active}; border-radius: 10px; color: {c.active};
  background: {c.active_tint}; padding: 2px 8px; }}
QToolButton[look="chip"]:hover, QToolButton[look="chip"]:focus {{ background: {c.base}; }}
QPushButton[look="primary"] {{ background: {c.active}; color: {c.base}; font-weight: 600;
  border: 1px solid {c.active}; border-radius: 5px; padding: 6px 14px; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; padding: 5px 13px; }}
QPushButton[look="primary"]:disabled {{ background: {c.border}; border-color: {c.border};
  color: {c.muted}; }}
QPushButton[look="link"] {{ border: none; background: transparent; color: {c.link}; padding: 3px;
  text-align: left; }}
QPushButton[look="link"]:hover, QPushButton[look="link"]:focus {{ text-decoration: underline; }}
QPushButton[look="link"]:disabled {{ color: {c.muted}; }}
QLabel[look="muted"] {{ color: {c.muted}; }}
QLabel[look="heading"] {{ font-weight: 600; }}
QLabel[look="marker"] {{ color: {c.bad}; font-weight: 700; }}
QWidget[look="sandbox band"] {{ background: #0f5e6e; }}
QWidget[look="sandbox band"] QLabel {{ color: #ffffff; }}
QWidget[look="practice band"] QLabel {{ color: #2a0f4a; }}
QLabel[look="bad"] {{ color: {c.bad}; font-weight: 600; }}
QLabel[look="good"] {{ color: {c.good}; font-weight: 600; }}
QLabel[look="caution"] {{ color: {c.caution}; font-weight: 600; }}
"""


def _notices(c: Colours) -> str:
    rules = ""
    for name, tint, edge in (
        ("good", c.good_tint, c.good),
        ("bad", c.bad_tint, c.bad),
        ("caution", c.caution_tint, c.caution),
        ("info", c.active_tint, c.active),
    ):
        rules += f"""
QFrame[notice="{name}"] {{ background: {tint}; border: none; border-left: 4px solid {edge}; }}
"""
    return rules
