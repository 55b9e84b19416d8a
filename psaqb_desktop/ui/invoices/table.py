"""The table behind the grid, without Qt: 100,000 rows sorted, filtered and searched quickly.

Facts that filters look at lie in lists beside the rows, one per fact; the order of the last sort
is kept, so that a filter only walks through it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.orders import ColumnOrder
from psaqb_desktop.ui.invoices.rows import InvoiceRow, haystack_of
from psaqb_desktop.ui.invoices.tally import Tally, code_of, tally_of
from psaqb_desktop.ui.invoices.totals import Totals, figures_of, totals_of

_ROWS_AT_A_TIME = 500
_NOT_NARROWED = (frozenset[str](), None, None)
"""Companies, first and last day of a filter that leaves nothing out by these."""


class Prepared(NamedTuple):
    """What searches and sorts need, as of a number of changes to the table."""

    changes: int
    haystacks: list[str]
    orders: dict[str, ColumnOrder]


class InvoiceTable:
    """All rows of one list. Rows keep their position as long as the table lives.

    Making one takes a while with many rows; it may be done in another thread.
    """

    def __init__(self, invoices: Iterable[ListedInvoice] = (), *, is_partial: bool = False) -> None:
        self.is_partial = is_partial
        """More rows are on their way: what can be counted now is not what there is."""
        by_id = sorted(invoices, key=lambda listed: listed.invoice.id)
        self.rows: list[InvoiceRow] = [InvoiceRow(listed) for listed in by_id]
        self.ids: list[InvoiceId] = [row.id for row in self.rows]
        self.position: dict[InvoiceId, int] = {key: at for at, key in enumerate(self.ids)}
        self._views = bytearray(row.views for row in self.rows)
        self._codes = bytearray(map(code_of, self.rows))
        self._companies = [row.company for row in self.rows]
        self._days = [_day(row) for row in self.rows]
        self._haystacks: list[str] = []
        """Filled at the first search, or by :meth:`adopt`; as long as the rows."""
        self._haystacks_seen = 0
        self._changed: list[int] = []
        """Position after position that has changed; who keeps something looks at the rest of it."""
        self._figures = [figures_of(row) for row in self.rows]
        self._orders: dict[str, ColumnOrder] = {}
        self._counts: tuple[object, dict[View, int]] = (None, {})
        self._sorted_by = ("", False)
        self._order: list[int] = list(range(len(self.rows)))
        self.companies: tuple[str, ...] = tuple(sorted(set(self._companies), key=str.casefold))
        self.sort("number", is_descending=False)

    def __len__(self) -> int:
        return len(self.rows)

    def take_over(self, earlier: InvoiceTable) -> None:
        """Keep the order of an earlier list, and its checks where they still hold.

        That is where neither invoice nor connection changed since. Checks are only shown; a push
        checks everything afresh. What a push could not send stays told: only the push knew why.
        """
        if earlier.sorted_by != self._sorted_by:
            column, is_descending = earlier.sorted_by
            self.sort(column, is_descending=is_descending)
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
                if old.live is RowStatus.NOT_READY:
                    row.take_push(old.live, None, old.findings)
                self.changed(position)

    def keep_rows(self, first: InvoiceTable) -> None:
        """Go on with the very rows of the table that this one completes.

        A run may be at work on them, or have been: they know more than a list read before it.
        """
        for row in first.rows:
            position = self.position.get(row.id)
            if position is not None:
                self.rows[position] = row
                self.changed(position)
        self.sort_again()

    def prepare(self) -> Prepared:
        """Derive what searches and sorts will need; changes nothing, may run in a thread."""
        changes = len(self._changed)
        orders = {}
        for column in COLUMNS:
            order = ColumnOrder([column.key(row) for row in self.rows], changes)
            order.prepare()
            orders[column.name] = order
        return Prepared(changes, [haystack_of(row) for row in self.rows], orders)

    def adopt(self, prepared: Prepared) -> None:
        """Take what was prepared; rows that have changed meanwhile are caught up with."""
        self._haystacks, self._haystacks_seen = prepared.haystacks, prepared.changes
        self._orders = prepared.orders

    def _searched(self) -> list[str]:
        if len(self._haystacks) != len(self.rows):
            self._haystacks = [haystack_of(row) for row in self.rows]
        else:
            for at in set(self._changed[self._haystacks_seen :]):
                self._haystacks[at] = haystack_of(self.rows[at])
        self._haystacks_seen = len(self._changed)
        return self._haystacks

    def remains(self) -> list[list[Any]]:
        """Return what is costly to let go of, in lists that nobody else has."""
        costly: list[list[Any]] = [self.rows, self._haystacks, self._figures]
        costly += [order.keys for order in self._orders.values()]
        return [each.copy() for each in costly]

    def sort(self, column: str, *, is_descending: bool) -> None:
        """Put the rows in order of a column's raw values, then of the id; empty cells last."""
        key, changes = COLUMNS[PLACE_OF[column]].key, len(self._changed)
        order = self._orders.get(column)
        if order is None:
            order = ColumnOrder([key(row) for row in self.rows], changes)
            self._orders[column] = order
        elif order.seen < changes:
            order.take({at: key(self.rows[at]) for at in set(self._changed[order.seen :])}, changes)
        # Positions are in order of ids.
        self._order = order.positions(is_descending=is_descending)
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
        asked = (wanted.companies, wanted.first_day, wanted.last_day, len(self._changed))
        if self._counts[0] != asked:
            views = self._views
            if asked[:3] != _NOT_NARROWED:
                shown = self.shown(wanted.without_status_and_search())
                views = bytearray(map(views.__getitem__, shown))
            # Counting a byte among bytes is what the machine does quickest.
            combinations = {bits: views.count(bits) for bits in set(views)}
            counts = {
                view: sum(count for bits, count in combinations.items() if bits & view.bit)
                for view in View
            }
            self._counts = (asked, counts)
        return self._counts[1]

    def totals(self, positions: Sequence[int]) -> Totals:
        """Add up the rows at these positions."""
        figures = self._figures
        return totals_of([figures[at] for at in positions], self.tally(positions))

    def tally(self, positions: Iterable[int]) -> Tally:
        """Count the rows at these positions by status."""
        return tally_of(bytes(map(self._codes.__getitem__, positions)))

    def positions(self, ids: Iterable[InvoiceId]) -> list[int]:
        """Return where these invoices are, as far as they are in the table."""
        position = self.position
        return [position[i] for i in ids if i in position]

    def changed(self, position: int) -> None:
        """Bring what is kept beside a row up to date with it."""
        row = self.rows[position]
        self._views[position] = row.views
        self._codes[position] = code_of(row)
        if row.company != self._companies[position]:
            self._companies[position] = row.company
            self.companies = tuple(sorted(set(self._companies), key=str.casefold))
        self._figures[position] = figures_of(row)
        self._changed.append(position)

    def at(self, ids: Iterable[InvoiceId]) -> list[InvoiceRow]:
        """Return the rows of these invoices that are in the table, in the order of the list."""
        wanted = {self.position[i] for i in ids if i in self.position}
        if len(wanted) < 64:
            return [self.rows[at] for at in sorted(wanted)]
        return [self.rows[at] for at in self._order if at in wanted]


def let_go(tables: list[InvoiceTable]) -> None:
    """Take tables out of the list and let go of them, a little at a time; meant for a thread.

    The end of 100,000 rows takes a tenth of a second. In one piece it would hold up all threads.
    """
    while tables:
        remains = tables.pop().remains()
        while remains:
            each = remains.pop()
            while each:
                del each[-_ROWS_AT_A_TIME:]


def _books(listed: ListedInvoice) -> tuple[object, ...]:
    """Return what of the connection decides a check; its tokens do not."""
    connection = listed.connection
    if connection is None:
        return ()
    return connection.id, connection.realm_id, connection.mapping_text, connection.is_connected


def _day(row: InvoiceRow) -> int:
    day = row.listed.invoice.invoice_date
    return day.toordinal() if day else 0
