from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.findings import Cause, blocker
from psaqb_desktop.domain.invoice import CrmStatus
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.ui.invoices.filters import Period, View, period_range
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from tests.ui_invoices.ui_examples import UK, invoice, listed, posted, record
from tests.ui_invoices.ui_fakes import FakeCheck

ONE = invoice(1)
CREDIT = invoice(2, net=Decimal(-100), tax=Decimal(-20), total=Decimal(-120))
NO_ROUTE = blocker(Cause.NO_ROUTE, "No connection is responsible.", "Add a rule.")


def views(of: ListedInvoice) -> set[View]:
    row = InvoiceRow(of)
    return {view for view in View if row.views & view.bit} - {View.ALL}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (listed(ONE), {View.TO_POST}),
        (listed(ONE, None, route_finding=NO_ROUTE), {View.TO_POST, View.ATTENTION}),
        (
            listed(ONE, record=record(ONE, UK, PostingState.FAILED)),
            {View.TO_POST, View.ATTENTION},
        ),
        (listed(ONE, record=record(ONE, UK, PostingState.UNKNOWN)), {View.ATTENTION}),
        (listed(ONE, record=record(ONE, UK, PostingState.CLAIMED)), {View.ATTENTION}),
        (listed(ONE, record=record(ONE, UK, PostingState.LEFT_OUT)), {View.LEFT_OUT}),
        (listed(ONE, record=posted(ONE, UK)), {View.POSTED, View.UNPAID}),
        (
            listed(ONE, record=posted(ONE, UK, quickbooks_status=QuickBooksStatus.PAID)),
            {View.POSTED},
        ),
        (
            listed(ONE, record=posted(ONE, UK, quickbooks_status=QuickBooksStatus.VOIDED)),
            {View.POSTED, View.ATTENTION},
        ),
        (
            listed(ONE, record=posted(ONE, UK, quickbooks_status=QuickBooksStatus.MISSING)),
            {View.POSTED, View.ATTENTION},
        ),
        (
            listed(ONE, record=posted(ONE, UK, state=PostingState.POSTED_REVIEW)),
            {View.POSTED, View.UNPAID, View.ATTENTION},
        ),
        (listed(CREDIT, record=posted(CREDIT, UK)), {View.POSTED}),
        (
            listed(CREDIT, record=posted(CREDIT, UK, quickbooks_status=QuickBooksStatus.PART_PAID)),
            {View.POSTED},
        ),
        (
            listed(CREDIT, record=posted(CREDIT, UK, quickbooks_status=QuickBooksStatus.MISSING)),
            {View.POSTED, View.ATTENTION},
        ),
        (listed(replace(ONE, status=CrmStatus.DRAFT)), {View.NOT_IN_SCOPE}),
        (
            listed(replace(ONE, status=CrmStatus.DRAFT), None, route_finding=NO_ROUTE),
            {View.NOT_IN_SCOPE},
        ),
        (
            listed(replace(ONE, status=CrmStatus.CANCELED), record=posted(ONE, UK)),
            {View.POSTED, View.UNPAID},
        ),
        (listed(replace(ONE, status=CrmStatus.BILLED)), {View.TO_POST}),
    ],
)
def test_every_invoice_stands_in_the_views_where_it_is_looked_for(
    row: ListedInvoice, expected: set[View]
) -> None:
    assert views(row) == expected


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.THIS_MONTH, date(2026, 1, 1), date(2026, 1, 31)),
        (Period.LAST_MONTH, date(2025, 12, 1), date(2025, 12, 31)),
        (Period.THIS_QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        (Period.LAST_QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        (Period.THIS_YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Period.LAST_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        (Period.ANY, None, None),
    ],
)
def test_periods_at_the_turn_of_the_year(
    period: Period, first: date | None, last: date | None
) -> None:
    assert period_range(period, date(2026, 1, 31)) == (first, last)


def test_february_of_a_leap_year_has_its_last_day() -> None:
    assert period_range(Period.LAST_MONTH, date(2028, 3, 31)) == (
        date(2028, 2, 1),
        date(2028, 2, 29),
    )


def test_a_row_says_a_repeated_finding_once() -> None:
    row = InvoiceRow(listed(ONE, None, route_finding=NO_ROUTE))
    (checked,) = FakeCheck(lambda _i: (NO_ROUTE,)).run([row.listed])
    row.take_check(checked)
    assert row.findings == (NO_ROUTE,)
