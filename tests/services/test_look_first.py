"""Looking first: what stands in QuickBooks already is adopted or told, never posted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.invoice import Routing
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes import examples
from tests.fakes.office import Machine, Program, World


@pytest.fixture
def forgetful(world: World) -> World:
    """A company that numbers by itself and whose memory of request ids has expired."""
    world.ledger.forgets_request_ids = True
    world.ledger.numbers_itself = True
    world.ledger.warns_of_duplicates = False
    return world


def typed_by_hand(world: World, program: Program, invoice_id: InvoiceId, **changes: Any) -> None:
    (checked,) = program.ready(invoice_id)
    assert checked.draft is not None
    draft = checked.draft
    document = PostedDocument(
        type=draft.document_type,
        id=examples.qid(7001),
        number="1041",
        sync_token="0",
        customer_id=draft.customer.id,
        currency=draft.currency,
        txn_date=draft.txn_date,
        total=draft.total,
        tax=draft.tax,
        balance=draft.total,
    )
    world.ledger.enter_by_hand(replace(document, **changes))


def test_a_record_that_the_crm_lost_is_made_anew_from_quickbooks(
    forgetful: World, tmp_path: Any
) -> None:
    invoice = forgetful.add_invoice(1)
    first = forgetful.program()
    first.push_all()
    (document,) = forgetful.ledger.standing(invoice.id)
    forgetful.records.drop_all()
    other = forgetful.program(Machine(tmp_path, "other"))
    (result,) = other.push_all()
    assert result.state is PostingState.POSTED
    assert len(forgetful.ledger.posts) == 1
    record = forgetful.records.only(invoice.id)
    assert (record.quickbooks_id, record.generation) == (document.id, 1)
    assert other.news[-1].status is RowStatus.POSTED
    first.close()
    other.close()


def test_an_adopted_document_is_compared(forgetful: World, program: Program) -> None:
    invoice = forgetful.add_invoice(1)
    forgetful.ledger.total_gaps[invoice.id] = Decimal("5.00")
    program.push_all()
    forgetful.records.drop_all()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED_REVIEW
    assert "total" in forgetful.records.only(invoice.id).finding
    assert len(forgetful.ledger.posts) == 1


def test_two_own_documents_are_both_named(forgetful: World, program: Program) -> None:
    invoice = forgetful.add_invoice(1)
    program.push_all()
    (document,) = forgetful.ledger.standing(invoice.id)
    forgetful.ledger.enter_by_hand(replace(document, id=examples.qid(999)))
    forgetful.records.drop_all()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED_REVIEW
    finding = forgetful.records.only(invoice.id).finding
    assert "id 999" in finding
    assert f"id {document.id}" in finding


def test_a_redated_document_is_known_from_the_journal(forgetful: World, program: Program) -> None:
    invoice = forgetful.add_invoice(1)
    program.push_all()
    forgetful.records.drop_all()
    changed = replace(invoice, invoice_date=date(2026, 9, 2))
    forgetful.invoices.stored[invoice.id] = changed
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(forgetful.ledger.posts) == 1


def test_a_voided_document_that_the_crm_forgot_gets_another_request_id(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    program.push_all()
    (document,) = world.ledger.standing(invoice.id)
    world.ledger.void(document)
    world.records.drop_all()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.standing(invoice.id)) == 1
    assert world.records.only(invoice.id).generation == 2


@pytest.mark.parametrize("changes", [{}, {"total": Decimal("99.00"), "number": "PSA-00001"}])
def test_what_was_entered_by_hand_is_not_posted_again(
    world: World, program: Program, changes: dict[str, Any]
) -> None:
    invoice, other = world.add_invoice(1), world.add_invoice(2)
    world.ledger.warns_of_duplicates = False
    typed_by_hand(world, program, invoice.id, **changes)
    results = {r.invoice_id: r for r in program.push_all()}
    stopped = results[invoice.id]
    assert stopped.state is PostingState.NOT_POSTED
    assert stopped.findings[0].cause is Cause.ALREADY_ENTERED
    assert "id 7001" in stopped.findings[0].message
    assert "link-document PSA-00001 7001" in stopped.findings[0].remedy
    assert RowStatus.NOT_READY in {n.status for n in program.news if n.invoice_id == invoice.id}
    assert results[other.id].state is PostingState.POSTED
    assert [p.invoice_id for p in world.ledger.posts] == [other.id]
    assert [r.invoice_id for r in world.records.records()] == [other.id]


def test_a_person_may_push_all_the_same(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    typed_by_hand(world, program, invoice.id)
    (result,) = program.push.run(
        program.ready(),
        on_progress=program.news.append,
        cancellation=Cancellation(),
        accept_similar=frozenset({invoice.id}),
    )
    assert result.state is PostingState.POSTED


@pytest.mark.parametrize(
    "changes",
    [
        {"total": Decimal("119.99")},
        {"customer_id": examples.qid(502)},
        {"currency": "EUR"},
        {"txn_date": date(2026, 8, 30)},
        {"is_voided": True},
        {"private_note": f"psaqb:{examples.invoice_id(77)}"},
    ],
)
def test_what_only_resembles_it_stops_nothing(
    world: World, program: Program, changes: dict[str, Any]
) -> None:
    invoice = world.add_invoice(1)
    typed_by_hand(world, program, invoice.id, **changes)
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED


def test_where_quickbooks_cannot_be_looked_at_nothing_is_sent(
    world: World, program: Program
) -> None:
    world.add_invoice(1)
    world.ledger.around_error = ServiceUnavailableError("No.", service="QuickBooks")
    (result,) = program.push_all()
    assert result.state is PostingState.NOT_POSTED
    assert "was not sent" in result.findings[0].message
    assert world.ledger.posts == []
    assert world.records.records() == ()


def test_an_unexpected_error_in_one_company_leaves_the_others_results(
    world: World,
) -> None:
    company = world.add_company("GB02")
    program = world.program()
    first = world.add_invoice(1)
    second = world.add_invoice(2, routing=Routing(owning_company=company.entity))
    company.ledger.around_error = KeyError("surprise")
    results = {r.invoice_id: r for r in program.push_all()}
    assert results[first.id].state is PostingState.POSTED
    assert results[second.id].state is PostingState.NOT_POSTED
    assert "unexpected" in results[second.id].findings[0].message
    program.close()


def test_an_unexpected_error_while_posting_leaves_the_outcome_open(
    world: World, program: Program
) -> None:
    first, second = world.add_invoice(1), world.add_invoice(2)
    world.ledger.surprises[first.id] = RuntimeError("surprise")
    results = {r.invoice_id: r for r in program.push_all()}
    assert results[first.id].state is PostingState.UNKNOWN
    assert results[second.id].state in {PostingState.POSTED, PostingState.NOT_POSTED}
    program.settle_all()
    assert world.records.only(first.id).state is PostingState.POSTED
    assert len(world.ledger.standing(first.id)) == 1
