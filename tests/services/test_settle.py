"""Settling: what a dead program left behind, on this machine and on others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.invoice import Invoice, Routing
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from tests.fakes import examples
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Machine, Program, World, die_pushing


@pytest.fixture
def other(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "other")


def test_a_crm_without_our_tables_has_nothing_to_settle(world: World, program: Program) -> None:
    world.connections.is_set_up = False
    assert program.settle_all() == ()


def test_a_quiet_desktops_claim_is_taken_over_under_the_same_id(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    world.clock.advance(minutes=9)
    assert program.settle_all() == ()
    world.clock.advance(minutes=2)
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED
    assert program.news[-1].status is RowStatus.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    record = world.records.only(invoice.id)
    assert (record.claimed_by, record.generation) == ("Ada on desk", 1)
    assert program.journal.open_pushes() == ()


def test_the_quiet_desktop_follows_when_it_comes_back(
    world: World, program: Program, other: Machine
) -> None:
    """Its journal still says “refused”; by then the invoice stands in QuickBooks."""
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6000"
    die_pushing(world, other, "records.write", nth=2)
    world.ledger.refusals.clear()
    world.clock.advance(minutes=11)
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.POSTED
    late = world.program(other)
    assert len(late.journal.open_pushes()) == 1
    late.settle_all()
    assert late.journal.open_pushes() == ()
    assert world.records.only(invoice.id).state is PostingState.POSTED
    late.close()


def test_a_late_journal_sends_nothing_for_a_push_that_others_have_settled(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    world.clock.advance(minutes=11)
    program.settle_all()
    world.ledger.forgets_request_ids = True
    posts = len(world.ledger.posts)
    late = world.program(other)
    late.settle_all()
    assert len(world.ledger.posts) == posts
    assert late.journal.open_pushes() == ()
    assert len(world.ledger.all_of(invoice.id)) == 1
    late.close()


def test_a_late_journal_does_not_give_back_another_desktops_claim(
    world: World, program: Program, other: Machine
) -> None:
    """It had prepared the same push under the same id, and died before its own claim."""
    invoice = world.add_invoice(1)
    die_pushing(world, other, "records.write")
    die_pushing(world, program.machine, "quickbooks.post")
    late = world.program(other)
    late.settle_all()
    assert world.records.only(invoice.id).state is PostingState.CLAIMED
    assert late.journal.open_pushes() == ()
    late.close()


def test_a_document_confirmed_and_then_deleted_is_told_as_missing(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "records.write", nth=2)
    (document,) = world.ledger.all_of(invoice.id)
    world.ledger.delete(document)
    program.settle_all()
    record = world.records.only(invoice.id)
    assert record.quickbooks_status is QuickBooksStatus.MISSING
    assert (record.balance, record.paid) == (ZERO, ZERO)
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.POSTED
    assert record.request_id != world.records.only(invoice.id).request_id


@pytest.mark.parametrize("times", [1, 2])
def test_voided_documents_are_not_taken_for_the_one_that_was_sent(
    world: World, program: Program, times: int
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    for _ in range(times):
        program.push_all(invoice.id)
        world.ledger.void(world.ledger.standing(invoice.id)[0])
        program.pull.run()
    checked = program.ready(invoice.id)
    world.ledger.errors = [OutcomeUnknownError("Lost.")]
    (result,) = program.push_checked(checked)
    assert result.state is PostingState.POSTED
    (standing,) = world.ledger.standing(invoice.id)
    record = world.records.only(invoice.id)
    assert (record.quickbooks_id, record.generation) == (standing.id, times + 1)


def test_a_quiet_desktops_document_is_adopted_although_the_invoice_changed(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
    world.clock.advance(minutes=11)
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED_REVIEW
    record = world.records.only(invoice.id)
    assert record.finding_cause == Cause.CHANGED_AFTER_POSTING.value
    assert record.quickbooks_id == world.ledger.standing(invoice.id)[0].id


def test_a_quiet_claim_of_a_changed_invoice_that_never_came_is_set_free(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post")
    world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
    world.clock.advance(minutes=11)
    (result,) = program.settle_all()
    assert result.state is PostingState.UNKNOWN
    assert "may have sent it" in result.findings[0].message
    assert world.records.only(invoice.id).claimed_by == "Ada on other, taken over by Ada on desk"
    world.clock.advance(minutes=14)
    (still,) = program.settle_all()
    assert still.state is PostingState.UNKNOWN
    world.clock.advance(minutes=1)
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.NOT_POSTED
    program.push_all()
    assert world.records.only(invoice.id).generation == 2
    assert len(world.ledger.standing(invoice.id)) == 1


def no_longer_builds(world: World, _invoice: Invoice) -> None:
    world.links.stored.clear()


def deleted_in_the_crm(world: World, invoice: Invoice) -> None:
    del world.invoices.stored[invoice.id]


Loss = Callable[[World, Invoice], None]


@pytest.mark.parametrize("lose", [no_longer_builds, deleted_in_the_crm])
def test_a_quiet_claim_without_a_draft_is_found_by_its_key(
    world: World, program: Program, other: Machine, lose: Loss
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    (document,) = world.ledger.standing(invoice.id)
    lose(world, invoice)
    world.clock.advance(minutes=11)
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED_REVIEW
    record = world.records.only(invoice.id)
    assert (record.quickbooks_id, record.state) == (document.id, PostingState.POSTED_REVIEW)


@pytest.mark.parametrize("lose", [no_longer_builds, deleted_in_the_crm])
def test_a_quiet_claim_without_a_draft_and_a_document_stays_unknown_and_told(
    world: World, program: Program, other: Machine, lose: Loss
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post")
    lose(world, invoice)
    for _ in range(3):
        world.clock.advance(hours=1)
        (result,) = program.settle_all()
        assert result.state is PostingState.UNKNOWN
        assert result.findings[0].cause is Cause.OUTCOME_UNKNOWN
        record = world.records.only(invoice.id)
        assert record.state is PostingState.UNKNOWN
        assert record.finding


def test_a_live_claim_is_not_taken_over_for_its_desktops_wrong_clock(
    world: World, program: Program, other: Machine
) -> None:
    """The claim was written a moment ago by the CRM's clock, an hour ago by the claimant's."""
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post")
    hour_ago = world.clock.now() - timedelta(hours=1)
    world.records.put(replace(world.records.only(invoice.id), claimed_on=hour_ago))
    assert program.settle_all() == ()
    assert world.records.only(invoice.id).state is PostingState.CLAIMED


def test_a_post_that_lands_after_a_take_over_is_the_only_one(world: World, other: Machine) -> None:
    invoice = world.add_invoice(1)
    rival = world.program(other)
    checked = rival.ready()

    def overtake() -> None:
        world.clock.advance(minutes=11)
        world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
        rival.settle_all()
        assert world.records.only(invoice.id).state is PostingState.UNKNOWN
        rival.push_checked(checked)
        (barred,) = rival.push_all(invoice.id)
        assert barred.state is PostingState.UNKNOWN

    program = world.program(gate=WatchedGate(before={"quickbooks.post": overtake}), in_flight=1)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert world.records.only(invoice.id).state is PostingState.POSTED
    rival.close()
    program.close()


def test_a_post_that_lands_beside_a_later_one_is_told_and_neither_is_forgotten(
    world: World, other: Machine
) -> None:
    """It took half an hour: nothing can help any more but to name both documents."""
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    rival = world.program(other)

    def overtake() -> None:
        world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
        for minutes in (11, 16):
            world.clock.advance(minutes=minutes)
            rival.settle_all()
        (posted,) = rival.push_all()
        assert posted.state is PostingState.POSTED

    program = world.program(gate=WatchedGate(before={"quickbooks.post": overtake}), in_flight=1)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED_REVIEW
    first, second = world.ledger.all_of(invoice.id)
    record = world.records.only(invoice.id)
    assert (record.generation, record.state) == (2, PostingState.POSTED_REVIEW)
    assert record.quickbooks_id == first.id
    assert f"id {first.id}" in record.finding
    assert f"id {second.id}" in record.finding
    assert program.journal.open_pushes() == ()
    rival.close()
    program.close()


def test_an_overtaken_push_that_arrived_after_all_is_told_when_its_desktop_comes_back(
    world: World, program: Program, other: Machine
) -> None:
    """Its answer was lost, and its document was hidden from the rival's searches."""
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    die_pushing(world, other, "quickbooks.post", is_after=True)
    (first,) = world.ledger.standing(invoice.id)
    world.ledger.delete(first)
    world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
    for minutes in (11, 16):
        world.clock.advance(minutes=minutes)
        program.settle_all()
    program.push_all()
    world.ledger.enter_by_hand(first)
    late = world.program(other)
    (result,) = late.settle_all()
    assert result.state is PostingState.POSTED_REVIEW
    assert f"id {first.id}" in world.records.only(invoice.id).finding
    assert world.records.only(invoice.id).generation == 2
    assert late.journal.open_pushes() == ()
    late.close()


