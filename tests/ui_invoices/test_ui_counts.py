"""Counts that are kept quick are those of the plainest count, also after rows have changed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.stretches import stretches
from psaqb_desktop.ui.invoices.table import InvoiceTable
from tests.ui_invoices.ui_examples import many_rows

LISTED = many_rows(80)
NAMES = InvoiceTable(LISTED).companies
DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
FILTERS = st.builds(
    ListFilter,
    view=st.sampled_from(View),
    companies=st.frozensets(st.sampled_from(NAMES), max_size=2),
    statuses=st.frozensets(st.sampled_from(RowStatus), max_size=1),
    first_day=DAYS,
    last_day=DAYS,
    search=st.sampled_from(["", "fabrikam"]),
)
CHANGES = st.lists(st.tuples(st.integers(0, 79), st.sampled_from(RowStatus)), max_size=6)


def counted_plainly(table: InvoiceTable, wanted: ListFilter) -> dict[View, int]:
    kept = [
        row
        for row in table.rows
        if (not wanted.companies or row.company in wanted.companies)
        and _is_within(row.listed.invoice.invoice_date, wanted)
    ]
    return {view: sum(bool(row.views & view.bit) for row in kept) for view in View}


def _is_within(day: date | None, wanted: ListFilter) -> bool:
    if wanted.first_day is None and wanted.last_day is None:
        return True
    first, last = wanted.first_day or date.min, wanted.last_day or date.max
    return day is not None and first <= day <= last


@given(filters=st.lists(FILTERS, min_size=1, max_size=3), changes=CHANGES)
def test_tabs_count_what_the_plainest_count_counts(
    filters: list[ListFilter], changes: list[tuple[int, RowStatus]]
) -> None:
    table = InvoiceTable(LISTED)
    for wanted in (ListFilter(), *filters):
        assert table.counts(wanted) == counted_plainly(table, wanted)
    for at, status in changes:
        table.rows[at].take_push(status, None, ())
        table.changed(at)
        for wanted in (ListFilter(), *filters):
            assert table.counts(wanted) == counted_plainly(table, wanted)


@given(places=st.sets(st.integers(0, 30)))
def test_stretches_hold_the_same_places_and_do_not_touch(places: set[int]) -> None:
    found = list(stretches(sorted(places)))
    assert [at for first, last in found for at in range(first, last + 1)] == sorted(places)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(found))
