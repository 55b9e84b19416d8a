"""The filter over the grid: saved views as tabs, companies, status, period, search, chips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.formats import button_text, date_text
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.invoices.choice_button import ChoiceButton
from psaqb_desktop.ui.invoices.filters import ListFilter, Period, View, period_range
from psaqb_desktop.ui.look import GAP, current_colours
from psaqb_desktop.ui.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

DEBOUNCE_MILLISECONDS = 120


class _SearchField(QLineEdit):
    """Signals: ``escaped``, where Escape was pressed and there is something to clear."""

    escaped = Signal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """Holds a :class:`ListFilter` and shows it.

    Signals:
        filter_changed: carries the new filter.
    """

    filter_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = ListFilter()
        self._tabs: dict[View, QToolButton] = {}
        self._group = QButtonGroup(self)
        tabs = QHBoxLayout()
        tabs.setSpacing(0)
        for view in View:
            tabs.addWidget(self._tab(view))
        tabs.addStretch()
        self.search = self._search_field()
        self.search.escaped.connect(self.clear_search)
        self.search.returnPressed.connect(self._on_search)
        self.companies = ChoiceButton("Company")
        self.companies.choice_changed.connect(self._on_choice)
        self.statuses = ChoiceButton("Status")
        self.statuses.choice_changed.connect(self._on_choice)
        self.statuses.offer([(status, status.value) for status in RowStatus])
        self.period = self._period_button()
        self._chips = QHBoxLayout()
        self._chips.setSpacing(4)
        self.clear = QPushButton("Clear filter")
        self.clear.setAccessibleName("Clear the filter")
        self.clear.setProperty("look", "link")
        self.clear.clicked.connect(lambda: self.set_filter(self._filter.cleared()))
        narrow = QHBoxLayout()
        narrow.setSpacing(GAP)
        for widget in (self.search, self.companies, self.statuses, self.period):
            narrow.addWidget(widget)
        narrow.addLayout(self._chips)
        narrow.addWidget(self.clear)
        narrow.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(tabs)
        layout.addLayout(narrow)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MILLISECONDS)
        self._timer.timeout.connect(self._on_search)
        self.dress()
        self._show()

    def _tab(self, view: View) -> QToolButton:
        tab = QToolButton()
        tab.setText(view.value)
        tab.setCheckable(True)
        tab.setProperty("look", "view")
        tab.setToolTip(view.explanation)
        tab.setAccessibleName(view.value)
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tab.clicked.connect(lambda: self.set_filter(replace(self._filter, view=view)))
        self._group.addButton(tab)
        self._tabs[view] = tab
        return tab

    def _search_field(self) -> _SearchField:
        field = _SearchField()
        field.setPlaceholderText("Search number, name, customer or amount")
        field.setAccessibleName("Search number, name, customer or amount")
        field.setMinimumWidth(310)
        field.textChanged.connect(self._on_typed)
        self._glass = QAction("Search", self)  # the words are for screen readers
        field.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        return field

    def _on_typed(self) -> None:
        self._offer_to_clear()
        self._timer.start()

    def _offer_to_clear(self) -> None:
        """Show the button that clears; not before, for it searches the desktop's themes."""
        if not self.search.isClearButtonEnabled():
            self.search.setClearButtonEnabled(True)
            clear = self.search.findChild(QAction, "_q_qlineeditclearaction")
            if clear is not None:
                clear.setText("Clear the search")  # Qt leaves it nameless

    def _period_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("Date")
        button.setAccessibleName("Filter by invoice date")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        menu = QMenu(button)
        for period in Period:
            menu.addAction(period.value).triggered.connect(self._period_slot(period))
        button.setMenu(menu)
        return button

    def _period_slot(self, period: Period) -> Callable[[], None]:
        return lambda: self._on_period(period)

    # -- what others ask -----------------------------------------------------------------------

    @property
    def filter(self) -> ListFilter:
        """What is asked for now."""
        return self._filter

    def set_filter(self, wanted: ListFilter) -> None:
        """Ask for something else; tells it unless nothing changed."""
        self._timer.stop()
        is_new = wanted != self._filter
        self._filter = wanted
        self._show()
        if is_new:
            self.filter_changed.emit(wanted)

    def offer_companies(self, companies: Sequence[str]) -> None:
        """Offer the companies that appear in the list."""
        self.companies.offer([(name, name) for name in companies])
        self.companies.setVisible(len(companies) > 1 or bool(self._filter.companies))

    def show_counts(self, counts: Mapping[View, int] | None) -> None:
        """Show on each tab how many invoices it holds; None where that is not known yet."""
        for view, tab in self._tabs.items():
            if counts is None:
                tab.setText(f"{view.value}  …")
                tab.setAccessibleName(view.value)
                continue
            count = self.locale().toString(counts.get(view, 0))
            tab.setText(f"{view.value}  {count}")
            tab.setAccessibleName(f"{view.value}, {count}")

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear_search(self) -> None:
        """Search for nothing, also where the last letters were not searched for yet."""
        self.search.clear()
        self._on_search()

    def dress(self) -> None:
        """Take the colours of the application."""
        colours = current_colours()
        self._glass.setIcon(icon("search", colours.muted))
        self.companies.setIcon(icon("company", colours.muted))
        self.statuses.setIcon(icon("status-ready", colours.muted))
        self.period.setIcon(icon("calendar", colours.muted))

    # -- inside --------------------------------------------------------------------------------

    def _show(self) -> None:
        wanted = self._filter
        self._tabs[wanted.view].setChecked(True)
        if self.search.text().strip() != wanted.search:
            self.search.blockSignals(True)
            self.search.setText(wanted.search)
            self.search.blockSignals(False)
            self._offer_to_clear()
        for button, chosen in (
            (self.companies, frozenset(wanted.companies)),
            (self.statuses, frozenset(wanted.statuses)),
        ):
            button.blockSignals(True)
            button.choose(frozenset(chosen))
            button.blockSignals(False)
        self._show_chips()
        self.clear.setVisible(wanted.is_narrowed)

    def _show_chips(self) -> None:
        while (old := self._chips.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        wanted = self._filter
        for name in sorted(wanted.companies):
            less = replace(wanted, companies=wanted.companies - {name})
            self._add_chip(name, less)
        for status in sorted(wanted.statuses, key=lambda status: status.value):
            self._add_chip(status.value, replace(wanted, statuses=wanted.statuses - {status}))
        if wanted.first_day or wanted.last_day:
            words = f"{date_text(wanted.first_day)} – {date_text(wanted.last_day)}"
            self._add_chip(words, replace(wanted, first_day=None, last_day=None))

    def _add_chip(self, words: str, without: ListFilter) -> None:
        chip = QToolButton()
        chip.setText(button_text(f"{words}  ×"))
        chip.setProperty("look", "chip")
        chip.setAccessibleName(f"Remove filter {words}")
        chip.setToolTip("Remove this filter")
        chip.clicked.connect(lambda: self.set_filter(without))
        self._chips.addWidget(chip)

    def _on_choice(self) -> None:
        companies = frozenset(str(name) for name in self.companies.chosen)
        statuses = frozenset(s for s in self.statuses.chosen if isinstance(s, RowStatus))
        self.set_filter(replace(self._filter, companies=companies, statuses=statuses))

    def _on_search(self) -> None:
        self.set_filter(replace(self._filter, search=self.search.text().strip()))

    def _on_period(self, period: Period) -> None:
        today = datetime.now().astimezone().date()
        if period is Period.CUSTOM:
            self._ask_period(today)
            return
        first_day, last_day = period_range(period, today)
        self.set_filter(replace(self._filter, first_day=first_day, last_day=last_day))

    def _ask_period(self, today: date) -> None:
        from psaqb_desktop.ui.invoices.period_dialog import PeriodDialog  # noqa: PLC0415

        first_day = self._filter.first_day or today.replace(day=1)
        dialog = PeriodDialog(self.window(), first_day, self._filter.last_day or today)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._take_period(dialog.range))
        dialog.open()

    def _take_period(self, days: tuple[date, date]) -> None:
        self.set_filter(replace(self._filter, first_day=days[0], last_day=days[1]))
