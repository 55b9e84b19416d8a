"""Check and push, from the button to the summary, over made-up invoices."""

from __future__ import annotations

import threading

import pytest

from psaqb_desktop.domain.errors import SignInNeededError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.company_run import not_sent
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import (
    DE,
    UK,
    closed_period,
    invoice,
    listed,
    no_customer,
    posted,
)
from tests.ui_invoices.ui_fakes import FakeCheck, FakeDesk, FakePush, FakeSettle, finding_only
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog, until

TAKEN = blocker(Cause.NUMBER_TAKEN, "QuickBooks already has it.", "Link to it.")


def test_a_check_shows_status_findings_and_groups_and_writes_nothing(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 6)]
        desk = FakeDesk(
            check_invoices=FakeCheck(
                lambda of: (no_customer(of), closed_period(of)) if of.number < "INV-00003" else ()
            )
        )
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        ready, not_ready = RowStatus.READY, RowStatus.NOT_READY
        assert driven.statuses() == [not_ready, not_ready, ready, ready, ready]
        assert driven.page.summary.text == (
            "Checked 5 invoices: 3 ready · 2 with problems. Nothing was written."
        )
        groups = {group.cause: group for group in driven.page.problems.groups}
        assert len(groups[Cause.CUSTOMER_NOT_LINKED].ids) == 2
        offer = groups[Cause.CUSTOMER_NOT_LINKED].offer
        assert offer is not None
        assert offer.words == "Link 1 customer…"
        assert groups[Cause.PERIOD_CLOSED].offer is None
        assert desk.push_invoices.pushed == []

    run_async(body())


def test_a_push_is_confirmed_company_by_company_and_summed_up(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n), UK if n < 4 else DE) for n in range(1, 6)]
        desk = FakeDesk(check_invoices=finding_only(2, closed_period(invoice(2))))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        await driven.push_all(
            "Push 2 invoices to Contoso GmbH", "Push 2 invoices to Contoso UK Ltd"
        )
        assert sorted(desk.push_invoices.pushed) == sorted(
            row.invoice.id for row in rows if row.invoice.number != "INV-00002"
        )
        assert driven.page.summary.text == "Push finished: 4 posted."
        assert driven.page.summary.kind == "good"
        assert driven.shown_numbers() == ["INV-00002"], "posted rows leave “To post” at the end"
        assert driven.page.model.ticked == {rows[1].invoice.id}, "what was posted is unticked"
        assert driven.row(1).listed.record is not None

    run_async(body())


@pytest.mark.parametrize(
    ("answers", "pushed"),
    [
        (("Cancel",), 0),
        (("Skip", "Cancel"), 0),
        (("Skip", "Push"), 3),
        (("Push", "Skip"), 2),
        (("Push", "Cancel"), 0),
    ],
)
def test_nothing_leaves_that_was_not_confirmed(
    run_async: RunAsync, tasks: TaskRunner, answers: tuple[str, ...], pushed: int
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n), UK if n < 4 else DE) for n in range(1, 6)]
        driven = Driven(tasks, *rows)
        await driven.open()
        await driven.push_all(*answers)
        assert len(driven.desk.push_invoices.pushed) == pushed
        waiting = [status for status in driven.statuses() if status is RowStatus.READY]
        assert len(waiting) == 5 - pushed

    run_async(body())


def test_a_selection_without_a_ready_invoice_asks_nothing_and_shows_why(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in (1, 2)]
        desk = FakeDesk(check_invoices=FakeCheck(lambda of: (no_customer(of),)))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        await driven.push_all()
        assert desk.push_invoices.pushed == []
        assert "2 with problems" in driven.page.summary.text
        assert driven.page.problems.isVisible()

    run_async(body())


def test_failures_are_summed_up_by_cause_and_only_they_are_tried_again(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    def outcome(of: Invoice) -> tuple[PostingState, tuple[Finding, ...]]:
        if of.number in {"INV-00002", "INV-00003"} and not is_mended:
            return PostingState.FAILED, (TAKEN,)
        return PostingState.POSTED, ()

    is_mended = False

    async def body() -> None:
        nonlocal is_mended
        rows = [listed(invoice(n)) for n in range(1, 5)]
        driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=FakePush(outcome)))
        await driven.open()
        await driven.push_all("Push 4")
        assert driven.page.summary.text == (
            "Push finished: 2 posted · 2 failed (Number already used)."
        )
        assert driven.row(2).findings == (TAKEN,)
        is_mended = True
        driven.desk.push_invoices.pushed.clear()
        driven.select(*(row.invoice.id for row in rows))
        driven.window.actions_["try_again"].trigger()
        press(await shown_dialog(), "Push 2 invoices")
        await driven.tasks.wait_all()
        assert driven.desk.push_invoices.pushed == [rows[1].invoice.id, rows[2].invoice.id]
        assert set(driven.statuses()) == {RowStatus.POSTED}

    run_async(body())