def test_a_date_edited_while_the_outcome_is_open_hides_no_document(
    world: World, program: Program, other: Machine
) -> None:
    """The company numbers by itself: neither number nor date of the new draft fits."""
    world.ledger.numbers_itself = True
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    (document,) = world.ledger.standing(invoice.id)
    world.invoices.stored[invoice.id] = replace(invoice, invoice_date=date(2026, 9, 2))
    world.clock.advance(minutes=11)
    program.settle_all()
    program.push_all()
    assert world.ledger.all_of(invoice.id) == [document]
    assert world.records.only(invoice.id).quickbooks_id == document.id


def test_a_document_redated_in_quickbooks_is_found_by_when_it_was_made(
    world: World, program: Program
) -> None:
    world.ledger.forgets_request_ids = True
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    (document,) = world.ledger.standing(invoice.id)
    world.ledger.enter_by_hand(replace(document, txn_date=date(2026, 7, 1), number="other"))
    program.settle_all()
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert world.records.only(invoice.id).quickbooks_id == document.id


def test_an_outcome_that_the_crm_does_not_take_is_told_as_open(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    world.records.refusals[invoice.id] = RequestRejectedError("No right to write.", service="CRM")
    (result,) = program.settle_all()
    assert result.findings[-1].cause is Cause.OUTCOME_UNKNOWN
    assert "not in the CRM yet" in result.findings[-1].message
    assert len(program.journal.open_pushes()) == 1


def test_trouble_with_one_company_leaves_the_others_settled(world: World) -> None:
    company = world.add_company("GB02")
    first = world.add_invoice(1)
    second = world.add_invoice(2, routing=Routing(owning_company=company.entity))
    for machine in (None, None):
        world.ledger.lost_answers = [OutcomeUnknownError("Lost.")]
        company.ledger.lost_answers = [OutcomeUnknownError("Lost.")]
        world.ledger.find_error = company.ledger.find_error = ServiceUnavailableError(
            "No.", service="QuickBooks"
        )
        program = world.program(machine)
        program.push_all()
        program.close()
    world.ledger.find_error = None
    world.gateway.closed.add(company.connection.realm_id)
    program = world.program()
    results = {r.invoice_id: r for r in program.settle_all()}
    assert results[first.id].state is PostingState.POSTED
    assert results[second.id].state is PostingState.UNKNOWN
    program.close()


def test_a_company_out_of_reach_keeps_its_pushes_open_and_told(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    world.ledger.errors = [ServiceUnavailableError("No.", service="QuickBooks")] * 9
    world.ledger.find_error = ServiceUnavailableError("No.", service="QuickBooks")
    (result,) = program.settle_all()
    assert result.state is PostingState.UNKNOWN
    assert result.findings
    assert len(program.journal.open_pushes()) == 1
    assert world.records.only(invoice.id).state is PostingState.UNKNOWN
    world.ledger.find_error = None
    (settled,) = program.settle_all()
    assert settled.state is PostingState.POSTED


def test_a_push_whose_connection_is_gone_is_still_told(world: World, program: Program) -> None:
    world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    world.connections.drop(examples.CONNECTION)
    (result,) = program.settle_all()
    assert result.state is PostingState.UNKNOWN
    assert len(program.journal.open_pushes()) == 1


def test_a_locked_keyring_does_not_keep_pushes_from_being_settled(
    world: World, program: Program
) -> None:
    world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    program.machine.secrets.is_locked = True
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED


def test_pushes_under_way_in_another_window_are_left_alone(world: World) -> None:
    """Both windows share a journal; what is open there is not left behind by a dead program."""
    invoice = world.add_invoice(1)
    world.ledger.forgets_request_ids = True
    second = world.program()
    told: list[str] = []

    def settle_meanwhile() -> None:
        for action in (second.settle_all, second.push_all):
            with pytest.raises(LeaseTakenError):
                action()
            told.append("busy")

    first = world.program(gate=WatchedGate(before={"quickbooks.post": settle_meanwhile}))
    (result,) = first.push_all()
    assert told == ["busy", "busy"]
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert second.settle_all() == ()
    first.close()
    second.close()
