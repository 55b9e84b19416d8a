"""How the list comes and is brought up to date while a person works with it."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.ui.formats import ago_text
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import invoice, invoice_list, listed, many_rows
from tests.ui_invoices.ui_fakes import FakeDesk
from tests.ui_invoices.ui_window import Driven, RunAsync, until


def test_the_first_rows_are_there_while_the_rest_is_read(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        desk = FakeDesk()
        one, two = listed(invoice(1)), listed(invoice(2))
        desk.list_invoices.first = invoice_list(one, is_partial=True)
        desk.list_invoices.fresh = invoice_list(one, two)
        desk.list_invoices.gate = threading.Event()
        driven = Driven(tasks, desk=desk)
        driven.window.presenter.start(driven.window.presenter.reading.open, "opening")
        await until(lambda: driven.shown_numbers() == ["INV-00001"])
        assert driven.parts.lists == [], "companies are not judged by a part of the list"
        desk.list_invoices.gate.set()
        await tasks.wait_all()
        assert driven.shown_numbers() == ["INV-00001", "INV-00002"]
        assert len(driven.parts.lists) == 1

    run_async(body())


def test_what_is_kept_comes_at_once_then_whole(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        desk = FakeDesk()
        one, two = listed(invoice(1)), listed(invoice(2))
        desk.list_invoices.first = invoice_list(one, is_partial=True)
        desk.list_invoices.cached = invoice_list(one, two)
        desk.sign_in.user = None
        driven = Driven(tasks, desk=desk)
        await driven.open()
        assert driven.shown_numbers() == ["INV-00001", "INV-00002"]
        assert driven.page.notice.text.startswith("You see the list of")

    run_async(body())


def test_catching_up_leaves_everything_where_the_person_put_it(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = many_rows(400)
        driven = Driven(tasks, *rows)
        await driven.open()
        await tasks.wait_all()
        page, grid = driven.page, driven.page.grid
        page.filter_bar.set_filter(ListFilter(View.ALL))
        grid.sortByColumn(4, Qt.SortOrder.DescendingOrder)
        ids = {page.model.row_at(place).id for place in (150, 151)}
        grid.highlight(ids, next(iter(ids)))
        page.model.set_ticked(ids, is_ticked=True)
        grid.verticalScrollBar().setValue(140)
        shown = driven.shown_numbers()
        renamed = replace(rows[7], invoice=replace(rows[7].invoice, name="Another name"))
        driven.desk.list_invoices.later = [invoice_list(*rows[:7], renamed, *rows[8:])]
        await driven.window.presenter.reading._catch_up()
        (found,) = page.rows([renamed.invoice.id])
        assert found.listed.invoice.name == "Another name"
        assert driven.shown_numbers() == shown
        assert page.model.ticked == ids
        assert set(grid.highlighted_ids()) == ids
        assert grid.verticalScrollBar().value() == 140

    run_async(body())


def test_everything_is_read_when_a_person_asks_for_it(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        await driven.trigger("refresh_all")
        assert (driven.desk.list_invoices.reads, driven.desk.list_invoices.whole_reads) == (2, 1)

    run_async(body())


def test_offline_the_list_says_how_old_it_is(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        driven.desk.list_invoices.cached = invoice_list(listed(invoice(1)))
        driven.desk.list_invoices.error = ServiceUnavailableError("No answer.", service="CRM")
        await driven.open()
        assert " ago). Checking, pushing and pulling have to wait" in driven.page.notice.text
        driven.desk.list_invoices.error = None
        await driven.trigger("refresh")
        assert driven.page.notice.isHidden()

    run_async(body())


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "119 minutes ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_says_enough(age: timedelta, text: str) -> None:
    assert ago_text(age) == text


def test_a_list_that_was_replaced_lets_go_of_its_rows_at_once(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, *many_rows(700))
        gc.disable()  # rows that hang in a cycle would stay until they are collected
        try:
            await driven.open()
            earlier = weakref.ref(driven.page.table)
            await driven.window.presenter.reading.refresh()
            assert driven.page.table is not None
            assert earlier() is None
        finally:
            gc.enable()

    run_async(body())
