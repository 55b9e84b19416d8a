"""Settling: what a dead program left behind, on this machine and on others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    OutcomeUnknownError,
    ServiceUnavailableError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import PostingState, QuickBooksStatus
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
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.NOT_POSTED
    program.push_all()
    assert world.records.only(invoice.id).generation == 2
    assert len(world.ledger.standing(invoice.id)) == 1


def test_a_quiet_claim_that_cannot_be_checked_stays_unknown(
    world: World, program: Program, other: Machine
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, other, "quickbooks.post", is_after=True)
    world.links.stored.clear()
    world.clock.advance(minutes=11)
    (result,) = program.settle_all()
    assert result.state is PostingState.UNKNOWN
    assert world.records.only(invoice.id).state.is_open


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
