"""What QuickBooks waits for: a credit memo's lessens it, and no two currencies ever meet."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.services.invoice_details import InvoiceFacts
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF
from psaqb_desktop.ui.invoices.details.quickbooks_tab import QuickBooksTab
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.grid import InvoiceGrid
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.invoices.table_model import InvoiceTableModel
from psaqb_desktop.ui.invoices.totals import Total, Totals, merged
from psaqb_desktop.ui.invoices.totals_bar import TotalsBar
from tests.ui_invoices.ui_examples import DE, UK, invoice, listed, posted

CENTS = st.integers(-50_000, 50_000).map(lambda cents: Decimal(cents) / 100)


def of_total(number: int, total: Decimal | int, currency: str = "GBP") -> ListedInvoice:
    """Return an invoice with its posted document; a credit memo where the total is negative."""
    total = Decimal(total)
    tax = total / 6
    made = invoice(number, currency=currency, net=total - tax, tax=tax, total=total)
    return listed(made, UK, record=posted(made, UK))


def booked(row: ListedInvoice, **changes: object) -> ListedInvoice:
    return listed(row.invoice, UK, record=posted(row.invoice, UK, **changes))


def totals(*rows: ListedInvoice) -> tuple[Total, ...]:
    return InvoiceTable(rows).totals(range(len(rows))).lines


def told(line: Total) -> tuple[object, ...]:
    return line.currency, line.count, line.total, line.balance


def text(row: ListedInvoice, column: str) -> str:
    return COLUMNS[PLACE_OF[column]].text(InvoiceRow(row))


def test_a_credit_memo_lessens_what_is_waited_for() -> None:
    (line,) = totals(of_total(1, 120), of_total(2, -120))
    assert told(line) == ("GBP", 2, 0, 0)
    (line,) = totals(of_total(1, 120), of_total(2, -30))
    assert told(line) == ("GBP", 2, 90, 90)


def test_a_credit_memo_of_which_a_part_is_used() -> None:
    row = booked(
        of_total(1, -120),
        balance=Decimal(90),
        paid=Decimal(30),
        quickbooks_status=QuickBooksStatus.PART_PAID,
    )
    assert [text(row, column) for column in ("total", "balance", "paid")] == [
        "-120.00",
        "-90.00",
        "-30.00",
    ]
    (line,) = totals(row)
    assert told(line) == ("GBP", 1, -120, -90)
    used_up = booked(row, balance=Decimal(0), paid=Decimal(120))
    assert [text(used_up, column) for column in ("balance", "paid")] == ["0.00", "-120.00"]
    assert row.record is not None
    assert row.record.balance == 90, "the record keeps what QuickBooks says"


def test_what_was_booked_in_another_currency_is_summed_in_that_one() -> None:
    other = booked(of_total(2, 120), currency="EUR", state=PostingState.POSTED_REVIEW)
    euro, pound = totals(of_total(1, 120), other)
    assert told(euro) == ("EUR", 0, 0, 120)
    assert told(pound) == ("GBP", 2, 240, 120)
    assert [text(other, column) for column in ("currency", "total", "balance", "paid")] == (
        ["GBP", "120.00", "120.00 EUR", "0.00 EUR"]
    )
    euro, _pound = totals(of_total(1, 50, "EUR"), other)
    assert told(euro) == ("EUR", 1, 50, 170)


def test_paid_in_another_currency_needs_no_line_of_its_own() -> None:
    (line,) = totals(booked(of_total(1, 120), currency="EUR", balance=Decimal(0)))
    assert told(line) == ("GBP", 1, 120, 0)


def test_a_balance_without_invoices_of_its_currency_shows_no_sums_of_nothing(qtbot: QtBot) -> None:
    bar = TotalsBar()
    qtbot.addWidget(bar)
    other = booked(of_total(1, -120), currency="EUR")
    shown = InvoiceTable([other]).totals([0])
    bar.show_totals(Totals(), shown, 0)
    assert bar.text.splitlines()[1:] == [
        "Shown: 1 invoice",
        "Shown Contoso UK Ltd EUR – – – – -120.00",
        "Shown Contoso UK Ltd GBP 1 -100.00 -20.00 -120.00 –",
    ]


def test_copied_rows_keep_sign_and_currency(qtbot: QtBot) -> None:
    model = InvoiceTableModel()
    grid = InvoiceGrid(model)
    qtbot.addWidget(grid)
    rows = [of_total(1, -120), booked(of_total(2, 120), currency="EUR"), of_total(3, 120)]
    model.show_table(InvoiceTable(rows))
    model.set_filter(ListFilter(View.ALL))
    grid.selectAll()
    grid.copy(with_headers=True)
    heading, *lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    place = heading.index("Balance")
    assert [line[place] for line in lines] == ["-120", "120 EUR", "120"]


@pytest.mark.parametrize("is_descending", [False, True])
def test_balances_sort_by_their_amounts(*, is_descending: bool) -> None:
    rows = [of_total(1, 120), booked(of_total(2, 110), currency="EUR"), of_total(3, -200)]
    table = InvoiceTable([*rows, listed(invoice(4))])
    table.sort("balance", is_descending=is_descending)
    numbers = [table.rows[at].listed.invoice.number[-1] for at in table.shown(ListFilter(View.ALL))]
    assert numbers == (["1", "2", "3", "4"] if is_descending else ["3", "2", "1", "4"])


def test_the_panel_tells_of_a_credit_memo_in_its_own_words(qtbot: QtBot) -> None:
    tab = QuickBooksTab()
    qtbot.addWidget(tab)
    tab.show_row(InvoiceRow(of_total(1, -120)), InvoiceFacts((), (), (), ""))
    assert {"Credit used: 0.00", "Credit left: 120.00"} <= set(tab.texts)
    tab.show_row(InvoiceRow(of_total(2, 120)), InvoiceFacts((), (), (), ""))
    assert {"Paid: 0.00", "Balance: 120.00"} <= set(tab.texts)


@st.composite
def listed_rows(draw: st.DrawFn) -> list[ListedInvoice]:
    rows = []
    for number in range(draw(st.integers(0, 12))):
        total = draw(CENTS)
        company = draw(st.sampled_from([UK, DE]))
        currency = draw(st.sampled_from(["GBP", "EUR"]))
        of = invoice(number, currency=currency, net=total, tax=Decimal(0), total=total)
        made = posted(
            of,
            company,
            document_type=draw(st.sampled_from(DocumentType)),
            currency=draw(st.sampled_from(["GBP", "EUR", ""])),
            balance=draw(st.one_of(st.none(), CENTS.map(abs))),
        )
        rows.append(listed(of, company, record=draw(st.sampled_from([made, None]))))
    return rows


@given(rows=listed_rows(), step=st.integers(1, 5))
def test_every_sum_is_that_of_its_own_currency(rows: list[ListedInvoice], step: int) -> None:
    table = InvoiceTable(rows)
    places = range(len(rows))
    whole = table.totals(places)
    assert merged([table.totals(places[at : at + step]) for at in places[::step]]) == whole
    counts: Counter[tuple[str, str]] = Counter()
    sums: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
    for row in rows:
        of, made = row.invoice, row.record
        assert row.connection is not None
        company = row.connection.company_name
        counts[company, of.currency] += 1
        sums[company, of.currency][0] += of.total
        if made is not None and made.balance:
            is_credit = made.document_type is DocumentType.CREDIT_MEMO
            balance = -made.balance if is_credit else made.balance
            sums[company, made.currency or of.currency][1] += balance
    lines = {(line.company, line.currency): line for line in whole.lines}
    assert len(lines) == len(whole.lines)
    assert {key: [line.total, line.balance] for key, line in lines.items()} == sums
    assert {key: line.count for key, line in lines.items() if line.count} == counts
    assert whole.count == len(rows)
