"""Request ids and numbers that QuickBooks has used before: what is recorded, and what is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    RequestIdUsedError,
    RequestRejectedError,
    ServiceUnavailableError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId, request_id
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.domain.texts import invoice_key
from tests.fakes import examples
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Machine, Program, World, die_pushing

LOST = OutcomeUnknownError("No answer came.")
USED = RequestIdUsedError("Duplicate Request ID.", details="code 600")


def forgotten(world: World, invoice_id: InvoiceId, *, times: int = 1) -> list[PostedDocument]:
    """Post and void, then lose the CRM's record and the desktop: only QuickBooks remembers."""
    machine = Machine(world.folder, "lost")
    program = world.program(machine)
    world.ledger.warns_of_duplicates = False
    for _ in range(times):
        program.push_all(invoice_id)
        (document,) = world.ledger.standing(invoice_id)
        world.ledger.void(document)
        world.clock.advance(hours=1)
        program.pull.run()
    program.close()
    world.records.drop_all()
    return world.ledger.all_of(invoice_id)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_replayed_document_that_was_voided_is_not_taken_for_a_new_one(
    world: World, program: Program, times: int
) -> None:
    invoice = world.add_invoice(1)
    old = forgotten(world, invoice.id, times=times)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    (standing,) = world.ledger.standing(invoice.id)
    assert standing.id not in {document.id for document in old}
    record = world.records.only(invoice.id)
    assert (record.quickbooks_id, record.generation) == (standing.id, times + 1)
    assert record.request_id == request_id(invoice.id, examples.REALM, times + 1)
    assert program.journal.open_pushes() == ()


