"""The invoices page: widgets and signals; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.ui.invoices.asking_page import AskingPage
from psaqb_desktop.ui.invoices.choice import Choice, choice_of
from psaqb_desktop.ui.invoices.details_place import DetailsPlace
from psaqb_desktop.ui.invoices.empty_states import Empty
from psaqb_desktop.ui.invoices.filter_bar import FilterBar
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.grid import InvoiceGrid
from psaqb_desktop.ui.invoices.late_part import LatePart
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.invoices.table_model import InvoiceTableModel
from psaqb_desktop.ui.invoices.totals_bar import TotalsBar
from psaqb_desktop.ui.invoices.totals_counter import TotalsCounter

if TYPE_CHECKING:
    # Not before the first paint.
    from psaqb_desktop.domain.checked import Checked
    from psaqb_desktop.domain.environment import Environment
    from psaqb_desktop.domain.sync_record import SyncRecord
    from psaqb_desktop.services.push_progress import PushProgress
    from psaqb_desktop.ui.desk import Facts
    from psaqb_desktop.ui.invoices.detail_panel import DetailPanel
    from psaqb_desktop.ui.invoices.empty_state import EmptyState
    from psaqb_desktop.ui.invoices.notice import Action, Notice
    from psaqb_desktop.ui.invoices.problems import ProblemGroup
    from psaqb_desktop.ui.invoices.problems_panel import ProblemsPanel

_FACTS_DELAY_MILLISECONDS = 120
"""Walking through rows with the arrow keys does not read each of them."""


class InvoicesPage(AskingPage):
    """Implements :class:`~psaqb_desktop.ui.invoices.surface.Page`.

    Signals:
        choice_changed: other invoices are chosen, or what may be done with them changed.
        facts_wanted: lines and history of an invoice (its id) should be read.
        empty_action_requested: carries the :class:`Empty` whose button was pressed.
        check_requested, quickbooks_requested, crm_requested: from the panel, with the id.
        remedy_requested: an :class:`Offer` and the invoice's id.
        group_remedy_requested: a :class:`ProblemGroup`.
    """

    choice_changed = Signal()
    facts_wanted = Signal(str)
    empty_action_requested = Signal(object)
    check_requested = Signal(str)
    quickbooks_requested = Signal(str)
    crm_requested = Signal(str)
    remedy_requested = Signal(object, str)
    group_remedy_requested = Signal(object)

    def __init__(self, environment: Environment, first: InvoiceTable | None = None) -> None:
        """``first`` is what the page shows at first, if there is anything."""
        super().__init__(environment)
        self._forced_empty: Empty | None = Empty.READING
        self.model = InvoiceTableModel(self)
        self.grid = InvoiceGrid(self.model)
        self.filter_bar = FilterBar()
        self._notice = LatePart(lambda: self._make_notice(0))
        self._summary = LatePart(lambda: self._make_notice(self._notices.count()))
        self._empty = LatePart(self._make_empty)
        self._problems = LatePart(self._make_problems)
        self.totals = TotalsBar()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.grid)
        self.rows_splitter = QSplitter(Qt.Orientation.Vertical)
        self.rows_splitter.addWidget(self.stack)
        self.rows_splitter.setStretchFactor(0, 1)
        self.rows_splitter.setCollapsible(0, False)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.rows_splitter)
        self.details_place = DetailsPlace(self.splitter, self._connect_details)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._notices = QVBoxLayout()
        layout.addLayout(self._notices)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.totals)
        self._counter = TotalsCounter(self.model, self)
        self._facts_timer = QTimer(self, singleShot=True, interval=_FACTS_DELAY_MILLISECONDS)
        self._facts_timer.timeout.connect(self._want_facts)
        self._connect()
        if first is None:
            self._show_stack()
        else:
            self.show_table(first)

    def _connect(self) -> None:
        self.filter_bar.filter_changed.connect(self._on_filter)
        self.model.ticks_changed.connect(self._on_choice)
        self.model.rearranged.connect(self._counter.count_now)
        self._counter.counted.connect(self.totals.show_totals)
        self.grid.current_changed.connect(self._on_current)
        self.grid.highlight_changed.connect(self._on_highlight)
        self.grid.details_requested.connect(self.open_details)
        self.totals.clear_requested.connect(self.clear_selection)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._on_escape)

    # -- parts that are made when they are first wanted ------------------------------------------

    @property
    def notice(self) -> Notice:
        """What there is to say about the list as a whole."""
        return self._notice.part

    @property
    def summary(self) -> Notice:
        """What the last run came to."""
        return self._summary.part

    def _make_notice(self, place: int) -> Notice:
        from psaqb_desktop.ui.invoices.notice import Notice  # noqa: PLC0415

        notice = Notice()
        self._notices.insertWidget(place, notice)
        return notice

    @property
    def empty(self) -> EmptyState:
        """What stands in place of the grid when there is nothing to show."""
        return self._empty.part

    def _make_empty(self) -> EmptyState:
        from psaqb_desktop.ui.invoices.empty_state import EmptyState  # noqa: PLC0415

        empty = EmptyState()
        self.stack.addWidget(empty)
        empty.action_requested.connect(self._on_empty_action)
        return empty

    @property
    def problems(self) -> ProblemsPanel:
        """Findings by cause, under the grid."""
        return self._problems.part

    def _make_problems(self) -> ProblemsPanel:
        from psaqb_desktop.ui.invoices.problems_panel import ProblemsPanel  # noqa: PLC0415

        problems = ProblemsPanel()
        problems.hide()
        self.rows_splitter.addWidget(problems)
        problems.group_chosen.connect(self._on_group)
        problems.remedy_requested.connect(self.group_remedy_requested)
        problems.closed.connect(problems.hide)
        return problems

    @property
    def details(self) -> DetailPanel:
        """The panel of one invoice, made when it is first wanted."""
        return self.details_place.panel

    def _connect_details(self, details: DetailPanel) -> None:
        details.closed.connect(self.close_details)
        details.check_requested.connect(lambda: self.check_requested.emit(details.invoice_id))
        details.open_quickbooks_requested.connect(
            lambda: self.quickbooks_requested.emit(details.invoice_id)
        )
        details.open_crm_requested.connect(lambda: self.crm_requested.emit(details.invoice_id))
        details.remedy_requested.connect(
            lambda offer: self.remedy_requested.emit(offer, details.invoice_id)
        )

    # -- what the presenter asks ---------------------------------------------------------------

    @property
    def table(self) -> InvoiceTable:
        """The rows on the page."""
        return self.model.table

    def show_table(self, table: InvoiceTable) -> None:
        """Show another list; order, filter, ticks and highlight stay."""
        self.model.show_table(table)
        self.filter_bar.offer_companies(table.companies)
        self._refresh_around()

    def take_checks(self, checked: Iterable[Checked]) -> None:
        """Show outcomes of a check on their rows."""
        outcomes = {one.invoice.id: one for one in checked}
        for row in self.rows(outcomes):
            row.take_check(outcomes[row.id])
        self._rows_changed(outcomes)

    def take_progress(self, progress: Iterable[PushProgress]) -> None:
        """Show news of a push on its rows, in the order in which they came."""
        news = list(progress)
        for one in news:
            for row in self.rows([one.invoice_id]):
                row.take_push(one.status, one.record, one.findings)
        self._rows_changed({one.invoice_id for one in news})

    def take_record(self, invoice_id: InvoiceId, record: SyncRecord) -> None:
        """Show what the CRM keeps of an invoice now."""
        for row in self.rows([invoice_id]):
            row.take_record(record)
        self._rows_changed([invoice_id])

    def mark_busy(self, ids: Iterable[InvoiceId], word: str) -> None:
        """Show a word on rows on which something runs; "" takes it away."""
        known = list(ids)
        for row in self.rows(known):
            row.busy = word
        self.model.show_again(known)

    def _rows_changed(self, ids: Iterable[InvoiceId]) -> None:
        changed = set(ids)
        self.model.rows_changed(changed)
        self.model.flush()
        self._counter.count_soon()
        if self.details_place.is_open and self.details.invoice_id in changed:
            self.details.show_row(self._row(self.details.invoice_id))
        if self.model.ticked & changed:
            self.choice_changed.emit()

    def settle_order(self, done: Iterable[InvoiceId] = ()) -> None:
        """Sort and filter afresh after a run, and untick what is done."""
        self.model.set_ticked(done, is_ticked=False)
        self.model.rearrange()
        self._refresh_around()

    def show_empty(self, state: Empty | None) -> None:
        """Say why there is nothing to show; None lets the page find out by its filter."""
        self._forced_empty = state
        self._show_stack()

    def show_notice(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Say something about the list as a whole; "" as text takes it away."""
        if text or self._notice.made:
            self.notice.show_notice(kind, text, actions)

    def show_summary(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Say what a run came to; stays until it is closed or the next run begins."""
        if text or self._summary.made:
            self.summary.show_notice(kind, text, actions)

    def show_groups(self, groups: Sequence[ProblemGroup]) -> None:
        """Show findings by cause; an empty sequence closes the panel."""
        if not groups and self._problems.made is None:
            return
        self.problems.show_groups(groups)
        self.problems.setVisible(bool(groups))
        if groups:
            self.problems.take_room(self.rows_splitter)

    def show_attention(self) -> None:
        """Go to what needs attention."""
        self.filter_bar.set_filter(ListFilter(view=View.ATTENTION))

    def show_facts(self, invoice_id: InvoiceId, facts: Facts) -> None:
        """Show what was read of one invoice, if it is still the one in the panel."""
        if self.details_place.made is not None and invoice_id == self.details_place.made.invoice_id:
            self.details_place.made.show_facts(facts)

    def rows(self, ids: Iterable[InvoiceId]) -> list[InvoiceRow]:
        """Return rows by id."""
        return self.table.at(ids)

    def _row(self, invoice_id: str) -> InvoiceRow | None:
        found = self.rows([InvoiceId(invoice_id)])
        return found[0] if found else None

    # -- choosing ------------------------------------------------------------------------------

    def chosen_ids(self) -> list[InvoiceId]:
        """Return the ticked invoices, or the highlighted ones where none is ticked."""
        if self.model.ticked:
            return [row.id for row in self.model.ticked_rows()]
        return self.grid.highlighted_ids()

    def choice(self) -> Choice:
        """Tell what may be done with the chosen invoices."""
        if not self.model.ticked:
            return choice_of(self.table.tally(self.grid.highlighted_positions()))
        return choice_of(self.table.tally(self.table.positions(self.model.ticked)))

    def clear_selection(self) -> None:
        """Untick everything."""
        self.model.tick_only(())

    def select_shown(self) -> None:
        """Tick everything that passes the filter."""
        self.model.set_ticked(self.model.shown_ids(), is_ticked=True)

    def open_details(self) -> None:
        """Show the panel for the current row; its problems first where it has any."""
        self.details.show()
        row = self._row(self.grid.current_id())
        self.details.show_row(row)
        if row is not None and row.findings and row.listed.is_to_post:
            self.details.show_problems()
        self._facts_timer.start()

    def close_details(self) -> None:
        """Hide the panel and give the grid the keyboard."""
        if self.details_place.made is not None:
            self.details_place.made.hide()
        self.grid.setFocus()

    def dress(self) -> None:
        """Take the colours of the application."""
        for part in (self.model, self.filter_bar, self.details_place):
            part.dress()
        for late in (self._notice, self._summary, self._empty, self._problems):
            if late.made is not None:
                late.made.dress()

    # -- inside --------------------------------------------------------------------------------

    def _on_escape(self) -> None:
        """Clear the search where it is being typed; else close the details, then clear it."""
        is_typing = self.filter_bar.search.hasFocus() and self.filter_bar.search.text()
        if self.details_place.is_open and not is_typing:
            self.close_details()
        else:
            self.filter_bar.clear_search()

    def _on_filter(self, wanted: ListFilter) -> None:
        self.model.set_filter(wanted)
        self.grid.column_order.show_for(is_posted=wanted.view.is_of_posted)
        self._refresh_around()

    def _refresh_around(self) -> None:
        is_known = not self.table.is_partial
        self.filter_bar.show_counts(self.table.counts(self.filter_bar.filter) if is_known else None)
        self._show_stack()
        if self.details_place.is_open:
            self.details.show_row(self._row(self.grid.current_id()))

    def _show_stack(self) -> None:
        state = self._empty_state()
        if state is None:
            self.stack.setCurrentWidget(self.grid)
            return
        self.empty.show_state(state)
        self.stack.setCurrentWidget(self.empty)

    def _empty_state(self) -> Empty | None:
        if self.model.rowCount():
            return None
        if not self.table.rows:
            return self._forced_empty or Empty.NO_INVOICES
        if self.table.is_partial:
            return Empty.READING  # what the filter asks for may be among the rows to come
        wanted = self.filter_bar.filter
        if wanted.is_narrowed and self.table.shown(wanted.cleared()):
            return Empty.FILTERED
        is_done = wanted.view in {View.TO_POST, View.ATTENTION}
        return Empty.NOTHING_TO_POST if is_done else Empty.NOTHING_HERE

    def _on_empty_action(self, state: Empty) -> None:
        if state is Empty.FILTERED:
            self.filter_bar.set_filter(self.filter_bar.filter.cleared())
        else:
            self.empty_action_requested.emit(state)

    def _on_choice(self) -> None:
        self._counter.count_now()
        self.choice_changed.emit()

    def _on_highlight(self) -> None:
        if not self.model.ticked:
            self.choice_changed.emit()

    def _on_current(self, invoice_id: str) -> None:
        if self.details_place.is_open and invoice_id != self.details.invoice_id:
            self.details.show_row(self._row(invoice_id))
            self._facts_timer.start()

    def _want_facts(self) -> None:
        if self.details_place.is_open and self.details.invoice_id:
            self.facts_wanted.emit(self.details.invoice_id)

    def _on_group(self, group: ProblemGroup) -> None:
        """Select exactly the invoices of a group, and make sure that they can be seen."""
        self.model.tick_only(group.ids)
        positions = self.table.positions(group.ids)
        if len(self.model.places_at(positions)) < len(group.ids):
            self.filter_bar.set_filter(ListFilter(view=View.ALL))
        place = self.model.place_of(group.ids[0])
        if place is not None:
            self.grid.scrollTo(self.model.index(place, 1))
        self.grid.highlight(set(group.ids), group.ids[0])