def test_rows_show_how_far_they_are_while_the_push_runs(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        gate = threading.Semaphore(0)
        rows = [listed(invoice(n)) for n in range(1, 4)]
        driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=FakePush(gate=gate)))
        await driven.open()
        driven.page.select_shown()
        driven.window.actions_["push"].trigger()
        press(await shown_dialog(), "Push 3")
        gate.release()
        posted_, posting, queued = RowStatus.POSTED, RowStatus.POSTING, RowStatus.QUEUED
        await until(lambda: driven.statuses() == [posted_, posting, queued])
        assert driven.window.status.activity.text() == "Pushing 3 documents: 1 of 3"
        assert driven.shown_numbers() == ["INV-00001", "INV-00002", "INV-00003"], "nothing jumps"
        assert not driven.window.actions_["push"].isEnabled()
        assert "Not while this runs" in driven.window.actions_["refresh"].toolTip()
        gate.release(2)
        await driven.tasks.wait_all()
        assert set(driven.statuses()) == {RowStatus.POSTED}

    run_async(body())


def test_stop_finishes_what_is_in_flight_and_starts_nothing_new(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        gate = threading.Semaphore(0)
        rows = [listed(invoice(n)) for n in range(1, 5)]
        driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=FakePush(gate=gate)))
        await driven.open()
        driven.page.select_shown()
        driven.window.actions_["push"].trigger()
        press(await shown_dialog(), "Push 4")
        await until(lambda: RowStatus.POSTING in driven.statuses())
        driven.window.actions_["stop"].trigger()
        assert "stopping" in driven.window.status.activity.text()
        assert not driven.window.actions_["stop"].isEnabled()
        gate.release(4)
        await driven.tasks.wait_all()
        assert len(driven.desk.push_invoices.pushed) == 1
        assert driven.page.summary.text == "Push stopped: 1 posted · 3 not started."
        assert driven.statuses() == [RowStatus.POSTED, *[RowStatus.READY] * 3]

    run_async(body())


def test_what_could_not_be_sent_needs_attention_and_can_be_tried_again(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 4)]
        away = SignInNeededError("Connect UK again.", service="UK")
        push = FakePush(lambda of: (PostingState.NOT_POSTED, (not_sent(of.number, away),)))
        driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=push))
        await driven.open()
        await driven.push_all("Push 3")
        assert driven.statuses() == [RowStatus.NOT_READY] * 3
        summary = driven.page.summary
        assert (summary.kind, summary.text) == (
            "bad",
            "Push finished: 0 posted · 3 failed (Company not connected).",
        )
        (group,) = driven.page.problems.groups
        assert (group.cause, len(group.ids)) == (Cause.NOT_CONNECTED, 3)
        await driven.trigger("refresh")
        assert driven.statuses() == [RowStatus.NOT_READY] * 3, "a refresh mends nothing"
        press(summary, "Show what needs attention")
        assert len(driven.shown_numbers()) == 3
        assert "Connect UK again." in driven.row(1).findings[0].message
        push.outcome = lambda _of: (PostingState.POSTED, ())
        driven.page.select_shown()
        driven.window.actions_["try_again"].trigger()
        press(await shown_dialog(), "Push 3")
        await tasks.wait_all()
        assert driven.statuses() == [RowStatus.POSTED] * 3
        assert driven.page.summary.text == "Push finished: 3 posted."

    run_async(body())


def test_an_unknown_outcome_is_asked_about_at_once_and_cannot_be_pushed(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in (1, 2)]
        push = FakePush(lambda _of: (PostingState.UNKNOWN, ()))
        found = posted(rows[0].invoice, UK)
        settle = FakeSettle()
        driven = Driven(tasks, *rows, desk=FakeDesk(push_invoices=push, settle_pushes=settle))
        await driven.open()
        settle.results = (PushResult(rows[0].invoice.id, PostingState.POSTED, found),)
        await driven.push_all("Push 2")
        assert driven.statuses() == [RowStatus.POSTED, RowStatus.CHECKING]
        assert "1 with unknown outcome" in driven.page.summary.text
        driven.select(rows[1].invoice.id)
        assert not driven.window.actions_["push"].isEnabled()
        runs = settle.runs
        await driven.trigger("try_again")
        assert settle.runs == runs + 1
        assert len(push.pushed) == 2, "settling sends nothing"

    run_async(body())