def test_a_replayed_document_that_was_deleted_is_not_taken_for_a_new_one(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    (old,) = forgotten(world, invoice.id)
    world.ledger.delete(old)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert world.records.only(invoice.id).quickbooks_id == world.ledger.standing(invoice.id)[0].id


def test_a_replayed_document_of_another_invoice_is_never_recorded(
    world: World, program: Program
) -> None:
    """A person has copied it: the note now tells of another invoice."""
    invoice = world.add_invoice(1)
    (old,) = forgotten(world, invoice.id)
    others = invoice_key(InvoiceId("b0000000-0000-4000-8000-00000000ffff"))
    world.ledger.enter_by_hand(
        replace(old, is_voided=False, total=Decimal(1), number="X", private_note=others)
    )
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert world.records.only(invoice.id).quickbooks_id != old.id


def test_used_ids_without_end_are_told_and_the_next_push_goes_on(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    forgotten(world, invoice.id, times=8)
    (result,) = program.push_all()
    assert result.state is PostingState.FAILED
    assert "older document" in result.findings[0].message
    assert "another request id" in result.findings[0].remedy
    assert world.records.only(invoice.id).state is PostingState.FAILED
    (again,) = program.push_all()
    assert again.state is PostingState.POSTED
    assert len(world.ledger.standing(invoice.id)) == 1


def test_a_replay_that_cannot_be_looked_at_stays_unknown(world: World) -> None:
    invoice = world.add_invoice(1)
    forgotten(world, invoice.id)
    no_network = ServiceUnavailableError("No network.", service="QuickBooks")

    def fail() -> None:
        raise no_network

    program = world.program(gate=WatchedGate(before={"quickbooks.read": fail}))
    (result,) = program.push_all()
    assert result.state is PostingState.UNKNOWN
    program.settle_all()
    assert world.records.only(invoice.id).state is PostingState.FAILED
    program.push_all()
    assert len(world.ledger.standing(invoice.id)) == 1
    program.close()


def test_what_a_person_voided_while_its_outcome_was_open_is_told_as_voided(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    world.ledger.void(world.ledger.standing(invoice.id)[0])
    world.ledger.warns_of_duplicates = False
    program.settle_all()
    record = world.records.only(invoice.id)
    assert record.quickbooks_status is QuickBooksStatus.VOIDED
    assert record.is_gone
    assert world.ledger.standing(invoice.id) == []
    assert len(world.ledger.posts) == 2
    assert {p.request_id for p in world.ledger.posts} == {record.request_id}


def test_a_used_id_whose_document_is_found_is_posted(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    die_pushing(world, program.machine, "quickbooks.post", is_after=True)
    world.ledger.errors = [USED] * 3
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1


def test_a_used_id_without_a_document_stays_unknown_while_its_request_may_be_at_work(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.errors = [USED] * 4
    (result,) = program.push_all()
    assert result.state is PostingState.UNKNOWN
    world.ledger.errors = [USED] * 3
    (still,) = program.settle_all()
    assert still.state is PostingState.UNKNOWN
    world.clock.advance(minutes=16)
    world.ledger.errors = [USED]
    (settled,) = program.settle_all()
    assert settled.state is PostingState.FAILED
    assert "used up" in settled.findings[0].message
    assert program.journal.open_pushes() == ()
    (posted,) = program.push_all()
    assert posted.state is PostingState.POSTED
    assert world.records.only(invoice.id).generation == 2
    assert len(world.ledger.all_of(invoice.id)) == 1


def with_number_of(world: World, number: str, **changes: object) -> PostedDocument:
    """Enter a document by hand that has the number."""
    entered = PostedDocument(
        type=DocumentType.INVOICE,
        id=QuickBooksId("9001"),
        number=number,
        sync_token="0",
        customer_id=QuickBooksId("58"),
        currency="GBP",
        txn_date=None,
        total=Decimal("7.00"),
        tax=Decimal(0),
        balance=Decimal("7.00"),
    )
    entered = replace(entered, **changes)  # type: ignore[arg-type]
    world.ledger.enter_by_hand(entered)
    return entered


def drafted_number(program: Program) -> str:
    (checked,) = program.ready()
    assert checked.draft is not None
    return checked.draft.number


def test_a_number_that_another_customers_document_has_is_told_by_name(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    number = drafted_number(program)
    with_number_of(world, number, customer_id=QuickBooksId("4711"))
    (result,) = program.push_all()
    assert result.state is PostingState.FAILED
    (finding,) = result.findings
    assert finding.cause is Cause.NUMBER_TAKEN
    assert f"invoice {number} (id 9001) over 7.00 GBP" in finding.message
    assert "another kind, customer or currency" in finding.message
    assert "link" not in finding.remedy
    assert "another number" in finding.remedy
    assert world.records.only(invoice.id).finding == finding.message
    assert world.ledger.all_of(invoice.id) == []


def test_a_number_that_another_invoices_document_has_is_told_as_such(
    world: World, program: Program
) -> None:
    world.add_invoice(1)
    number = drafted_number(program)
    others = invoice_key(InvoiceId("b0000000-0000-4000-8000-00000000ffff"))
    with_number_of(world, number, private_note=others)
    (result,) = program.push_all()
    assert result.findings[0].cause is Cause.NUMBER_TAKEN
    assert "another invoice of the CRM" in result.findings[0].message


def test_a_number_that_the_voided_document_keeps_is_told_as_its_own(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    world.ledger.void(world.ledger.standing(invoice.id)[0])
    program.pull.run()
    (result,) = program.push_all(invoice.id)
    assert result.state is PostingState.FAILED
    (finding,) = result.findings
    assert finding.cause is Cause.NUMBER_TAKEN
    assert "own earlier document, which was voided" in finding.message
    assert "voided document another number" in finding.remedy


def test_a_number_that_looks_like_this_invoice_offers_both_remedies(
    world: World, program: Program
) -> None:
    """The look before the push did not see it: it was entered in between."""
    invoice = world.add_invoice(1)
    (checked,) = program.ready()
    assert checked.draft is not None
    number, customer = checked.draft.number, checked.draft.customer.id

    def enter() -> None:
        with_number_of(world, number, customer_id=customer)

    late = world.program(gate=WatchedGate(before={"quickbooks.post": enter}))
    (result,) = late.push_all()
    (finding,) = result.findings
    assert finding.cause is Cause.NUMBER_TAKEN
    assert f"psaqb link-document {invoice.number} 9001" in finding.remedy
    assert "another number" in finding.remedy
    late.close()


def test_a_number_whose_holder_cannot_be_read_is_a_plain_refusal(world: World) -> None:
    world.add_invoice(1)
    program = world.program()
    with_number_of(world, drafted_number(program), customer_id=QuickBooksId("4711"))
    refused = RequestRejectedError("No.", service="QuickBooks")

    def fail() -> None:
        raise refused

    program.close()
    program = world.program(gate=WatchedGate(before={"quickbooks.read": fail}))
    (result,) = program.push_all()
    assert result.state is PostingState.FAILED
    assert result.findings[0].cause is Cause.NUMBER_TAKEN
    program.close()


def test_a_company_that_stops_accepting_entries_stops_its_run(world: World) -> None:
    for number in range(1, 8):
        world.add_invoice(number)
    program = world.program(in_flight=1)
    first, *rest = program.ready()
    world.ledger.refusals = {c.invoice.id: "6190" for c in (first, *rest)}
    results = {r.invoice_id: r for r in program.push_checked((first, *rest))}
    assert results[first.invoice.id].state is PostingState.FAILED
    assert len(world.ledger.posts) == 1
    for other in rest:
        result = results[other.invoice.id]
        assert result.state is PostingState.NOT_POSTED
        assert result.findings[0].cause is Cause.COMPANY_READ_ONLY
        assert "accepts no entries" in result.findings[0].message
        assert world.records.only(other.invoice.id).state is PostingState.NOT_POSTED
    assert program.journal.open_pushes() == ()
    world.ledger.refusals.clear()
    assert {r.state for r in program.push_all()} == {PostingState.POSTED}
    assert len(world.ledger.posts) == 8
    program.close()


@pytest.fixture
def other(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "other")


def test_a_quiet_desktops_id_that_was_used_before_is_given_up(
    world: World, program: Program, other: Machine
) -> None:
    """The one that takes over is answered with a document that was voided long ago."""
    invoice = world.add_invoice(1)
    forgotten(world, invoice.id)
    die_pushing(world, other, "quickbooks.post")
    world.clock.advance(minutes=11)
    (result,) = program.settle_all()
    assert result.state is PostingState.FAILED
    program.push_all()
    assert len(world.ledger.standing(invoice.id)) == 1
    assert world.records.only(invoice.id).generation == 2
