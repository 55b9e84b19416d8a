"""The page by keyboard, its empty states, its filter and its totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.invoice import CrmStatus
from psaqb_desktop.domain.listing import InvoiceList, RowStatus
from psaqb_desktop.ui.invoices.empty_states import Empty
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import (
    DE,
    UK,
    a_cent_off,
    closed_period,
    invoice,
    invoice_list,
    listed,
    many_rows,
    posted,
)
from tests.ui_invoices.ui_fakes import FakeCheck, FakeDesk
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog, until

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def empty_desk(fresh: InvoiceList) -> FakeDesk:
    desk = FakeDesk()
    desk.list_invoices.fresh = fresh
    return desk


def test_from_search_to_posted_without_a_mouse(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 30)]
        driven = Driven(tasks, *rows)
        await driven.open()
        window, page = driven.window, driven.page
        window.activateWindow()
        QTest.keyClick(window, Key.Key_F, CONTROL)
        QTest.keyClicks(page.filter_bar.search, "INV-0001")
        await until(lambda: len(driven.shown_numbers()) == 10)
        page.grid.setFocus()
        QTest.keyClick(page.grid, Key.Key_Home, CONTROL)
        QTest.keyClick(page.grid, Key.Key_Down)
        QTest.keyClick(page.grid, Key.Key_Space)
        assert [row.listed.invoice.number for row in page.model.ticked_rows()] == ["INV-00011"]
        QTest.keyClick(page.grid, Key.Key_Return)
        assert page.details.isVisible()
        assert page.details.invoice_id == rows[10].invoice.id
        QTest.keyClick(window, Key.Key_Return, CONTROL)
        dialog = await shown_dialog()
        assert dialog.focusWidget() is not None
        QTest.keyClick(dialog, Key.Key_Return)
        await tasks.wait_all()
        assert driven.desk.push_invoices.pushed == [], "a bare Enter cancels"
        window.activateWindow()
        await until(window.isActiveWindow)
        QTest.keyClick(window, Key.Key_Return, CONTROL)
        press(await shown_dialog(), "Push 1 invoice to Contoso UK Ltd")
        await tasks.wait_all()
        assert driven.desk.push_invoices.pushed == [rows[10].invoice.id]
        window.activateWindow()
        await until(window.isActiveWindow)
        QTest.keyClick(window, Key.Key_F, CONTROL)
        QTest.keyClick(page.filter_bar.search, Key.Key_Escape)
        assert len(driven.shown_numbers()) == 28

    run_async(body())


def test_nobody_signed_in_and_nothing_kept(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        user, driven.desk.sign_in.user = driven.desk.sign_in.user, None
        await driven.open()
        assert driven.page.empty.shown is Empty.NOT_SIGNED_IN
        assert driven.page.stack.currentWidget() is driven.page.empty
        assert driven.window.status.user.text() == "Not signed in to the CRM"
        driven.desk.sign_in.user = user
        driven.page.empty.button.click()
        await tasks.wait_all()
        assert driven.parts.asked == ["sign in"]
        assert driven.shown_numbers() == ["INV-00001"]
        assert driven.window.status.user.text() == "Signed in as Ada Accountant"

    run_async(body())


def test_a_sign_in_given_up_changes_nothing(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        driven.desk.sign_in.user = None
        driven.parts.answer = False
        await driven.open()
        driven.page.empty.button.click()
        await tasks.wait_all()
        assert driven.page.empty.shown is Empty.NOT_SIGNED_IN
        assert driven.desk.list_invoices.reads == 0

    run_async(body())


def test_a_kept_list_is_shown_before_anybody_signs_in(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        desk = FakeDesk()
        desk.list_invoices.cached = invoice_list(listed(invoice(1)))
        desk.sign_in.user = None
        driven = Driven(tasks, listed(invoice(1)), desk=desk)
        await driven.open()
        assert driven.shown_numbers() == ["INV-00001"]
        assert driven.page.notice.text.startswith("You see the list of")

    run_async(body())


@pytest.mark.parametrize(
    ("fresh", "shown", "title"),
    [
        (invoice_list(is_set_up=False), Empty.NOT_SET_UP, "The CRM is not set up yet"),
        (invoice_list(), Empty.NO_INVOICES, "The CRM has no invoices"),
        (
            invoice_list(listed(invoice(1), record=posted(invoice(1), UK))),
            Empty.NOTHING_TO_POST,
            "Everything is in QuickBooks",
        ),
        (
            invoice_list(listed(replace(invoice(1), status=CrmStatus.DRAFT))),
            Empty.NOTHING_TO_POST,
            "Everything is in QuickBooks",
        ),
    ],
)
def test_an_empty_page_says_why(
    run_async: RunAsync, tasks: TaskRunner, fresh: InvoiceList, shown: Empty, title: str
) -> None:
    async def body() -> None:
        driven = Driven(tasks, desk=empty_desk(fresh))
        await driven.open()
        assert driven.page.empty.shown is shown
        assert driven.page.empty.title == title

    run_async(body())


def test_offline_without_a_kept_list_offers_to_try_again(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        driven.desk.list_invoices.error = ServiceUnavailableError("No answer.", service="CRM")
        await driven.open()
        assert driven.page.empty.shown is Empty.OFFLINE
        driven.desk.list_invoices.error = None
        driven.page.empty.button.click()
        await tasks.wait_all()
        assert driven.shown_numbers() == ["INV-00001"]

    run_async(body())


def test_a_crm_without_our_tables_shows_invoices_and_offers_to_set_it_up(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, desk=empty_desk(invoice_list(listed(invoice(1)), is_set_up=False)))
        await driven.open()
        assert driven.shown_numbers() == ["INV-00001"]
        driven.desk.list_invoices.fresh = invoice_list(listed(invoice(1)))
        press(driven.page.notice, "Set up the CRM")
        await tasks.wait_all()
        assert driven.parts.asked == ["set up"]
        assert driven.page.notice.isHidden()

    run_async(body())


def test_without_a_connected_company_the_way_to_connections_is_shown(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        fresh = invoice_list(listed(invoice(1)), connections=())
        driven = Driven(tasks, desk=empty_desk(fresh))
        await driven.open()
        press(driven.page.notice, "Connect companies")
        await tasks.wait_all()
        assert driven.window.pages.currentWidget() is driven.parts.connections_page

    run_async(body())


def test_a_filter_that_hides_all_can_be_cleared(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)), listed(invoice(2), DE))
        await driven.open()
        bar = driven.page.filter_bar
        bar.set_filter(ListFilter(companies=frozenset({"Contoso GmbH"}), search="INV-00001"))
        assert driven.page.empty.shown is Empty.FILTERED
        chips = [b for b in bar.findChildren(QToolButton) if b.property("look") == "chip"]
        assert [chip.accessibleName() for chip in chips] == ["Remove filter Contoso GmbH"]
        chips[0].click()
        assert driven.shown_numbers() == ["INV-00001"]
        bar.set_filter(replace(bar.filter, search="nowhere"))
        driven.page.empty.button.click()
        assert len(driven.shown_numbers()) == 2
        assert not bar.filter.is_narrowed

    run_async(body())


def test_views_count_and_switch(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, *many_rows(200))
        await driven.open()
        tabs = {
            b.text().rsplit("  ", 1)[0]: b
            for b in driven.page.filter_bar.findChildren(QToolButton)
            if b.property("look") == "view"
        }
        assert list(tabs) == [view.value for view in View]
        for view in View:
            tabs[view.value].click()
            assert tabs[view.value].text() == f"{view.value}  {len(driven.shown_numbers())}"

    run_async(body())


def test_totals_never_mix_companies_or_currencies(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        rows = (
            listed(invoice(1)),
            listed(invoice(2, total=Decimal("0.10"), net=Decimal("0.10"), tax=Decimal(0))),
            listed(invoice(3, currency="EUR"), DE),
            listed(invoice(4, currency="EUR")),
        )
        driven = Driven(tasks, *rows)
        await driven.open()
        driven.select(rows[0].invoice.id, rows[1].invoice.id)
        await until(lambda: driven.page.totals.text.startswith("Selected: 2 invoices"))
        lines = driven.page.totals.text.splitlines()
        assert "Selected Contoso UK Ltd GBP 2 1,000.10 200.00 1,200.10" in lines
        assert "Shown Contoso GmbH EUR 1 1,000.00 200.00 1,200.00" in lines
        assert "Shown Contoso UK Ltd EUR 1 1,000.00 200.00 1,200.00" in lines
        assert "Shown Contoso UK Ltd GBP 2 1,000.10 200.00 1,200.10" in lines
        of_company = [line for line in lines if "Contoso" in line]
        assert of_company[0].startswith("Selected"), "what is to be pushed needs no scrolling"
        driven.page.filter_bar.set_filter(ListFilter(search="INV-00003"))
        await until(lambda: "2 of them not shown" in driven.page.totals.text)

    run_async(body())


def test_the_panel_shows_the_invoice_from_all_sides(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        one, two = invoice(1), invoice(2)
        desk = FakeDesk(
            check_invoices=FakeCheck(
                lambda of: (closed_period(of),) if of.number == "INV-00002" else ()
            )
        )
        rows = (listed(one), listed(two), listed(invoice(3), record=posted(invoice(3), UK)))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        page, panel = driven.page, driven.page.details
        page.filter_bar.set_filter(ListFilter(View.ALL))
        page.grid.setCurrentIndex(page.model.index(0, 1))
        await driven.trigger("details")
        panel.tabs.setCurrentIndex(0)
        press(panel.draft, "Check this invoice")
        await tasks.wait_all()
        assert "Total | 1,200.00 | 1,200.00 | –" in panel.draft.texts
        assert "✓ The draft's total equals the CRM's." in panel.draft.texts
        page.grid.setCurrentIndex(page.model.index(1, 1))
        panel.draft.check_requested.emit()
        await tasks.wait_all()
        panel.tabs.setCurrentIndex(1)
        assert panel.problems.texts[0] == "Period closed"
        assert panel.tabs.tabText(1) == "Problems (1)"
        page.grid.setCurrentIndex(page.model.index(2, 1))
        await until(lambda: desk.invoice_details.asked[-1:] == [rows[2].invoice.id])
        await tasks.wait_all()
        panel.tabs.setCurrentIndex(2)
        assert "Status: Open" in panel.quickbooks.texts
        assert any("250.00 GBP" in text for text in panel.quickbooks.texts)
        panel.tabs.setCurrentIndex(4)
        assert panel.history.texts[0] == "Confirmed by QuickBooks"
        panel.tabs.setCurrentIndex(3)
        assert any(text.startswith("Consultant\nDesign workshop") for text in panel.crm.texts)

    run_async(body())


def test_a_credit_memo_is_compared_by_its_own_sign(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        credit = invoice(1, net=Decimal(-100), tax=Decimal(-20), total=Decimal(-120))
        driven = Driven(tasks, listed(credit))
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        driven.page.grid.setCurrentIndex(driven.page.model.index(0, 1))
        await driven.trigger("details")
        driven.page.details.tabs.setCurrentIndex(0)
        texts = driven.page.details.draft.texts
        assert texts[0] == "Credit memo INV-00001"
        assert "Total | 120.00 | 120.00 | –" in texts

    run_async(body())


def test_a_warning_alone_stops_nothing(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        desk = FakeDesk(check_invoices=FakeCheck(lambda of: (a_cent_off(of),)))
        driven = Driven(tasks, listed(invoice(1)), desk=desk)
        await driven.open()
        await driven.push_all("Push 1 invoice")
        assert driven.statuses() == [RowStatus.POSTED]

    run_async(body())
