"""The panel beside the grid: one invoice from all sides, in tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.desk import Facts, NoFacts
from psaqb_desktop.ui.formats import amount_text
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.invoices.details.crm_tab import CrmTab
from psaqb_desktop.ui.invoices.details.draft_tab import DraftTab
from psaqb_desktop.ui.invoices.details.history_tab import HistoryTab
from psaqb_desktop.ui.invoices.details.problems_tab import ProblemsTab
from psaqb_desktop.ui.invoices.details.quickbooks_tab import QuickBooksTab
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.look import GAP, current_colours, status_icon
from psaqb_desktop.ui.overriding import override

_DRAFT, _PROBLEMS, _QUICKBOOKS, _CRM, _HISTORY = range(5)


class DetailPanel(QFrame):
    """Shows one row.

    Signals:
        check_requested, open_quickbooks_requested, open_crm_requested: for the shown invoice.
        remedy_requested: carries the :class:`Offer` whose button was pressed.
        closed: the person closed the panel.
    """

    check_requested = Signal()
    open_quickbooks_requested = Signal()
    open_crm_requested = Signal()
    remedy_requested = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Details of the invoice")
        self.setProperty("look", "panel")
        self._row: InvoiceRow | None = None
        self._facts: Facts | None = None
        self._picture = QLabel()
        self._title = QLabel()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._status = QLabel()
        self._status.setProperty("look", "muted")
        self._status.setWordWrap(True)
        for label in (self._title, self._status):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setAccessibleName("Close the details")
        self._close.setToolTip("Close (Esc)")
        self._close.clicked.connect(self.closed.emit)
        self.draft = DraftTab()
        self.problems = ProblemsTab()
        self.quickbooks = QuickBooksTab()
        self.crm = CrmTab()
        self.history = HistoryTab()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Details")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        for tab, words in (
            (self.draft, "Draft"),
            (self.problems, "Problems"),
            (self.quickbooks, "QuickBooks"),
            (self.crm, "CRM"),
            (self.history, "History"),
        ):
            self.tabs.addTab(tab, words)
        self._lay_out()
        self.draft.check_requested.connect(self.check_requested)
        self.problems.remedy_requested.connect(self.remedy_requested)
        self.quickbooks.open_requested.connect(self.open_quickbooks_requested)
        self.crm.open_requested.connect(self.open_crm_requested)
        self.tabs.currentChanged.connect(lambda _place: self._fill())
        self.dress()
        self.show_row(None)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._status)
        top = QHBoxLayout()
        top.setContentsMargins(14, 8, 6, 6)
        top.setSpacing(GAP)
        top.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)

    @property
    def invoice_id(self) -> str:
        """The invoice that is shown, or ""."""
        return self._row.id if self._row else ""

    @property
    def facts(self) -> Facts:
        """What has been read of it."""
        return self._facts or NoFacts()

    def show_row(self, row: InvoiceRow | None) -> None:
        """Show a row's facts; lines, payments and history follow with :meth:`show_facts`."""
        if row is None or self._row is None or row.id != self._row.id:
            self._facts = None
        self._row = row
        self.tabs.setVisible(row is not None)
        if row is None:
            self._title.setText("No invoice chosen")
            self._status.setText("Choose a row to see its draft, problems and history.")
            self._picture.clear()
            return
        invoice = row.listed.invoice
        self._title.setText(f"{invoice.number} · {invoice.customer.name}")
        money = f"{amount_text(invoice.total)} {invoice.currency}"
        self._status.setText(f"{row.status_text} · {money} · {row.company}")
        if row.is_in_scope:
            picture = status_icon(row.status, current_colours())
        else:
            picture = icon("status-not-in-scope", current_colours().muted)
        self._picture.setPixmap(picture.pixmap(20, 20))
        count = len(row.findings)
        self.tabs.setTabText(_PROBLEMS, f"Problems ({count})" if count else "Problems")
        self._fill()

    def show_facts(self, facts: Facts) -> None:
        """Take what was read of the shown invoice."""
        self._facts = facts
        self._fill()

    def show_problems(self) -> None:
        """Bring the problems to the front."""
        self.tabs.setCurrentIndex(_PROBLEMS)

    def _fill(self) -> None:
        """Fill the tab in front only: browsing through rows stays light."""
        row = self._row
        if row is None:
            return
        place = self.tabs.currentIndex()
        if place == _DRAFT:
            self.draft.show_row(row)
        elif place == _PROBLEMS:
            self.problems.show_row(row)
        elif place == _QUICKBOOKS:
            self.quickbooks.show_row(row, self.facts)
        elif place == _CRM:
            self.crm.show_row(row, self._facts)
        else:
            self.history.show_facts(self._facts)

    def dress(self) -> None:
        """Take the colours of the application."""
        self._close.setIcon(icon("close", current_colours().muted))
        if self._row is not None:
            self.show_row(self._row)

    @override
    def sizeHint(self) -> QSize:
        return QSize(460, 400)
