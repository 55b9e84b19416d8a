"""What else is done with invoices, from the button to the summary, over made-up ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLineEdit

from psaqb_desktop.domain.errors import JournalError, ServiceUnavailableError, SignInNeededError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.ui.invoices.confirm_push import ConfirmPushDialog
from psaqb_desktop.ui.invoices.filters import View
from psaqb_desktop.ui.invoices.remedies import offer_for
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import (
    NOW,
    UK,
    closed_period,
    invoice,
    invoice_list,
    listed,
    no_customer,
    posted,
    record,
)
from tests.ui_invoices.ui_fakes import FakeCheck, FakeDesk, FakePush, FakeSettle, finding_only
from tests.ui_invoices.ui_window import Driven, RunAsync, press, shown_dialog, until


def test_a_pull_brings_changes_back_and_reads_the_list(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1), record=posted(invoice(1), UK)))
        await driven.open()
        reads = driven.desk.list_invoices.reads
        await driven.trigger("pull")
        await driven.trigger("pull_all")
        assert driven.desk.pull_changes.full == [False, True]
        assert driven.desk.list_invoices.reads == reads + 2
        assert driven.page.summary.text == (
            "Pulled from 2 companies: 16 documents changed · 3 payments written · "
            "1 voided in QuickBooks."
        )

    run_async(body())


def test_a_company_that_could_not_be_pulled_is_named(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        pull = driven.desk.pull_changes
        pull.summaries = (replace(pull.summaries[0], error="the token has lapsed"),)
        await driven.open()
        await driven.trigger("pull")
        assert driven.page.summary.kind == "caution"
        assert "Contoso UK Ltd: the token has lapsed" in driven.page.summary.text

    run_async(body())


def test_what_a_pull_found_is_told_even_where_the_list_cannot_be_read_after_it(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        driven.desk.list_invoices.error = ServiceUnavailableError("No answer.", service="CRM")
        await driven.trigger("pull")
        assert "1 voided in QuickBooks" in driven.page.summary.text
        assert driven.page.notice.text.startswith("No answer. You see the list of")

    run_async(body())


def test_leaving_out_wants_a_reason_and_can_be_taken_back(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        row = listed(invoice(1))
        driven = Driven(tasks, row, listed(invoice(2)))
        await driven.open()
        driven.select(row.invoice.id)
        driven.window.actions_["leave_out"].trigger()
        dialog = await shown_dialog()
        dialog.findChildren(QLineEdit)[0].setText("Entered by hand")
        press(dialog, "Leave out")
        await tasks.wait_all()
        assert driven.desk.leave_out.reasons == {row.invoice.id: "Entered by hand"}
        assert driven.row(1).status is RowStatus.LEFT_OUT
        assert driven.shown_numbers() == ["INV-00002"]
        driven.select(row.invoice.id)
        await driven.trigger("take_back")
        assert driven.desk.leave_out.reasons == {}
        assert driven.row(1).status is RowStatus.NOT_CHECKED

    run_async(body())


@pytest.mark.parametrize("is_sure", [True, False])
def test_a_voided_invoice_is_pushed_again_only_on_purpose(
    run_async: RunAsync, tasks: TaskRunner, *, is_sure: bool
) -> None:
    async def body() -> None:
        one, two = invoice(1), invoice(2)
        gone = posted(one, UK, quickbooks_status=QuickBooksStatus.VOIDED)
        driven = Driven(tasks, listed(one, record=gone), listed(two, record=posted(two, UK)))
        await driven.open()
        driven.page.show_attention()
        assert driven.shown_numbers() == ["INV-00001"]
        driven.select(one.id, two.id)
        driven.window.actions_["push_again"].trigger()
        press(await shown_dialog(), "Push 1 invoice again…" if is_sure else "Cancel")
        if is_sure:
            press(await shown_dialog(), "Push 1 invoice to Contoso UK Ltd")
        await tasks.wait_all()
        again = [one.id] if is_sure else []
        assert driven.desk.push_again.asked == again
        assert driven.desk.push_invoices.pushed == again

    run_async(body())


@pytest.mark.parametrize("is_sure", [True, False])
@pytest.mark.parametrize("way", ["menu", "problems"])
def test_a_review_is_accepted_only_on_purpose(
    run_async: RunAsync, tasks: TaskRunner, *, is_sure: bool, way: str
) -> None:
    async def body() -> None:
        one, two = invoice(1), invoice(2)
        odd = posted(
            one,
            UK,
            state=PostingState.POSTED_REVIEW,
            finding="Document INV-00001 was changed in QuickBooks after it was posted.",
            finding_cause=Cause.CHANGED_IN_QUICKBOOKS.value,
        )
        driven = Driven(tasks, listed(one, record=odd), listed(two, record=posted(two, UK)))
        await driven.open()
        driven.page.show_attention()
        assert driven.shown_numbers() == ["INV-00001"]
        if way == "menu":
            driven.select(one.id, two.id)
            driven.window.actions_["accept"].trigger()
        else:
            (finding,) = driven.row(1).findings
            assert offer_for(finding).words == "Accept…"
            driven.page.remedy_requested.emit(offer_for(finding), one.id)
        press(await shown_dialog(), "Accept 1 invoice" if is_sure else "Cancel")
        await tasks.wait_all()
        assert driven.desk.accept_review.asked == ([one.id] if is_sure else [])
        expected = RowStatus.POSTED if is_sure else RowStatus.POSTED_REVIEW
        assert driven.row(1).status is expected

    run_async(body())


def test_the_journals_trouble_is_told_and_the_window_stays_usable(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        push = FakePush(error=JournalError("The journal cannot be written."))
        driven = Driven(tasks, listed(invoice(1)), desk=FakeDesk(push_invoices=push))
        await driven.open()
        driven.page.select_shown()
        driven.window.actions_["push"].trigger()
        press(await shown_dialog(), "Push 1")
        await until(lambda: driven.window.presenter.gate.current is None)
        dialog = await shown_dialog()
        assert not isinstance(dialog, ConfirmPushDialog)
        press(dialog, "Close")
        await tasks.wait_all()
        assert driven.window.actions_["push"].isEnabled()
        assert driven.statuses() == [RowStatus.READY]

    run_async(body())


def test_a_lapsed_sign_in_asks_to_sign_in_and_keeps_the_list(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        driven.desk.sign_in.error = SignInNeededError("The sign-in has lapsed.", service="CRM")
        await driven.trigger("refresh")
        assert "Sign in to the CRM to read it afresh" in driven.page.notice.text
        assert driven.shown_numbers() == ["INV-00001"]
        driven.desk.sign_in.error = None
        await driven.trigger("sign_in")
        assert driven.parts.asked == ["sign in"]
        assert driven.page.notice.isHidden()

    run_async(body())


def test_offline_shows_the_age_of_the_list(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        driven = Driven(tasks, listed(invoice(1)))
        await driven.open()
        driven.desk.list_invoices.error = ServiceUnavailableError(
            "The CRM cannot be reached.", service="CRM"
        )
        await driven.trigger("refresh")
        assert driven.window.status.offline.isVisible()
        assert driven.page.notice.text.startswith("The CRM cannot be reached. You see the list of")
        driven.desk.list_invoices.error = None
        await driven.trigger("refresh")
        assert not driven.window.status.offline.isVisible()
        assert driven.page.notice.isHidden()

    run_async(body())


def test_what_hung_at_the_last_end_is_settled_at_the_start_and_told(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        one = invoice(1)
        cached = listed(one, record=record(one, UK, PostingState.UNKNOWN))
        now = posted(one, UK)
        desk = FakeDesk(settle_pushes=FakeSettle((PushResult(one.id, PostingState.POSTED, now),)))
        desk.list_invoices.cached = invoice_list(cached)
        desk.list_invoices.fresh = invoice_list(listed(one, record=now), read_on=NOW)
        driven = Driven(tasks, desk=desk)
        await driven.open()
        assert desk.settle_pushes.runs == 1
        assert driven.page.summary.text == "Outcome of 1 earlier push: 1 posted."
        assert driven.statuses() == [RowStatus.POSTED]

    run_async(body())


def test_a_groups_button_mends_all_its_invoices_together_and_checks_them_again(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 4)]
        desk = FakeDesk(check_invoices=FakeCheck(lambda of: (no_customer(of),)))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        desk.check_invoices.verdict = lambda _of: ()
        press(driven.page.problems, "Link 1 customer…")
        await tasks.wait_all()
        assert driven.parts.asked == ["match Contoso UK Ltd 3"]
        assert set(driven.statuses()) == {RowStatus.READY}

    run_async(body())


def test_a_group_selects_exactly_its_invoices(run_async: RunAsync, tasks: TaskRunner) -> None:
    async def body() -> None:
        rows = [listed(invoice(n)) for n in range(1, 6)]
        desk = FakeDesk(check_invoices=finding_only(4, closed_period(invoice(4))))
        driven = Driven(tasks, *rows, desk=desk)
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        (group,) = driven.page.problems.groups
        item = driven.page.problems.tree.topLevelItem(0)
        assert item is not None
        driven.page.problems.tree.itemClicked.emit(item, 0)
        assert driven.page.model.ticked == set(group.ids) == {rows[3].invoice.id}
        assert driven.page.grid.current_id() == rows[3].invoice.id
        driven.page.show_attention()
        assert driven.page.filter_bar.filter.view is View.ATTENTION
        assert driven.shown_numbers() == ["INV-00004"]

    run_async(body())
