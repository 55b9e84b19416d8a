"""Claims: taken by one desktop, lost to another, given back by a cancel or by settling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import RealmId, RequestId, sync_record_id
from psaqb_desktop.domain.invoice import Routing
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.push_invoices import PushProgress
from tests.fakes import examples
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Machine, Program, World, die_pushing


@pytest.fixture
def other(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "other")


def test_two_desktops_claim_at_once_and_one_wins(world: World, other: Machine) -> None:
    """The other desktop's whole push happens between our look and our claim."""
    invoice = world.add_invoice(1)
    rival = world.program(other)

    program = world.program(gate=WatchedGate(before={"records.write": rival.push_all}))
    (result,) = program.push_all()
    assert "another desktop" in result.findings[0].message
    assert len(world.ledger.posts) == 1
    assert world.records.only(invoice.id).state is PostingState.POSTED
    assert world.records.only(invoice.id).claimed_by == "Ada on other"
    assert program.journal.open_pushes() == ()
    assert program.journal.history(invoice.id)[-1].step is PushStep.ABANDONED
    program.close()
    rival.close()


def test_a_claim_of_another_desktop_is_left_alone(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post")
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.CLAIMED
    assert "Ada on other" in result.findings[0].message
    assert program.settle_all() == ()
    assert world.ledger.posts == []


def test_an_unknown_outcome_of_another_desktop_bars_the_invoice(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.errors = [OutcomeUnknownError("Lost.")] * 6
    rival = world.program(other)
    checked = program.ready()
    (unknown,) = rival.push_all()
    assert unknown.state is PostingState.UNKNOWN
    posts = len(world.ledger.posts)
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.UNKNOWN
    assert result.findings[0].cause is Cause.OUTCOME_UNKNOWN
    assert len(world.ledger.posts) == posts
    assert world.records.only(invoice.id).claimed_by == "Ada on other"
    rival.close()


def test_a_claim_that_the_crm_refuses_is_told(world: World, program: Program) -> None:
    first, second = world.add_invoice(1), world.add_invoice(2)
    world.records.refusals[first.id] = RequestRejectedError("No right to write.", service="CRM")
    results = {r.invoice_id: r for r in program.push_all()}
    assert results[first.id].state is PostingState.FAILED
    assert "Nothing was sent" in results[first.id].findings[0].message
    assert results[second.id].state is PostingState.POSTED
    assert program.journal.open_pushes() == ()


def test_a_cancel_finishes_what_is_in_flight_and_gives_the_rest_back(world: World) -> None:
    for n in (1, 2, 3):
        world.add_invoice(n)
    program = world.program(in_flight=1)
    cancellation = Cancellation()
    told: list[PushProgress] = []

    def on_progress(news: PushProgress) -> None:
        told.append(news)
        if news.status is RowStatus.POSTED:
            cancellation.cancel()

    results = program.push.run(program.ready(), on_progress=on_progress, cancellation=cancellation)
    assert sorted(r.state.value for r in results) == ["Not posted", "Not posted", "Posted"]
    assert len(world.ledger.posts) == 1
    assert program.journal.open_pushes() == ()
    assert not any(r.state.is_open for r in world.records.records())
    last = {news.invoice_id: news for news in told}
    given_back = [r for r in results if r.state is PostingState.NOT_POSTED]
    assert {last[r.invoice_id].status for r in given_back} == {RowStatus.READY}
    assert not any(r.findings for r in given_back), "a person's own cancel needs no words"
    program.push_all()
    assert all(r.state is PostingState.POSTED for r in world.records.records())
    assert {r.generation for r in world.records.records()} == {1}
    program.close()


def test_a_cancel_leaves_later_groups_untouched(world: World) -> None:
    for n in range(1, 121):
        world.add_invoice(n)
    program = world.program(in_flight=1)
    cancellation = Cancellation()
    checked = program.ready()
    cancellation.cancel()
    results = program.push_checked(checked, cancellation=cancellation)
    assert {r.state for r in results} == {PostingState.NOT_POSTED}
    assert len(results) == 120
    assert world.records.records() == ()
    program.close()


def test_a_failed_invoice_keeps_its_failure_through_a_cancelled_retry(world: World) -> None:
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6210"
    program = world.program()
    program.push_all()
    cancellation = Cancellation()

    again = world.program(gate=WatchedGate(after={"records.write": cancellation.cancel}))
    (result,) = again.push_all(cancellation=cancellation)
    assert result.state is PostingState.FAILED
    record = world.records.only(invoice.id)
    assert (record.state, record.finding_cause) == (PostingState.FAILED, "Period closed")
    assert len(world.ledger.posts) == 1
    program.close()
    again.close()


def test_a_claim_that_cannot_be_given_back_is_told_and_given_back_later(world: World) -> None:
    invoice = world.add_invoice(1)
    cancellation = Cancellation()

    def cancel() -> None:
        cancellation.cancel()
        world.records.refusals[invoice.id] = ServiceUnavailableError("No.", service="CRM")

    program = world.program(gate=WatchedGate(after={"records.write": cancel}))
    (result,) = program.push_all(cancellation=cancellation)
    assert result.state is PostingState.CLAIMED
    assert "not sent" in result.findings[0].message
    world.records.refusals.clear()
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.NOT_POSTED
    assert world.ledger.posts == []
    program.close()


def test_an_invoice_tried_elsewhere_gets_a_record_of_its_own(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    elsewhere = RealmId("777")
    world.records.put(
        SyncRecord(
            id=sync_record_id(invoice.id, elsewhere),
            invoice_id=invoice.id,
            connection_id=examples.CONNECTION,
            realm_id=elsewhere,
            state=PostingState.FAILED,
            finding="Refused.",
            generation=4,
        )
    )
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    states = {r.realm_id: (r.state, r.generation) for r in world.records.records()}
    assert states == {
        elsewhere: (PostingState.FAILED, 4),
        examples.REALM: (PostingState.POSTED, 1),
    }


def test_an_invoice_that_comes_back_to_its_first_company_is_not_stuck(world: World) -> None:
    """Refused at one company, then at another, it goes to the first one after all."""
    second = world.add_company("GB02")
    program = world.program()
    invoice = world.add_invoice(1)
    at_first = invoice.routing
    at_second = Routing(owning_company=second.entity)

    def route_to(routing: Routing) -> None:
        world.clock.advance(minutes=1)
        world.invoices.stored[invoice.id] = replace(invoice, routing=routing)

    world.ledger.refusals[invoice.id] = "6000"
    second.ledger.refusals[invoice.id] = "6210"
    for routing in (at_first, at_second):
        route_to(routing)
        (refused,) = program.push_all(invoice.id)
        assert refused.state is PostingState.FAILED
    route_to(at_first)
    world.ledger.refusals.clear()
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.POSTED
    assert len(world.ledger.standing(invoice.id)) == 1
    assert second.ledger.standing(invoice.id) == []
    states = {r.realm_id: r.state for r in world.records.records()}
    assert states == {
        examples.REALM: PostingState.POSTED,
        second.connection.realm_id: PostingState.FAILED,
    }
    assert program.journal.open_pushes() == ()
    program.close()


def test_an_outcome_is_brought_to_its_own_companys_record(world: World, program: Program) -> None:
    """Meanwhile the record of another company was written, and got further."""
    invoice = world.add_invoice(1)
    elsewhere = RealmId("777")
    die_pushing(world, program.machine, "records.write", nth=2)
    world.records.put(replace(world.records.only(invoice.id), finding="Looked at."))
    world.records.put(
        SyncRecord(
            id=sync_record_id(invoice.id, elsewhere),
            invoice_id=invoice.id,
            connection_id=examples.CONNECTION,
            realm_id=elsewhere,
            state=PostingState.UNKNOWN,
            request_id=RequestId("another"),
            claimed_by="Bob on other",
        )
    )
    (result,) = [r for r in program.settle_all() if r.state is PostingState.POSTED]
    assert result.record is not None
    assert result.record.realm_id == examples.REALM
    assert program.journal.open_pushes() == ()


def test_after_ninety_eight_generations_a_person_takes_over(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6000"
    program.push_all()
    world.records.put(replace(world.records.only(invoice.id), generation=98))
    (result,) = program.push_all()
    assert "98 times" in result.findings[0].message
    assert len(world.ledger.posts) == 1


def test_what_was_left_out_is_not_pushed(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    checked = program.ready()
    program.leave_out.run(program.rows()[0], "paid in cash")
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.LEFT_OUT
    assert "paid in cash" in result.findings[0].message
    assert world.records.only(invoice.id).state is PostingState.LEFT_OUT
    assert world.ledger.posts == []


def test_an_open_push_of_this_journal_bars_a_second_one_whatever_the_crm_says(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "journal.advance", nth=3)
    world.records.put(replace(world.records.only(invoice.id), state=PostingState.NOT_POSTED))
    (result,) = program.push_all()
    assert result.state is PostingState.UNKNOWN
    assert result.findings[0].cause is Cause.OUTCOME_UNKNOWN
    assert len(world.ledger.posts) == 1
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.POSTED


def test_claims_are_dated_by_the_clock(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    claimed_on = world.records.only(invoice.id).claimed_on
    assert claimed_on is not None
    assert world.clock.now() - claimed_on < timedelta(minutes=1)


def test_a_machine_that_slept_sends_nothing_under_an_old_claim(
    world: World, other: Machine
) -> None:
    """Meanwhile another desktop has taken its claims over and posted them."""
    first, second = world.add_invoice(1), world.add_invoice(2)
    rival = world.program(other)

    def sleep() -> None:
        world.clock.advance(minutes=11)
        rival.settle_all()

    program = world.program(gate=WatchedGate(before={"quickbooks.post": sleep}), in_flight=1)
    results = {r.invoice_id: r for r in program.push_all()}
    assert results[second.id].state is PostingState.POSTED
    assert results[second.id].findings == ()
    assert [p.invoice_id for p in world.ledger.posts].count(second.id) == 1
    assert all(len(world.ledger.all_of(i)) == 1 for i in (first.id, second.id))
    assert program.journal.open_pushes() == ()
    rival.close()
    program.close()


def test_an_invoice_whose_turn_came_too_late_is_told_and_free(world: World) -> None:
    for n in (1, 2):
        world.add_invoice(n)
    sleep = WatchedGate(before={"quickbooks.post": lambda: world.clock.advance(minutes=6)})
    program = world.program(gate=sleep, in_flight=1)
    late = [r for r in program.push_all() if r.state is PostingState.NOT_POSTED]
    assert len(late) == 1
    assert "too late" in late[0].findings[0].message
    assert len(world.ledger.posts) == 1
    program.push_all()
    assert {r.state for r in world.records.records()} == {PostingState.POSTED}
    program.close()
