"""The panel under the grid after a check of many: findings grouped, each group with its button."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.invoices.problems import ProblemGroup
from psaqb_desktop.ui.look import GAP, current_colours, severity_icon

_CAUSE, _COMPANY, _COUNT, _EXAMPLE, _ACTION = range(5)
_LINE_HEIGHT = 32
_MOST_LINES = 5
"""More are scrolled: the grid above is what the panel speaks of."""


class ProblemsPanel(QFrame):
    """Shows groups of findings.

    Signals:
        group_chosen: a group was clicked or entered; carries the :class:`ProblemGroup`.
        remedy_requested: a group's button was pressed; carries the :class:`ProblemGroup`.
        closed: the person closed the panel.
    """

    group_chosen = Signal(object)
    remedy_requested = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups: tuple[ProblemGroup, ...] = ()
        self._title = QLabel()
        self._title.setProperty("look", "heading")
        hint = QLabel("Choose a line to select its invoices.")
        hint.setProperty("look", "muted")
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setAccessibleName("Close the problems panel")
        self._close.setToolTip("Close")
        self._close.clicked.connect(self.closed.emit)
        top = QHBoxLayout()
        top.setContentsMargins(12, 6, 6, 0)
        top.addWidget(self._title)
        top.addSpacing(GAP)
        top.addWidget(hint)
        top.addStretch()
        top.addWidget(self._close)
        self.tree = self._make_tree()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.tree)
        self.dress()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName("Problems by cause")
        tree.setHeaderLabels(["Problem", "Company", "Invoices", "For example", ""])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        tree.setAlternatingRowColors(True)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_EXAMPLE, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_CAUSE, 190), (_COMPANY, 130), (_COUNT, 65), (_ACTION, 170)):
            header.resizeSection(column, width)
        tree.itemClicked.connect(self._on_chosen)
        tree.itemActivated.connect(self._on_chosen)
        return tree

    def show_groups(self, groups: Sequence[ProblemGroup]) -> None:
        """Show these groups in place of the old ones."""
        self.groups = tuple(groups)
        ids = {invoice_id for group in groups for invoice_id in group.ids}
        self._title.setText(
            f"{plural(len(groups), 'kind')} of problem in {plural(len(ids), 'invoice')}"
        )
        self.tree.clear()
        colours = current_colours()
        for group in groups:
            item = QTreeWidgetItem(
                [group.cause.value, group.company, str(len(group.ids)), group.example, ""]
            )
            item.setIcon(_CAUSE, severity_icon(group.severity, colours))
            item.setToolTip(_EXAMPLE, group.example)
            item.setTextAlignment(
                _COUNT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
            item.setSizeHint(_CAUSE, QSize(0, _LINE_HEIGHT))
            self.tree.addTopLevelItem(item)
            if group.offer is not None:
                self.tree.setItemWidget(item, _ACTION, self._button(group))

    def wanted_height(self) -> int:
        """Return the height at which all groups are seen whole, or the first few of many."""
        lines = min(len(self.groups), _MOST_LINES)
        head = self.sizeHint().height() - self.tree.sizeHint().height()
        titles = self.tree.header().sizeHint().height()
        bar = self.tree.horizontalScrollBar().sizeHint().height()
        return head + titles + lines * _LINE_HEIGHT + 2 * self.tree.frameWidth() + bar

    def take_room(self, splitter: QSplitter) -> None:
        """Be as high as wanted in a splitter, under the grid."""
        wanted = self.wanted_height()
        splitter.setSizes([max(200, splitter.height() - wanted), wanted])

    def _button(self, group: ProblemGroup) -> QWidget:
        words = group.offer.words if group.offer else ""
        button = QPushButton(words)
        button.setAccessibleName(f"{words} {group.cause.value}, {group.company}")
        button.clicked.connect(self._remedy_slot(group))
        # A margin around the button: lines of buttons would grow together otherwise.
        cell = QWidget()
        row = QHBoxLayout(cell)
        row.setContentsMargins(6, 2, 6, 2)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return cell

    def _remedy_slot(self, group: ProblemGroup) -> Callable[[], None]:
        return lambda: self.remedy_requested.emit(group)

    def _on_chosen(self, item: QTreeWidgetItem) -> None:
        self.group_chosen.emit(self.groups[self.tree.indexOfTopLevelItem(item)])

    def dress(self) -> None:
        """Take the colours of the application."""
        self._close.setIcon(icon("close", current_colours().muted))
        if self.groups:
            self.show_groups(self.groups)

    def point_of(self, place: int) -> QPoint:
        """Return where a group's line is, for clicks from tests."""
        item = self.tree.topLevelItem(place)
        return self.tree.visualItemRect(item).center() if item else QPoint()
