"""The page of connections: one for each legal entity, how it stands, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum, auto

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.ui.connect.company_pages import country_name
from psaqb_desktop.ui.connect.connection_words import Badge, badge, problem_of
from psaqb_desktop.ui.connect.form_pieces import button, card, heading, notice, words
from psaqb_desktop.ui.connect.rules_editor import rules_in_words
from psaqb_desktop.ui.formats import moment_text
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import GAP, ROW_HEIGHT, WIDE_GAP, current_colours

_HEADERS = (
    "Legal entity",
    "Connection",
    "QuickBooks company",
    "Country",
    "Currency",
    "Status",
    "Last pull",
    "Which invoices",
)
_STATUS = _HEADERS.index("Status")
_WIDTHS = (90, 180, 180, 130, 70, 190, 130)
_CONNECTION = Qt.ItemDataRole.UserRole


class PageAction(Enum):
    """What a person can ask for on this page."""

    NEW = auto()
    SET_UP = auto()
    CONNECT = auto()
    MATCH = auto()
    MAPPING = auto()
    EDIT = auto()
    DISCONNECT = auto()


class ConnectionsPage(QWidget):
    """Shows connections and decides nothing.

    Attributes:
        wanted: signal with a :class:`PageAction` and its connection (None where it has none).
    """

    wanted = Signal(object, object)

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        kind: EnvironmentKind | None = None,
    ) -> None:
        """``kind`` is of the environment: connections of another kind are marked."""
        super().__init__()
        self._kind = kind
        self.setAccessibleName("Connections")
        self._now = now
        self.new = button("&New connection…", lambda: self.wanted.emit(PageAction.NEW, None))
        self.not_set_up = self._make_not_set_up()
        self.suggestions = QWidget()
        self.empty = words(
            "No connections yet. A connection belongs to one legal entity and holds what is "
            "needed to reach its QuickBooks company. Choose “New connection…” to begin."
        )
        self.tree = self._make_tree()
        self.buttons = self._make_actions()
        self._lay_out()
        self.show_connections((), {}, ())

    def _make_not_set_up(self) -> QWidget:
        start = button(
            "&Set up the CRM…", lambda: self.wanted.emit(PageAction.SET_UP, None), look="primary"
        )
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(words("The CRM lacks the tables that connections are kept in."), 1)
        row.addWidget(start)
        inside = QWidget()
        inside.setLayout(row)
        return notice("caution", inside)

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName("Connections")
        tree.setHeaderLabels(list(_HEADERS))
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setAlternatingRowColors(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setAllColumnsShowFocus(True)
        for column, width in enumerate(_WIDTHS):
            tree.setColumnWidth(column, width)
        tree.itemSelectionChanged.connect(self._enable)
        tree.itemActivated.connect(lambda _item: self._ask(PageAction.EDIT))
        return tree

    def _make_actions(self) -> dict[PageAction, QPushButton]:
        texts = {
            PageAction.CONNECT: "&Connect…",
            PageAction.MATCH: "&Match customers && items…",
            PageAction.MAPPING: "Ma&pping…",
            PageAction.EDIT: "&Edit…",
            PageAction.DISCONNECT: "&Disconnect…",
        }
        return {action: self._button(action, text) for action, text in texts.items()}

    def _button(self, action: PageAction, text: str) -> QPushButton:
        name = text.replace("&&", "and").replace("&", "")
        return button(text, lambda: self._ask(action), name=name)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(heading("Connections"), 1)
        top.addWidget(self.new)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for action in self.buttons.values():
            buttons.addWidget(action)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE_GAP, WIDE_GAP, WIDE_GAP, WIDE_GAP)
        layout.setSpacing(GAP + 2)
        layout.addLayout(top)
        layout.addWidget(
            words("One for each legal entity and its QuickBooks company.", look="muted")
        )
        layout.addWidget(self.not_set_up)
        layout.addWidget(self.suggestions)
        layout.addWidget(self.empty)
        layout.addWidget(self.tree, 1)
        layout.addLayout(buttons)
        self._filler = QWidget()
        layout.addWidget(self._filler, 1)

    def show_connections(
        self,
        connections: Sequence[Connection],
        last_pulls: Mapping[ConnectionId, datetime],
        suggested: Sequence[Connection],
        *,
        is_set_up: bool = True,
    ) -> None:
        """Show connections, and legal entities that have invoices but none."""
        before = self.selected
        self.not_set_up.setVisible(not is_set_up)
        self.new.setEnabled(is_set_up)
        self._show_suggestions(suggested if is_set_up else ())
        self.tree.clear()
        for connection in connections:
            item = self._item(connection, last_pulls.get(connection.id))
            self.tree.addTopLevelItem(item)
            if before is not None and before.id == connection.id:
                self.tree.setCurrentItem(item)
        has_some = bool(connections)
        self.setFocusProxy(self.tree if has_some else self.new)
        self.tree.setVisible(has_some)
        self._filler.setVisible(not has_some)
        self.empty.setVisible(not has_some and is_set_up and not suggested)
        for action in self.buttons.values():
            action.setVisible(has_some)
        first = self.tree.topLevelItem(0)
        if first is not None and not self.tree.selectedItems():
            self.tree.setCurrentItem(first)
        self._enable()

    def _item(self, connection: Connection, last_pull: datetime | None) -> QTreeWidgetItem:
        stands = badge(connection, self._now(), self._kind)
        item = QTreeWidgetItem(
            [
                connection.legal_entity,
                connection.name,
                connection.company_name,
                country_name(connection.country),
                connection.home_currency,
                stands.text,
                moment_text(last_pull) or "Never",
                rules_in_words(connection.rules),
            ]
        )
        item.setData(0, _CONNECTION, connection)
        self._colour(item, stands)
        problem = problem_of(connection, self._kind)
        for column, header in enumerate(_HEADERS):
            more = problem if column == _STATUS else ""
            text = f"{header}: {item.text(column) or 'none'}"
            item.setToolTip(column, more or item.text(column))
            item.setData(
                column, Qt.ItemDataRole.AccessibleTextRole, f"{text}. {more}" if more else text
            )
        item.setSizeHint(0, QSize(10, ROW_HEIGHT + 4))
        return item

    @staticmethod
    def _colour(item: QTreeWidgetItem, stands: Badge) -> None:
        colours = current_colours()
        colour: str = getattr(colours, stands.tone)
        item.setIcon(_STATUS, icon(stands.icon, colour))
        item.setForeground(_STATUS, QColor(colour))

    def _show_suggestions(self, suggested: Sequence[Connection]) -> None:
        fresh = QWidget()
        layout = QVBoxLayout(fresh)
        layout.setContentsMargins(0, 0, 0, 0)
        if suggested:
            lines = [self._suggestion(connection) for connection in suggested]
            layout.addWidget(card("These legal entities have invoices, but no connection", *lines))
        own = self.layout()
        if own is not None:
            own.replaceWidget(self.suggestions, fresh)
        self.suggestions.deleteLater()
        self.suggestions = fresh

    def _suggestion(self, connection: Connection) -> QHBoxLayout:
        text = f"Connect {connection.name} ({connection.legal_entity})"
        row = QHBoxLayout()
        row.addWidget(
            button(
                text.replace("&", "&&"),
                lambda: self.wanted.emit(PageAction.CONNECT, connection),
                name=text,
            )
        )
        row.addWidget(words(rules_in_words(connection.rules), look="muted"), 1)
        return row

    @property
    def selected(self) -> Connection | None:
        """The connection that is selected."""
        items = self.tree.selectedItems()
        found: Connection | None = items[0].data(0, _CONNECTION) if items else None
        return found

    def _ask(self, action: PageAction) -> None:
        connection = self.selected
        if connection is not None:
            self.wanted.emit(action, connection)

    def _enable(self) -> None:
        """Enable what can be done with the selected connection; the rest says why not."""
        chosen = self.selected
        is_connected = chosen is not None and chosen.is_connected
        has_token = chosen is not None and chosen.has_refresh_token
        first = chosen is None or not chosen.realm_id
        connect = self.buttons[PageAction.CONNECT]
        connect.setText("&Connect…" if first else "Re&connect…")
        connect.setAccessibleName("Connect…" if first else "Reconnect…")
        for action, is_possible, reason in (
            (PageAction.CONNECT, chosen is not None, "Select a connection first."),
            (PageAction.EDIT, chosen is not None, "Select a connection first."),
            (PageAction.MAPPING, chosen is not None, "Select a connection first."),
            (PageAction.MATCH, is_connected, "Connect the company first."),
            (PageAction.DISCONNECT, has_token, "This connection holds no access."),
        ):
            self.buttons[action].setEnabled(is_possible)
            self.buttons[action].setToolTip("" if is_possible else reason)
