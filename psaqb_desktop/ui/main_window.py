"""The main window: environment band, tool bar, navigation, pages, status line, closing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop import __version__
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.ui.actions import TOOL_BAR, InvoiceActions
from psaqb_desktop.ui.environment_band import environment_band, environment_marker
from psaqb_desktop.ui.invoices.page import InvoicesPage
from psaqb_desktop.ui.invoices.surface import Activity
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.look import ColourChoice, apply_look
from psaqb_desktop.ui.menus import Menus, row_menu
from psaqb_desktop.ui.navigation import NavigationRail
from psaqb_desktop.ui.overriding import override
from psaqb_desktop.ui.state import ForgetfulState, WindowState
from psaqb_desktop.ui.status_line import StatusLine
from psaqb_desktop.ui.window_memory import WindowMemory

if TYPE_CHECKING:
    # Not before the first paint: who needs them at run time imports them then.
    from PySide6.QtGui import QCloseEvent

    from psaqb_desktop.domain.crm import CrmUser
    from psaqb_desktop.domain.listing import InvoiceList
    from psaqb_desktop.ui.desk import InvoiceDesk
    from psaqb_desktop.ui.parts import MainWindowParts
    from psaqb_desktop.ui.tasks import TaskRunner

INVOICES, CONNECTIONS = range(2)


class MainWindow(QMainWindow):
    """The frame around the pages.

    Signals:
        closed: the window was closed and nothing is running any more.
    """

    closed = Signal()

    def __init__(
        self,
        environment: Environment,
        state: WindowState | None = None,
        *,
        log_folder: Path | None = None,
        first: InvoiceList | None = None,
    ) -> None:
        """Build what can be seen and used at once; :meth:`work_with` brings it to life.

        ``first`` are rows that were kept, shown before anything is read.
        """
        super().__init__()
        self._environment = environment
        self._log_folder = log_folder
        self._activity: Activity | None = None
        self._tasks: TaskRunner | None = None
        self._is_closing = False
        self.setWindowTitle(f"PSAQB Desktop – {environment_marker(environment)}")
        self.page = InvoicesPage(
            environment, InvoiceTable(first.rows, is_partial=first.is_partial) if first else None
        )
        self.status = StatusLine()
        self.status.show_read(first.read_on if first else None, is_offline=False)
        self.setStatusBar(self.status)
        self.actions_ = InvoiceActions(self)
        self.rail = NavigationRail()
        self.pages = QStackedWidget()
        self._lay_out()
        self.memory = WindowMemory(self, state or ForgetfulState())
        self._menus = Menus(self)
        self._connect_page()
        self.memory.restore()
        self.page.grid.setFocus()
        for part in (self._bar, self.menuBar(), self.rail):
            part.setEnabled(False)

    def work_with(self, desk: InvoiceDesk, tasks: TaskRunner, parts: MainWindowParts) -> None:
        """Take the use cases of the environment: from now on everything works."""
        from psaqb_desktop.ui.invoices.presenter import InvoicesPresenter  # noqa: PLC0415
        from psaqb_desktop.ui.journal_dialogs import JournalDialogs  # noqa: PLC0415

        self._tasks = tasks
        self._parts = parts
        self.presenter = InvoicesPresenter(desk, tasks, parts, self.page, self)
        self.journal_dialogs = JournalDialogs(
            desk.journal_upkeep,
            tasks,
            self,
            settle=lambda: self.presenter.reading.refresh(is_start=True),
        )
        self.pages.addWidget(parts.connections_page)
        self._connect()
        parts.set_window(self)
        self.actions_.complete()
        self._menus.fill()
        self._update_actions()
        for part in (self._bar, self.menuBar(), self.rail):
            part.setEnabled(True)

    # -- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._bar = bar = QToolBar("Actions")
        bar.setObjectName("actions")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in TOOL_BAR:
            if not name:
                bar.addSeparator()
                continue
            bar.addAction(self.actions_[name])
            button = bar.widgetForAction(self.actions_[name])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addToolBar(bar)
        self.pages.addWidget(self.page)
        middle = QWidget()
        columns = QHBoxLayout(middle)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.rail)
        columns.addWidget(self.pages, 1)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(environment_band(self._environment))
        rows.addWidget(middle, 1)
        self.setCentralWidget(whole)
        # The frame needs room too: without it the status line is below the edge of the screen.
        room = self.screen().availableSize() - QSize(20, 60)
        self.resize(room.boundedTo(QSize(1500, 900)))
        self.setMinimumSize(820, 520)

    def _connect_page(self) -> None:
        """Connect what needs nothing but the page itself."""
        page = self.page
        for name, act in {
            "find": self._find,
            "select_shown": page.select_shown,
            "clear_selection": page.clear_selection,
            "copy": page.grid.copy,
            "details": self._toggle_details,
        }.items():
            self.actions_[name].triggered.connect(_without_argument(act))
        page.choice_changed.connect(self._update_actions)
        self.rail.page_chosen.connect(self.show_page)
        page.grid.customContextMenuRequested.connect(self._show_row_menu)

    def _connect(self) -> None:
        page, presenter = self.page, self.presenter
        reading, flows, mending = presenter.reading, presenter.flows, presenter.mending
        start = presenter.start
        chosen = page.chosen_ids
        for name, act in {
            "refresh": lambda: start(reading.refresh, "reading invoices"),
            "refresh_all": lambda: start(reading.refresh_everything, "reading all invoices"),
            "check": lambda: start(lambda: flows.check(chosen()), "checking"),
            "push": lambda: start(lambda: flows.push(chosen()), "pushing"),
            "pull": lambda: start(flows.pull, "pulling"),
            "pull_all": lambda: start(lambda: flows.pull(is_full=True), "comparing"),
            "try_again": lambda: start(lambda: flows.try_again(chosen()), "trying again"),
            "leave_out": lambda: start(lambda: flows.leave_out(chosen()), "leaving out"),
            "push_again": lambda: start(lambda: flows.push_again(chosen()), "pushing again"),
            "accept": lambda: start(lambda: flows.accept(chosen()), "accepting"),
            "take_back": lambda: start(lambda: flows.take_back(chosen()), "taking back"),
            "sign_in": lambda: start(reading.sign_in, "signing in"),
            "sign_out": lambda: start(reading.sign_out, "signing out"),
            "set_up": lambda: start(reading.set_up, "setting up the CRM"),
            "open_quickbooks": lambda: start(self._open_quickbooks, "opening QuickBooks"),
            "open_crm": self._open_crm,
            "stop": presenter.stop,
        }.items():
            self.actions_[name].triggered.connect(_without_argument(act))
        page.empty_action_requested.connect(presenter.act_on_empty)
        page.facts_wanted.connect(
            lambda i: start(lambda: mending.show_facts(InvoiceId(i)), "reading one invoice")
        )
        page.check_requested.connect(
            lambda i: start(lambda: flows.check([InvoiceId(i)]), "checking")
        )
        page.quickbooks_requested.connect(
            lambda i: start(lambda: mending.open_in_quickbooks(InvoiceId(i)), "opening QuickBooks")
        )
        page.crm_requested.connect(lambda i: mending.open_in_crm(InvoiceId(i)))
        page.remedy_requested.connect(
            lambda offer, i: start(lambda: mending.mend(offer, InvoiceId(i)), "mending")
        )
        page.group_remedy_requested.connect(
            lambda group: start(lambda: mending.mend_all(group), "mending")
        )
        self._parts.on_changed = lambda: start(reading.refresh, "reading invoices")

    # -- the frame, as presenters know it -------------------------------------------------------

    def show_user(self, user: CrmUser | None) -> None:
        """Tell who is signed in."""
        self.status.show_user(user)
        self.actions_["sign_in"].setVisible(user is None)
        self.actions_["sign_out"].setVisible(user is not None)

    def show_read(self, read_on: datetime | None, *, is_offline: bool) -> None:
        """Tell when the list was read."""
        self.status.show_read(read_on, is_offline=is_offline)

    def show_activity(self, activity: Activity | None) -> None:
        """Tell what is going on."""
        was_running = self._activity is not None
        if activity is None and self._activity is not None and not self.isActiveWindow():
            QApplication.alert(self)
        can_stop = self._activity is not None and self._activity.can_stop
        self._activity = activity
        self.status.show_activity(activity)
        if was_running != (activity is not None) or (
            activity is not None and (activity.is_stopping or activity.can_stop != can_stop)
        ):
            self._update_actions()

    def go_to_connections(self) -> None:
        """Show the connections page."""
        self.show_page(CONNECTIONS)

    # -- what the window itself does ------------------------------------------------------------

    def show_page(self, place: int) -> None:
        """Show a page of the navigation."""
        self.pages.setCurrentIndex(place)
        self.rail.show_chosen(place)
        (self.page.grid if place == INVOICES else self._parts.connections_page).setFocus()

    def wear(self, choice: ColourChoice) -> None:
        """Dress everything in these colours."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_look(app, choice)
        self.page.dress()
        self.actions_.dress()
        self.rail.dress()

    def _update_actions(self) -> None:
        if self._tasks is not None:
            self.actions_.update(self.page.choice(), self._activity)

    def _show_row_menu(self, where: QPoint) -> None:
        menu = row_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.page.grid.viewport().mapToGlobal(where))

    def _find(self) -> None:
        self.show_page(INVOICES)
        self.page.filter_bar.focus_search()

    def _toggle_details(self) -> None:
        if self.page.details_place.is_wanted:
            self.page.close_details()
        else:
            self.page.open_details()

    async def _open_quickbooks(self) -> None:
        for invoice_id in self.page.chosen_ids()[:1]:
            await self.presenter.mending.open_in_quickbooks(invoice_id)

    def _open_crm(self) -> None:
        for invoice_id in self.page.chosen_ids()[:1]:
            self.presenter.mending.open_in_crm(invoice_id)

    def copy_diagnostics(self) -> None:
        """Put what support wants to know on the clipboard."""
        from psaqb_desktop.ui.diagnostics import diagnostics  # noqa: PLC0415

        QGuiApplication.clipboard().setText(diagnostics(self._environment, self.page.table))
        self.status.showMessage("Diagnostics copied", 4000)

    def open_log_folder(self) -> None:
        """Open the folder of the log in the system's file manager."""
        from PySide6.QtCore import QUrl  # noqa: PLC0415
        from PySide6.QtGui import QDesktopServices  # noqa: PLC0415

        if self._log_folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))

    def about(self) -> None:
        """Say what this is."""
        text = (
            f"Version {__version__}. Posts Dynamics 365 invoices to QuickBooks Online and brings "
            "payments back. MIT licence. Uses Qt and PySide6 under the LGPL."
        )
        from psaqb_desktop.ui.dialogs import tell  # noqa: PLC0415

        self._start(lambda: tell(self, "PSAQB Desktop", text), "about")

    def _start(self, act: Callable[[], Coroutine[Any, Any, None]], what: str) -> None:
        if self._tasks is not None:
            self._tasks.start(act(), what)

    # -- closing -------------------------------------------------------------------------------

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing or self._tasks is None:
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        self._tasks.start(self._close(), "closing")

    async def _close(self) -> None:
        """Ask while documents are on their way; leave when nothing is."""
        from psaqb_desktop.ui.dialogs import ask  # noqa: PLC0415

        gate = self.presenter.gate
        if gate.is_pushing:
            run = gate.current.activity if gate.current else None
            done = f"{run.done:,} of {run.total:,} documents are done. " if run else ""
            if not await ask(
                self,
                "A push is running",
                f"{done}What is in flight will be finished, then the program closes. What has "
                "not started stays “To post”.",
                "Stop and close",
                "Keep pushing",
            ):
                return
        self.presenter.leave()
        if gate.is_pushing:
            await gate.wait_idle()
        self._is_closing = True
        self.memory.keep()
        self.close()


def _without_argument(act: Callable[[], object]) -> Callable[[], None]:
    def slot() -> None:
        act()

    return slot
