"""What a person does while the list still comes: nothing of it is lost or set back."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.ui.invoices.surface import Activity
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import (
    UK,
    closed_period,
    invoice,
    invoice_list,
    listed,
    posted,
)
from tests.ui_invoices.ui_fakes import FakeDesk, finding_only
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog, until

WAITING = [listed(invoice(number)) for number in range(1, 4)]
NOW_POSTED = [listed(row.invoice, record=posted(row.invoice, UK)) for row in WAITING]
OLD = listed(invoice(9), record=posted(invoice(9), UK))


def opening(tasks: TaskRunner, *fresh: ListedInvoice) -> tuple[Driven, threading.Event]:
    """Open a window whose kept list has come but for its end, which the event lets go."""
    desk = FakeDesk()
    desk.list_invoices.first = invoice_list(*WAITING, is_partial=True)
    desk.list_invoices.cached = invoice_list(*WAITING, OLD)
    desk.list_invoices.fresh = invoice_list(*fresh, OLD)
    gate = desk.list_invoices.kept_gate = threading.Event()
    driven = Driven(tasks, desk=desk)
    driven.window.presenter.start(driven.window.presenter.reading.open, "opening")
    return driven, gate


async def begin_push(driven: Driven) -> None:
    await until(driven.shown_numbers)
    driven.page.select_shown()
    driven.window.actions_["push"].trigger()


def test_a_push_goes_on_while_the_rest_of_the_kept_list_comes(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven, kept_gate = opening(tasks, *NOW_POSTED)
        push, listing = driven.desk.push_invoices, driven.desk.list_invoices
        push.gate = threading.Semaphore(0)
        await begin_push(driven)
        press(await shown_dialog(), "Push 3")
        push.gate.release()
        await until(lambda: driven.row(1).status is RowStatus.POSTED)
        kept_gate.set()
        await until(lambda: len(driven.page.table) == 4)
        assert driven.row(1).status is RowStatus.POSTED
        assert driven.row(3).status in {RowStatus.QUEUED, RowStatus.POSTING}
        assert (listing.reads, driven.desk.settle_pushes.runs) == (0, 0)
        push.gate.release(2)
        await tasks.wait_all()
        assert driven.page.summary.text == "Push finished: 3 posted."
        assert driven.statuses() == [RowStatus.POSTED] * 4
        assert (listing.reads, driven.desk.settle_pushes.runs) == (1, 1), "the start is made up for"

    run_async(body())


def test_a_check_goes_on_while_the_rest_of_the_kept_list_comes(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven, kept_gate = opening(tasks, *WAITING)
        check = driven.desk.check_invoices = finding_only(2, closed_period(invoice(2)))
        check.gate = threading.Event()
        await until(driven.shown_numbers)
        driven.page.select_shown()
        driven.window.actions_["check"].trigger()
        kept_gate.set()
        await until(lambda: len(driven.page.table) == 4)
        assert {row.status_text for row in driven.page.table.rows} == {"Checking…", "Posted"}
        check.gate.set()
        await tasks.wait_all()
        assert "2 ready · 1 with problems" in driven.page.summary.text
        ready, not_ready = RowStatus.READY, RowStatus.NOT_READY
        assert driven.statuses()[:3] == [ready, not_ready, ready]

    run_async(body())


def test_a_push_that_ended_before_the_rest_of_the_kept_list_came_stays_on_the_rows(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven, kept_gate = opening(tasks, *NOW_POSTED)
        driven.desk.sign_in.user = None  # nothing is read that would put it right
        await begin_push(driven)
        press(await shown_dialog(), "Push 3")
        await until(lambda: driven.page.summary.text == "Push finished: 3 posted.")
        assert driven.shown_numbers() == []
        kept_gate.set()
        await tasks.wait_all()
        assert driven.statuses() == [RowStatus.POSTED] * 4
        assert driven.shown_numbers() == [], "nothing comes back to “To post”"

    run_async(body())


def test_a_list_that_was_read_is_not_replaced_by_the_kept_one(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        new = listed(invoice(4))
        driven, kept_gate = opening(tasks, *NOW_POSTED, new)
        driven.desk.list_invoices.later_gate = threading.Event()
        await until(driven.shown_numbers)
        await driven.window.presenter.reading.refresh()
        driven.desk.sign_in.user = None
        kept_gate.set()
        driven.desk.list_invoices.later_gate.set()
        await tasks.wait_all()
        assert len(driven.page.table) == 5
        assert driven.shown_numbers() == [new.invoice.number]

    run_async(body())


@pytest.mark.parametrize("is_whole", [False, True])
def test_a_first_push_is_not_claimed_while_only_first_rows_are_there(
    run_async: RunAsync, tasks: TaskRunner, *, is_whole: bool
) -> None:
    async def body() -> None:
        driven, kept_gate = opening(tasks, *WAITING)
        listing = driven.desk.list_invoices
        listing.cached = listing.fresh = invoice_list(*WAITING)
        if is_whole:
            kept_gate.set()
            await tasks.wait_all()
        await begin_push(driven)
        dialog = await shown_dialog()
        words = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert ("This is the first push ever" in words) is is_whole
        dialog.reject()
        kept_gate.set()
        await tasks.wait_all()

    run_async(body())


@pytest.mark.parametrize("is_before", [False, True])
def test_what_was_caught_up_with_does_not_undo_a_push(
    run_async: RunAsync, tasks: TaskRunner, *, is_before: bool
) -> None:
    """Whether the push began before or after the reading: what it wrote is read with the rest."""

    async def body() -> None:
        renamed = listed(invoice(9, name="Another name"), record=OLD.record)
        driven = Driven(tasks, *WAITING, OLD)
        listing, push = driven.desk.list_invoices, driven.desk.push_invoices
        await driven.open()
        await tasks.wait_all()
        push.gate = threading.Semaphore(0)
        listing.later = [invoice_list(*WAITING, renamed)]
        listing.later_gate = threading.Event()
        catch_up = driven.window.presenter.reading._catch_up
        if not is_before:
            tasks.start(catch_up(), "catching up")
            await until(lambda: listing.catching_up)
        await begin_push(driven)
        press(await shown_dialog(), "Push 3")
        if is_before:
            tasks.start(catch_up(), "catching up")
            await until(lambda: listing.catching_up)
        push.gate.release(3)
        await until(lambda: driven.page.summary.text == "Push finished: 3 posted.")
        listing.fresh = invoice_list(*NOW_POSTED, renamed)
        listing.later_gate.set()
        await tasks.wait_all()
        assert driven.statuses() == [RowStatus.POSTED] * 4
        assert driven.shown_numbers() == []
        assert driven.row(9).listed.invoice.name == "Another name"

    run_async(body())


def test_one_catching_up_at_a_time(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, *WAITING)
        listing = driven.desk.list_invoices
        listing.later_gate = threading.Event()
        await driven.open()
        for _ in range(3):
            await driven.window.presenter.reading.refresh()
        await until(lambda: listing.catching_up)
        listing.later_gate.set()
        await tasks.wait_all()
        assert listing.catch_ups == [1]
        await driven.window.presenter.reading.refresh()
        await tasks.wait_all()
        assert listing.catch_ups == [1, 1], "the next refresh looks again"

    run_async(body())


def test_what_waits_for_a_push_does_not_begin_any_more_when_the_window_closes(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven, kept_gate = opening(tasks, *WAITING)
        push = driven.desk.push_invoices
        push.gate = threading.Semaphore(0)
        await begin_push(driven)
        press(await shown_dialog(), "Push 3")
        await until(lambda: RowStatus.POSTING in driven.statuses())
        kept_gate.set()
        await until(lambda: len(driven.page.table) == 4)
        driven.window.close()
        press(await shown_dialog(), "Stop and close")
        await until(lambda: "stopping" in driven.window.status.activity.text())
        push.gate.release(3)
        await tasks.wait_all()
        assert not driven.window.isVisible()
        assert (driven.desk.list_invoices.reads, len(push.pushed)) == (0, 1)

    run_async(body())


def test_who_waits_for_the_end_of_a_run_gets_in_one_after_the_other(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        gate = Driven(tasks, *WAITING).window.presenter.gate
        seen = []

        async def run_when_idle(name: str) -> None:
            await gate.wait_idle()
            with gate.begin(Activity(name)):
                await asyncio.sleep(0)
                seen.append(name)

        with gate.begin(Activity("first")):
            for name in ("second", "third"):
                tasks.start(run_when_idle(name), name)
            await asyncio.sleep(0)
        await tasks.wait_all()
        assert seen == ["second", "third"]

    run_async(body())


def test_what_was_connected_during_a_push_is_read_after_it(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, *WAITING)
        listing, push = driven.desk.list_invoices, driven.desk.push_invoices
        await driven.open()
        push.gate = threading.Semaphore(0)
        await begin_push(driven)
        press(await shown_dialog(), "Push 3")
        await until(lambda: RowStatus.POSTING in driven.statuses())
        driven.parts.on_changed()
        push.gate.release(3)
        await tasks.wait_all()
        assert listing.reads == 2

    run_async(body())


ASKED = {
    "leave_out": (WAITING[0], "Leave out"),
    "push_again": (
        listed(
            invoice(1),
            record=posted(invoice(1), UK, quickbooks_status=QuickBooksStatus.VOIDED),
        ),
        "Push 1 invoice again",
    ),
    "accept": (
        listed(invoice(1), record=posted(invoice(1), UK, state=PostingState.POSTED_REVIEW)),
        "Accept",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_that_came_while_the_list_is_read_waits_its_turn(
    run_async: RunAsync, tasks: TaskRunner, name: str
) -> None:
    async def body() -> None:
        row, button = ASKED[name]
        driven = Driven(tasks, row)
        listing, flows = driven.desk.list_invoices, driven.window.presenter.flows
        await driven.open()
        act = {
            "leave_out": flows.leave_out,
            "push_again": flows.push_again,
            "accept": flows.accept,
        }[name]
        driven.window.presenter.start(lambda: act([row.invoice.id]), name)
        dialog = await shown_dialog()
        listing.gate = threading.Event()
        driven.window.presenter.start(driven.window.presenter.reading.refresh, "reading")
        await until(lambda: listing.reads == 2)
        for field in dialog.findChildren(QLineEdit):
            field.setText("Entered by hand")
        press(dialog, button)
        await until(lambda: not dialog.isVisible())
        listing.gate.set()
        if name == "push_again":
            press(await shown_dialog(), "Push 1")
        await tasks.wait_all()
        desk = driven.desk
        done = [*desk.leave_out.reasons, *desk.push_again.asked, *desk.accept_review.asked]
        assert done == [row.invoice.id]

    run_async(body())
