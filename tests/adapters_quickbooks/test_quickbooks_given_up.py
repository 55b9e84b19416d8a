"""A push that QuickBooks turns away, and that is given up before its next try, was never sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from tests.adapters_quickbooks.served_office import Office, lines


@pytest.fixture
def office(tmp_path: Path, open_company: Callable[..., Any]) -> Iterator[Office]:
    made = Office(tmp_path, open_company("GBSI"))
    made.program.close()
    made.program = made.world.program(in_flight=1)
    yield made
    made.program.close()


@pytest.fixture
def invoices(office: Office) -> list[Invoice]:
    return [office.world.add_invoice(n, *lines("100.00")) for n in (1, 2)]


def push_cancelled_in_the_pause(office: Office) -> tuple[PushResult, ...]:
    """Push all; the first post is turned away, and the person cancels while it waits."""
    checked, cancellation = office.program.ready(), Cancellation()
    office.practice.fail("status", path="*/invoice", status=429)

    def slept(seconds: float) -> None:
        office.later(seconds=seconds)
        if office.practice.calls("/invoice"):
            cancellation.cancel()

    office.opened.clock.after_sleep = slept
    results = office.program.push_checked(checked, cancellation=cancellation)
    office.opened.clock.after_sleep = lambda seconds: office.later(seconds=seconds)
    return results


def test_a_push_cancelled_in_a_pause_leaves_no_failure_behind(
    office: Office, invoices: list[Invoice]
) -> None:
    results = push_cancelled_in_the_pause(office)
    assert [(r.state, r.findings) for r in results] == [(PostingState.NOT_POSTED, ())] * 2
    for invoice in invoices:
        record = office.record(invoice)
        assert (record.state, record.claimed_by) == (PostingState.NOT_POSTED, "")
        assert (record.finding, record.finding_cause) == ("", "")
    assert office.program.journal.open_pushes() == ()

    assert set(office.push().values()) == {PostingState.POSTED}
    assert {office.record(invoice).generation for invoice in invoices} == {1}
    posts = [call for call in office.practice.calls("/invoice") if call["method"] == "POST"]
    assert [call["status"] for call in posts] == [429, 200, 200]
    assert len(office.documents()) == 2


def test_an_earlier_failure_stands_after_a_push_cancelled_in_a_pause(
    office: Office, invoices: list[Invoice]
) -> None:
    office.push(closed="2099-12-31")
    failed = {invoice.id: office.record(invoice).finding for invoice in invoices}
    assert all(failed.values())
    office.settings(book_close_date=None)
    office.practice.forget_calls()

    results = push_cancelled_in_the_pause(office)
    assert {r.state for r in results} == {PostingState.FAILED}
    assert {i.id: office.record(i).finding for i in invoices} == failed
    assert office.program.journal.open_pushes() == ()
    assert set(office.push().values()) == {PostingState.POSTED}
    assert len(office.documents()) == 2


def test_a_pause_that_outlasts_the_claim_gives_it_back_and_says_so(
    office: Office, invoices: list[Invoice]
) -> None:
    pause = {"Retry-After": "120"}
    office.practice.fail("status", path="*/invoice", status=429, headers=pause, times=3)
    results = office.program.push_checked(office.program.ready())
    assert {r.state for r in results} == {PostingState.NOT_POSTED}
    for result in results:
        (finding,) = result.findings
        assert "was not sent: its turn came too late." in finding.message
    assert office.program.journal.open_pushes() == ()
    office.later(minutes=10)
    assert set(office.push().values()) == {PostingState.POSTED}
    assert {office.record(invoice).generation for invoice in invoices} == {1}
