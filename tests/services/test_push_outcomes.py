"""Pushing: every way it can end, told, recorded and remembered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from psaqb_desktop.domain.draft import Chosen
from psaqb_desktop.domain.errors import (
    AppError,
    LeaseTakenError,
    OutcomeUnknownError,
    ServiceUnavailableError,
    SignInNeededError,
    UnreadableAnswerError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import RequestId, request_id
from psaqb_desktop.domain.invoice import Routing
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.sync_record import PostingState
from tests.fakes import examples
from tests.fakes.office import Program, World

UNAVAILABLE = ServiceUnavailableError("It cannot be reached.", service="QuickBooks")
LOST = OutcomeUnknownError("No answer came.")


def test_pushed_invoices_are_in_quickbooks_and_known_in_the_crm(
    world: World, program: Program
) -> None:
    invoices = [world.add_invoice(n) for n in range(1, 61)]
    results = program.push_all()
    assert {r.state for r in results} == {PostingState.POSTED}
    assert len(results) == 60
    for invoice in invoices:
        (document,) = world.ledger.standing(invoice.id)
        record = world.records.only(invoice.id)
        assert record.state is PostingState.POSTED
        assert record.quickbooks_id == document.id
        assert record.total == invoice.total
        assert record.pushed_by == "Ada"
        assert [n.status for n in program.news if n.invoice_id == invoice.id] == [
            RowStatus.QUEUED,
            RowStatus.POSTING,
            RowStatus.POSTED,
        ]
    assert program.journal.open_pushes() == ()


def test_the_request_id_is_in_journal_and_crm_before_quickbooks_hears_of_it(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    calls = [c for c in program.gate.calls if c.split(".")[0] in {"journal", "quickbooks"}]
    calls = [c for c in program.gate.calls if c in {*calls, "records.write"}]
    start = calls.index("journal.prepare")
    assert calls[start : start + 8] == [
        "journal.prepare",
        "records.write",
        "journal.advance",
        "quickbooks.turn",
        "journal.advance",
        "quickbooks.post",
        "journal.advance",
        "records.write",
    ]
    (posted,) = world.ledger.posts
    assert posted.request_id == request_id(invoice.id, examples.REALM, 1)


def test_a_refusal_is_told_with_its_cause_and_stays(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6210"
    (result,) = program.push_all()
    assert result.state is PostingState.FAILED
    assert result.findings[0].cause is Cause.PERIOD_CLOSED
    record = world.records.only(invoice.id)
    assert (record.state, record.finding_cause) == (PostingState.FAILED, "Period closed")
    assert "6210" in record.finding
    assert program.rows()[0].status is RowStatus.FAILED
    assert program.news[-1].status is RowStatus.FAILED
    assert program.journal.open_pushes() == ()


def test_a_lost_answer_is_settled_at_once_without_a_second_document(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.lost_answers.append(LOST)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1


def test_a_lost_request_is_sent_again_under_the_same_id(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.errors.append(LOST)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert len({p.request_id for p in world.ledger.posts}) == 1


@pytest.mark.parametrize("answer", [LOST, UnreadableAnswerError("Not JSON.")])
def test_an_outcome_that_stays_unknown_bars_the_invoice_until_settled(
    world: World, program: Program, answer: AppError
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.errors = [answer, *[LOST] * 5]
    (result,) = program.push_all()
    assert result.state is PostingState.UNKNOWN
    assert result.findings[0].cause is Cause.OUTCOME_UNKNOWN
    assert program.rows()[0].status is RowStatus.CHECKING
    assert program.ready() == ()
    (again,) = program.push_all(invoice.id)
    assert again.state is PostingState.UNKNOWN
    assert len({p.request_id for p in world.ledger.posts}) == 1
    world.ledger.errors.clear()
    (settled,) = program.settle_all()
    assert settled.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert program.journal.open_pushes() == ()


@pytest.mark.parametrize("error", [UNAVAILABLE, LeaseTakenError("Busy.")])
def test_what_never_left_fails_without_a_new_request_id(
    world: World, program: Program, error: AppError
) -> None:
    invoice = world.add_invoice(1)
    for _ in range(2):
        world.ledger.errors = [error]
        (result,) = program.push_all()
        assert result.state is PostingState.FAILED
        assert "not sent" in result.findings[0].message
    assert len(world.ledger.posts) == 2, "asked again although QuickBooks wanted patience"
    program.push_all()
    assert world.records.only(invoice.id).generation == 1
    assert world.records.only(invoice.id).state is PostingState.POSTED


def test_a_company_that_needs_a_sign_in_stops_alone(world: World, program: Program) -> None:
    other = world.add_company("DE01")
    for n in range(1, 30):
        world.add_invoice(n)
    abroad = world.add_invoice(100, routing=Routing(owning_company=other.entity))
    program = world.program(in_flight=1)
    world.ledger.errors = [SignInNeededError("Sign in again.", service="UK")]
    results = {r.invoice_id: r for r in program.push_all()}
    assert len(results) == 30
    assert results.pop(abroad.id).state is PostingState.POSTED
    assert len(world.ledger.posts) == 1
    assert all(r.findings for r in results.values())
    assert not any(r.state.is_posted or r.state.is_open for r in results.values())
    assert program.journal.open_pushes() == ()
    program.push_all()
    assert all(world.ledger.standing(i) for i in results)
    program.close()


@pytest.mark.parametrize("in_flight", [1, 8])
@pytest.mark.parametrize("replays", [True, False])
def test_refused_again_takes_a_new_id_only_when_nothing_is_there(
    world: World, in_flight: int, *, replays: bool
) -> None:
    program = world.program(in_flight=in_flight)
    invoice = world.add_invoice(1)
    world.ledger.replays_refusals = replays
    world.ledger.refusals[invoice.id] = "6000"
    program.push_all()
    world.ledger.refusals.clear()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert world.records.only(invoice.id).generation == (2 if replays else 1)
    assert len(world.ledger.all_of(invoice.id)) == 1
    program.close()


def test_a_refused_repeat_whose_document_is_there_is_adopted(
    world: World, program: Program
) -> None:
    """An earlier try made it after all: the refusal (its number is taken) is its own doing."""
    invoice = world.add_invoice(1)
    world.ledger.forgets_request_ids = True
    world.ledger.refusals[invoice.id] = "6000"
    program.push_all()
    world.ledger.refusals.clear()
    (checked,) = program.ready()
    assert checked.draft is not None
    world.ledger.post(checked.draft, request_id(invoice.id, examples.REALM, 1))
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert world.records.only(invoice.id).generation == 1
    assert len(world.ledger.all_of(invoice.id)) == 1


def test_a_taken_number_adopts_only_our_own_document(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    (checked,) = program.ready()
    assert checked.draft is not None
    others = Chosen(examples.qid(502), "Somebody else")
    by_hand = world.ledger.post(
        replace(checked.draft, private_note="entered by Bob", customer=others),
        RequestId("by-hand"),
    )
    (result,) = program.push_all()
    assert result.state is PostingState.FAILED
    assert result.findings[0].cause is Cause.NUMBER_TAKEN
    assert world.records.only(invoice.id).quickbooks_id != by_hand.id
    assert world.ledger.all_of(invoice.id) == []


def test_another_total_is_posted_for_review(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.total_gaps[invoice.id] = Decimal("0.01")
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED_REVIEW
    assert result.findings[0].cause is Cause.POSTED_DIFFERENTLY
    assert "120.01" in result.findings[0].message
    assert world.records.only(invoice.id).finding_cause == Cause.POSTED_DIFFERENTLY.value
    assert program.rows()[0].status is RowStatus.POSTED_REVIEW


@pytest.mark.parametrize(
    ("gap", "state"),
    [
        ("0.02", PostingState.POSTED),
        ("-0.02", PostingState.POSTED),
        ("0.03", PostingState.POSTED_REVIEW),
        ("-0.03", PostingState.POSTED_REVIEW),
    ],
)
def test_a_total_within_the_tolerance_of_the_mapping_is_fine(
    world: World, program: Program, gap: str, state: PostingState
) -> None:
    connection = world.connections.connection(examples.CONNECTION)
    world.connections.save(replace(connection, mapping_text='{"total_tolerance": "0.02"}'))
    invoice = world.add_invoice(1)
    world.ledger.total_gaps[invoice.id] = Decimal(gap)
    (result,) = program.push_all()
    assert result.state is state


def test_an_invoice_that_changed_since_it_was_checked_is_told_and_stays(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    checked = program.ready()
    world.invoices.stored[invoice.id] = replace(invoice, email="other@example.test")
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.NOT_POSTED
    assert "changed" in result.findings[0].message
    assert world.ledger.posts == []


def test_an_invoice_chosen_twice_is_pushed_once(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    checked = program.ready()
    results = program.push_checked((*checked, *checked))
    assert [r.state for r in results] == [PostingState.POSTED]
    assert len(world.ledger.all_of(invoice.id)) == 1


def test_a_changed_draft_takes_a_new_request_id(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6000"
    program.push_all()
    world.ledger.refusals.clear()
    world.invoices.stored[invoice.id] = replace(invoice, email="other@example.test")
    program.push_all()
    assert [p.request_id[-3:] for p in world.ledger.posts] == ["-g1", "-g2"]
    assert world.records.only(invoice.id).state is PostingState.POSTED


def test_what_a_company_out_of_reach_kept_from_being_sent_is_not_ready(world: World) -> None:
    world.add_invoice(1)
    program = world.program()
    checked = program.ready()  # its lists are kept for a while, so that the next check passes
    world.gateway.closed.add(examples.REALM)
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.NOT_POSTED
    news = program.news[-1]
    assert (news.status, news.findings) == (RowStatus.NOT_READY, result.findings)
    assert "was not sent: QuickBooks cannot be reached." in news.findings[0].message
    world.gateway.closed.clear()
    (again,) = program.push_all()
    assert again.state is PostingState.POSTED
    assert program.news[-1].status is RowStatus.POSTED
    program.close()


def test_a_voided_document_may_be_followed_by_another(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    program.push_all()
    (first,) = world.ledger.standing(invoice.id)
    world.ledger.void(first)
    program.pull.run()
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.POSTED
    (second,) = world.ledger.standing(invoice.id)
    assert second.id != first.id
    record = world.records.only(invoice.id)
    assert (record.quickbooks_id, record.generation) == (second.id, 2)


def test_what_is_posted_is_not_pushed_again(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.POSTED
    assert "already" in result.findings[0].message
    assert len(world.ledger.posts) == 1


def test_a_crm_that_cannot_be_written_leaves_the_truth_in_the_journal(
    world: World, program: Program
) -> None:
    """Posted is told as posted though the CRM refuses the news; settling brings it later."""
    invoice = world.add_invoice(1)
    checked = program.ready()
    world.records.fails_after_writes = 1
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.POSTED
    assert world.records.only(invoice.id).state is PostingState.CLAIMED
    assert len(program.journal.open_pushes()) == 1
    world.records.fails_after_writes = None
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.POSTED
    assert program.journal.open_pushes() == ()


def test_news_of_many_invoices_outlives_a_crm_that_fails_for_a_while(
    world: World,
) -> None:
    for n in range(1, 46):
        world.add_invoice(n)
    program = world.program(in_flight=1)
    checked = program.ready()
    world.records.failing_writes = {2}  # the first group of outcomes
    results = program.push_checked(checked)
    assert [r.state for r in results] == [PostingState.POSTED] * 45
    assert {r.state for r in world.records.records()} == {PostingState.POSTED}
    assert program.journal.open_pushes() == ()
    program.close()
