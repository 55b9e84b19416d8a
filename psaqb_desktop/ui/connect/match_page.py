"""The match screen: tabs of wishes, what is ticked in words, and the button that confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.links import Candidate, LinkKind, LinkWish
from psaqb_desktop.ui.connect.form_pieces import (
    button,
    button_row,
    endless_progress,
    heading,
    words,
)
from psaqb_desktop.ui.connect.match_model import MatchModel, MatchRow
from psaqb_desktop.ui.connect.match_table import MatchTable
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.look import GAP

Candidates = Mapping[LinkKind, Sequence[Candidate]]


def tab_of(kind: LinkKind) -> str:
    """Return the tab that a kind belongs to."""
    if kind is LinkKind.CUSTOMER:
        return "Customers"
    if kind.is_item:
        return "Products && services"
    return "Terms" if kind is LinkKind.TERM else "Others"


class MatchPage(QWidget):
    """Shows wishes and lets a person tick what is right. Confirms nothing by itself.

    Attributes:
        confirm_wanted: signal; ``ticked`` says what.
        refresh_wanted: signal: QuickBooks' lists have changed, read them again.
    """

    confirm_wanted = Signal()
    refresh_wanted = Signal()

    def __init__(
        self,
        connection: Connection,
        wishes: Sequence[LinkWish],
        candidates: Candidates,
        close: QPushButton,
    ) -> None:
        super().__init__()
        self._models: dict[str, list[MatchModel]] = {}
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Kinds of records")
        self._fill(wishes, candidates)
        self.only_unmatched = QCheckBox("Show only those &without an exact match")
        self.only_unmatched.setAccessibleName("Show only those without an exact match")
        self.only_unmatched.toggled.connect(self._filter)
        self.refresh = button("Read QuickBooks' lists &again", self.refresh_wanted.emit)
        self.exact_only = button("&Tick the exact matches only", self._tick_exact)
        self.confirm = button("", self._confirm, look="primary")
        self.summary = words()
        self.progress = endless_progress("Storing the links")
        self.progress.hide()
        self.close_button = close
        self._lay_out(connection)
        self._tell()
        first = self.tabs.currentWidget()
        if first is not None:
            self.setProperty("first", first)

    def _fill(self, wishes: Sequence[LinkWish], candidates: Candidates) -> None:
        for title in ("Customers", "Products && services", "Terms", "Others"):
            wanted = [w for w in wishes if tab_of(w.kind) == title]
            if not wanted:
                continue
            # One table for each list of QuickBooks: kinds that share a list share a table.
            pages: dict[LinkKind, list[LinkWish]] = {}
            for wish in wanted:
                pages.setdefault(_list_of(wish.kind), []).append(wish)
            for kind, here in pages.items():
                name = title if len(pages) == 1 else f"{kind.value.capitalize()}"
                self._add_tab(name, here, candidates.get(here[0].kind, ()))

    def _add_tab(
        self, title: str, wishes: Sequence[LinkWish], candidates: Sequence[Candidate]
    ) -> None:
        model = MatchModel(wishes, self)
        model.dataChanged.connect(self._tell)
        table = MatchTable(model, candidates, title.replace("&&", "and"))
        table.confirm_wanted.connect(self._confirm)
        self._models.setdefault(title, []).append(model)
        self.tabs.addTab(table, f"{title} ({len(wishes)})")

    def _lay_out(self, connection: Connection) -> None:
        top = QHBoxLayout()
        top.addWidget(self.only_unmatched)
        top.addStretch()
        top.addWidget(self.exact_only)
        top.addWidget(self.refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(heading(f"Match with {connection.company_name or connection.name}"))
        layout.addWidget(
            words(
                "Say once what each CRM record is called in QuickBooks. Nothing is created in "
                "QuickBooks; what is missing there, create there and read the lists again. "
                "Space ticks a row, Enter opens its choice, typing searches.",
                look="muted",
            )
        )
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.progress)
        buttons = button_row(self.close_button, self.confirm)
        buttons.insertWidget(0, self.summary, 1)
        layout.addLayout(buttons)

    @property
    def _all_models(self) -> list[MatchModel]:
        return [model for models in self._models.values() for model in models]

    @property
    def ticked(self) -> list[MatchRow]:
        """Everything that is ticked, on all tabs."""
        return [row for model in self._all_models for row in model.ticked]

    def _filter(self, only: bool) -> None:  # noqa: FBT001 - a Qt slot
        for model in self._all_models:
            model.show_only_unmatched(only)

    def _tick_exact(self) -> None:
        for model in self._all_models:
            for row in model.all_rows:
                best = row.wish.suggestions[0].candidate if row.wish.suggestions else None
                row.is_ticked = row.wish.is_certain and row.choice == best
            model.show_only_unmatched(self.only_unmatched.isChecked())
        self._tell()

    def _confirm(self) -> None:
        if self.ticked:
            self.confirm_wanted.emit()

    def _tell(self) -> None:
        """Say what would be confirmed, on the button itself."""
        ticked = self.ticked
        total = sum(len(model.all_rows) for model in self._all_models)
        exact = [row for row in ticked if row.wish.is_certain]
        if len(exact) == len(ticked) and ticked:
            self.confirm.setText(f"&Confirm {plural(len(ticked), 'exact match', 'exact matches')}")
        else:
            count = plural(len(ticked), "link") if ticked else "links"
            self.confirm.setText(f"&Confirm {count}")
        self.confirm.setAccessibleName(self.confirm.text().replace("&", ""))
        self.confirm.setEnabled(bool(ticked))
        said = f"{len(ticked)} of {plural(total, 'record')} ticked, {len(exact)} of them exact."
        others = sum(row.has_other_currency for row in ticked)
        if others:
            said += (
                f" {plural(others, 'customer')} kept in another currency: their invoices cannot "
                "be posted."
            )
        self.summary.setText(said)

    def set_busy(self, *, is_busy: bool) -> None:
        """Lock the screen while links are stored."""
        self.progress.setVisible(is_busy)
        for part in (
            self.tabs,
            self.confirm,
            self.only_unmatched,
            self.exact_only,
            self.refresh,
            self.close_button,
        ):
            part.setEnabled(not is_busy)
        if not is_busy:
            self._tell()


def _list_of(kind: LinkKind) -> LinkKind:
    return LinkKind.PRODUCT if kind.is_item else kind
