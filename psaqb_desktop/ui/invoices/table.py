"""The table behind the grid, without Qt: 100,000 rows sorted, filtered and searched quickly.

Facts that filters look at lie in lists beside the rows, one per fact; the order of the last sort
is kept, so that a filter only walks through it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.rows import InvoiceRow, haystack_of
from psaqb_desktop.ui.invoices.totals import Totals, figures_of, totals_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """What searches and sorts need, as of a number of changes to the table."""

    changes: int
    haystacks: list[str]
    keys: dict[str, list[object | None]]


class InvoiceTable:
    """All rows of one list. Rows keep their position as long as the table lives.

    Making one takes a while with many rows; it may be done in another thread.
    """

    def __init__(self, invoices: Iterable[ListedInvoice] = ()) -> None:
        by_id = sorted(invoices, key=lambda listed: listed.invoice.id)
        self.rows: list[InvoiceRow] = [InvoiceRow(listed) for listed in by_id]
        self.position: dict[InvoiceId, int] = {row.id: at for at, row in enumerate(self.rows)}
        self._views = [row.views for row in self.rows]
        self._companies = [row.company for row in self.rows]
        self._days = [_day(row) for row in self.rows]
        self._haystacks: list[str] = []
        """Filled at the first search, or by :meth:`adopt`; as long as the rows."""
        self._changes = 0
        self._figures = [figures_of(row) for row in self.rows]
        self._keys: dict[str, list[object | None]] = {}
        self._sorted_by = ("", False)
        self._order: list[int] = list(range(len(self.rows)))
        self.companies: tuple[str, ...] = tuple(sorted(set(self._companies), key=str.casefold))
        self.sort("number", is_descending=False)

    def __len__(self) -> int:
        return len(self.rows)

    def take_over_checks(self, earlier: InvoiceTable) -> None:
        """Keep the checks of an earlier list where neither invoice nor connection changed since.

        They are only shown; a push checks everything afresh.
        """
        for old in earlier.rows:
            checked = old.listed.checked
            position = self.position.get(old.id)
            if checked is None or position is None:
                continue
            row = self.rows[position]
            now = row.listed
            is_same = (
                now.is_to_post
                and now.checked is None
                and checked.invoice.version == now.invoice.version
                and _books(now) == _books(old.listed)
            )
            if is_same:
                row.take_check(checked)
                self.changed(position)

    def prepare(self) -> Prepared:
        """Derive what searches and sorts will need; changes nothing, may run in a thread."""
        changes = self._changes
        keys = {column.name: [column.key(row) for row in self.rows] for column in COLUMNS}
        return Prepared(changes, [haystack_of(row) for row in self.rows], keys)

    def adopt(self, prepared: Prepared) -> None:
        """Take what was prepared, unless a row has changed meanwhile: then it is made on demand."""
        if prepared.changes == self._changes:
            self._haystacks = prepared.haystacks
            self._keys = prepared.keys

    def _searched(self) -> list[str]:
        if len(self._haystacks) != len(self.rows):
            self._haystacks = [haystack_of(row) for row in self.rows]
        return self._haystacks

    def _keys_of(self, column: str) -> list[object | None]:
        keys = self._keys.get(column)
        if keys is None:
            key = COLUMNS[PLACE_OF[column]].key
            keys = self._keys[column] = [key(row) for row in self.rows]
        return keys

    def sort(self, column: str, *, is_descending: bool) -> None:
        """Put the rows in order of a column's raw values, then of the id; empty cells last."""
        keys = self._keys_of(column)
        filled = [at for at, key in enumerate(keys) if key is not None]
        # Positions are in order of ids and the sort is stable, also in reverse.
        filled.sort(key=keys.__getitem__, reverse=is_descending)  # type: ignore[arg-type]
        if len(filled) < len(keys):
            filled += [at for at, key in enumerate(keys) if key is None]
        self._order = filled
        self._sorted_by = (column, is_descending)

    def sort_again(self) -> None:
        """Repeat the last sort after rows have changed."""
        column, is_descending = self._sorted_by
        self.sort(column, is_descending=is_descending)

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The column's name and whether the order is descending."""
        return self._sorted_by

    def shown(self, wanted: ListFilter) -> list[int]:
        """Return the positions of the rows that pass the filter, in order."""
        found = self._order
        if wanted.view is not View.ALL:
            views, bit = self._views, wanted.view.bit
            found = [at for at in found if views[at] & bit]
        if wanted.companies:
            companies, names = self._companies, wanted.companies
            found = [at for at in found if companies[at] in names]
        if wanted.statuses:
            rows, statuses = self.rows, wanted.statuses
            found = [at for at in found if rows[at].status in statuses]
        if wanted.first_day or wanted.last_day:
            days = self._days
            first = wanted.first_day.toordinal() if wanted.first_day else 1
            last = wanted.last_day.toordinal() if wanted.last_day else 10**7
            found = [at for at in found if first <= days[at] <= last]
        if wanted.search:
            haystacks = self._searched()
            for word in wanted.search.casefold().split():
                found = [at for at in found if word in haystacks[at]]
        return found if found is not self._order else list(found)

    def counts(self, wanted: ListFilter) -> dict[View, int]:
        """Count the rows of every view under the filter's companies and period."""
        views = self._views
        shown = self.shown(wanted.without_status_and_search())
        combinations = Counter([views[at] for at in shown])
        return {
            view: sum(count for bits, count in combinations.items() if bits & view.bit)
            for view in View
        }

    def totals(self, positions: Iterable[int]) -> Totals:
        """Add up the rows at these positions."""
        rows, figures = self.rows, self._figures
        at = list(positions)
        return totals_of([rows[place] for place in at], [figures[place] for place in at])

    def positions(self, ids: Iterable[InvoiceId]) -> list[int]:
        """Return where these invoices are, as far as they are in the table."""
        position = self.position
        return [position[i] for i in ids if i in position]

    def changed(self, position: int) -> None:
        """Bring what is kept beside a row up to date with it."""
        row = self.rows[position]
        self._views[position] = row.views
        if row.company != self._companies[position]:
            self._companies[position] = row.company
            self.companies = tuple(sorted(set(self._companies), key=str.casefold))
        self._changes += 1
        if self._haystacks:
            self._haystacks[position] = haystack_of(row)
        self._figures[position] = figures_of(row)
        for name, keys in self._keys.items():
            keys[position] = COLUMNS[PLACE_OF[name]].key(row)

    def at(self, ids: Iterable[InvoiceId]) -> list[InvoiceRow]:
        """Return the rows of these invoices that are in the table, in the order of the list."""
        wanted = {self.position[i] for i in ids if i in self.position}
        if len(wanted) < 64:
            return [self.rows[at] for at in sorted(wanted)]
        return [self.rows[at] for at in self._order if at in wanted]


def _books(listed: ListedInvoice) -> tuple[object, ...]:
    """Return what of the connection decides a check; its tokens do not."""
    connection = listed.connection
    if connection is None:
        return ()
    return connection.id, connection.realm_id, connection.mapping_text, connection.is_connected


def _day(row: InvoiceRow) -> int:
    day = row.listed.invoice.invoice_date
    return day.toordinal() if day else 0
