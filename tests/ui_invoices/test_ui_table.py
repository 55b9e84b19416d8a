"""Sorting, filtering and searching against the plainest possible way to do the same."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.findings import Cause, blocker
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF, ColumnKind
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.rows import InvoiceRow, haystack_of
from psaqb_desktop.ui.invoices.table import InvoiceTable
from tests.ui_invoices.ui_examples import DE, UK, invoice, listed, many_rows, posted, record
from tests.ui_invoices.ui_fakes import FakeCheck

SORTABLE = [column.name for column in COLUMNS if column.kind is not ColumnKind.TICK]


@pytest.fixture(scope="module")
def large() -> InvoiceTable:
    return InvoiceTable(many_rows(100_000))


def ids(table: InvoiceTable, wanted: ListFilter) -> list[InvoiceId]:
    return [table.rows[position].id for position in table.shown(wanted)]


def sorted_plainly(rows: list[InvoiceRow], column: str, *, is_descending: bool) -> list[InvoiceId]:
    """Empty cells last, equal cells by id; numbers in texts by their value."""

    def key(row: InvoiceRow) -> object:
        value = COLUMNS[PLACE_OF[column]].value(row)
        if column == "status":
            if not row.is_in_scope:
                return 99
            return list(RowStatus).index(row.status)
        if COLUMNS[PLACE_OF[column]].kind is ColumnKind.NUMBERED:
            parts = re.split(r"(\d+)", str(value).casefold()) if value else []
            return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts] or None
        return (value.casefold() or None) if isinstance(value, str) else value

    by_id = sorted(rows, key=lambda row: row.id)
    filled = [row for row in by_id if key(row) is not None]
    empty = [row for row in by_id if key(row) is None]
    filled.sort(key=key, reverse=is_descending)  # type: ignore[arg-type]
    return [row.id for row in filled + empty]


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("column", SORTABLE)
def test_every_column_sorts_by_raw_values_then_id(column: str, *, is_descending: bool) -> None:
    table = InvoiceTable(many_rows(600, seed=3))
    table.sort(column, is_descending=is_descending)
    expected = sorted_plainly(table.rows, column, is_descending=is_descending)
    assert ids(table, ListFilter(View.ALL)) == expected


@pytest.mark.parametrize("column", ["total", "customer", "date", "number", "status"])
def test_a_hundred_thousand_rows_sort_as_plainly_as_ten(large: InvoiceTable, column: str) -> None:
    large.sort(column, is_descending=True)
    assert ids(large, ListFilter(View.ALL)) == sorted_plainly(
        large.rows, column, is_descending=True
    )


def test_a_hundred_thousand_rows_filter_as_plainly_as_ten(large: InvoiceTable) -> None:
    chance = random.Random(11)  # noqa: S311 - the same choices each time
    large.sort("number", is_descending=False)
    haystacks = {row.id: haystack_of(row) for row in large.rows}
    for _turn in range(12):
        wanted = ListFilter(
            view=chance.choice(list(View)),
            companies=frozenset(chance.sample(large.companies, chance.randrange(3))),
            statuses=frozenset(chance.sample(list(RowStatus), chance.choice((0, 0, 3)))),
            first_day=chance.choice((None, date(2026, 9, 1))),
            last_day=chance.choice((None, date(2026, 10, 31))),
            search=chance.choice(("", "fabrikam", "INV-0001", "works 1,2", "Müller söhne", ".00")),
        )
        found = set(ids(large, wanted))
        assert found == {row.id for row in large.rows if passes(row, haystacks[row.id], wanted)}, (
            wanted
        )


def passes(row: InvoiceRow, haystack: str, wanted: ListFilter) -> bool:
    day = row.listed.invoice.invoice_date
    assert day is not None
    return (
        bool(row.views & wanted.view.bit)
        and (not wanted.companies or row.company in wanted.companies)
        and (not wanted.statuses or row.status in wanted.statuses)
        and (wanted.first_day is None or day >= wanted.first_day)
        and (wanted.last_day is None or day <= wanted.last_day)
        and all(word in haystack for word in wanted.search.casefold().split())
    )


def test_counts_follow_company_and_period_but_not_status_and_search() -> None:
    table = InvoiceTable(many_rows(500))
    wanted = ListFilter(companies=frozenset({"Contoso GmbH"}), search="nothing has this")
    expected = {
        view: sum(
            bool(row.views & view.bit) and row.company == "Contoso GmbH" for row in table.rows
        )
        for view in View
    }
    assert table.counts(wanted) == expected
    assert expected[View.ALL] > 0


def test_a_search_finds_number_name_customer_and_amount_however_it_is_written() -> None:
    row = listed(invoice(7, total=Decimal("1234.5"), net=Decimal("1028.75")))
    table = InvoiceTable([row])
    for text in ("inv-00007", "SERVICES 7", "fabri", "1234.50", "1,234.50", "fabri 1234"):
        assert ids(table, ListFilter(View.ALL, search=text)) == [row.invoice.id], text
    assert ids(table, ListFilter(View.ALL, search="fabri 999")) == []


def test_a_changed_row_is_found_under_its_new_values() -> None:
    table = InvoiceTable([listed(invoice(n)) for n in range(1, 4)])
    table.sort("status", is_descending=False)
    row = table.rows[1]
    row.take_push(RowStatus.FAILED, record(row.listed.invoice, UK, PostingState.FAILED), ())
    table.changed(1)
    assert ids(table, ListFilter(View.ATTENTION)) == [row.id]
    table.sort_again()
    assert ids(table, ListFilter(View.ALL))[-1] == row.id


@pytest.mark.parametrize("is_checked", [False, True])
def test_a_failed_row_whose_new_push_is_given_back_is_as_it_was(*, is_checked: bool) -> None:
    row = InvoiceRow(listed(invoice(1)))
    failed = record(row.listed.invoice, UK, PostingState.FAILED)
    failed = replace(failed, finding="The books are closed.")
    row.take_record(failed)
    if is_checked:
        (checked,) = FakeCheck().run([row.listed])
        row.take_check(checked)
    before = row.status, row.findings
    row.take_push(RowStatus.QUEUED, None, ())
    row.take_push(RowStatus.FAILED, failed, ())
    assert (row.status, row.findings) == before
    assert (row.status is RowStatus.READY) == is_checked
    assert bool(row.findings) != is_checked


def test_checks_are_carried_over_only_where_nothing_changed() -> None:
    rows = [listed(invoice(n)) for n in range(1, 5)]
    earlier = InvoiceTable(rows)
    for row, checked in zip(earlier.rows, FakeCheck().run(rows), strict=True):
        row.take_check(checked)
    fresh = [
        rows[0],
        replace(rows[1], invoice=replace(rows[1].invoice, version='W/"2"')),
        replace(rows[2], connection=DE),
        replace(rows[3], connection=replace(UK, mapping_text='{"version": 1}')),
    ]
    later = InvoiceTable(fresh)
    later.take_over(earlier)
    assert [row.status for row in later.rows] == [
        RowStatus.READY,
        RowStatus.NOT_CHECKED,
        RowStatus.NOT_CHECKED,
        RowStatus.NOT_CHECKED,
    ]


def test_what_a_push_could_not_send_stays_told_until_something_changes() -> None:
    rows = [listed(invoice(n)) for n in range(1, 4)]
    earlier = InvoiceTable(rows)
    reason = blocker(Cause.NOT_CONNECTED, "It was not sent: QuickBooks cannot be reached.", "Wait.")
    for row, checked in zip(earlier.rows, FakeCheck().run(rows), strict=True):
        row.take_check(checked)
        row.take_push(RowStatus.NOT_READY, None, (reason,))
    away = replace(UK, needs_sign_in=True)
    posted_meanwhile = replace(rows[2], record=posted(rows[2].invoice, UK))
    later = InvoiceTable([rows[0], replace(rows[1], connection=away), posted_meanwhile])
    later.take_over(earlier)
    first = later.rows[0]
    assert (first.status, first.findings) == (RowStatus.NOT_READY, (reason,))
    assert ids(later, ListFilter(View.ATTENTION)) == [first.id]
    assert [row.status for row in later.rows[1:]] == [RowStatus.NOT_CHECKED, RowStatus.POSTED]
    first.take_check(FakeCheck().run(rows)[0])
    assert (first.status, first.findings) == (RowStatus.READY, ())
