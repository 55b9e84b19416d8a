"""Linking an invoice to a document that was entered by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import RequestRejectedError, StaleRecordError
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.link_document import LinkDocument
from tests.fakes import examples
from tests.fakes.office import Program, World

BY_HAND = examples.qid(7001)


def enter(world: World, program: Program, **changes: Any) -> PostedDocument:
    (checked,) = program.ready()
    assert checked.draft is not None
    document = PostedDocument(
        type=DocumentType.INVOICE,
        id=BY_HAND,
        number="1041",
        sync_token="0",
        customer_id=checked.draft.customer.id,
        currency=checked.draft.currency,
        txn_date=checked.draft.txn_date,
        total=checked.draft.total,
        tax=checked.draft.tax,
        balance=checked.draft.total,
    )
    document = replace(document, **changes)
    world.ledger.enter_by_hand(document)
    return document


@pytest.fixture
def link(program: Program) -> LinkDocument:
    return program.link_document


def test_a_linked_document_is_posted_and_never_pushed(
    world: World, program: Program, link: LinkDocument
) -> None:
    invoice = world.add_invoice(1)
    checked = program.ready()
    enter(world, program)
    record = link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    assert (record.state, record.quickbooks_id) == (PostingState.POSTED, BY_HAND)
    assert world.records.only(invoice.id) == record
    assert (record.generation, record.total, record.pushed_by) == (0, Decimal(120), "Ada")
    program.push_checked(checked)
    assert world.ledger.posts == []


def test_a_linked_document_stops_no_other_invoice(
    world: World, program: Program, link: LinkDocument
) -> None:
    """Two equal invoices; the one that was typed by hand is the first one's."""
    world.add_invoice(1)
    enter(world, program)
    link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    world.add_invoice(2, examples.line("100.00", "20.00"))
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED


def test_another_total_is_linked_for_review(
    world: World, program: Program, link: LinkDocument
) -> None:
    world.add_invoice(1)
    enter(world, program, total=Decimal("121.00"))
    record = link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    assert record.state is PostingState.POSTED_REVIEW
    assert "121.00" in record.finding


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer_id": examples.qid(502)}, "is not of"),
        ({"currency": "EUR"}, "is in EUR"),
        ({"is_voided": True}, "has no"),
        ({"id": examples.qid(1)}, "has no"),
        ({"private_note": f"psaqb:{examples.invoice_id(9)}"}, "another invoice"),
    ],
)
def test_what_does_not_fit_is_refused(
    world: World, program: Program, link: LinkDocument, changes: dict[str, Any], words: str
) -> None:
    world.add_invoice(1)
    enter(world, program, **changes)
    with pytest.raises(RequestRejectedError, match=words):
        link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    assert world.records.records() == ()


def test_a_document_is_linked_once(world: World, program: Program, link: LinkDocument) -> None:
    world.add_invoice(1)
    enter(world, program)
    link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    world.add_invoice(2, examples.line("100.00", "20.00"))
    with pytest.raises(RequestRejectedError, match="another invoice"):
        link.run(program.rows()[1], DocumentType.INVOICE, BY_HAND)


def test_what_is_posted_is_not_linked(world: World, program: Program, link: LinkDocument) -> None:
    world.add_invoice(1)
    program.push_all()
    with pytest.raises(StaleRecordError):
        link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)


def test_an_invoice_that_is_not_ready_is_not_linked(
    world: World, program: Program, link: LinkDocument
) -> None:
    world.add_invoice(1)
    enter(world, program)
    world.links.stored.clear()
    with pytest.raises(RequestRejectedError, match="before it is ready"):
        link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)


def test_candidates_fit_and_are_nobody_elses(
    world: World, program: Program, link: LinkDocument
) -> None:
    world.add_invoice(1)
    fitting = enter(world, program)
    dearer = enter(world, program, id=examples.qid(7002), total=Decimal("121.00"))
    unfit: tuple[dict[str, Any], ...] = (
        {"customer_id": examples.qid(502)},
        {"currency": "EUR"},
        {"is_voided": True},
        {"type": DocumentType.CREDIT_MEMO},
        {"private_note": f"psaqb:{examples.invoice_id(9)}"},
    )
    for place, changes in enumerate(unfit):
        enter(world, program, id=examples.qid(7100 + place), **changes)
    choice = link.candidates(program.rows()[0])
    assert [d.id for d in choice.documents] == [fitting.id, dearer.id]
    assert choice.draft.total == Decimal(120)
    link.run(program.rows()[0], DocumentType.INVOICE, dearer.id)
    world.add_invoice(2, examples.line("100.00", "20.00"))
    (second,) = [row for row in program.rows() if row.record is None]
    assert [d.id for d in link.candidates(second).documents] == [fitting.id]


def test_candidates_need_a_draft(world: World, program: Program, link: LinkDocument) -> None:
    world.add_invoice(1)
    world.links.stored.clear()
    with pytest.raises(RequestRejectedError, match="before it is ready"):
        link.candidates(program.rows()[0])


def test_a_link_is_undone_and_the_invoice_may_go_elsewhere(
    world: World, program: Program, link: LinkDocument
) -> None:
    invoice = world.add_invoice(1)
    document = enter(world, program)
    link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND)
    freed = link.unlink(program.rows()[0])
    assert (freed.state, freed.quickbooks_id, freed.total) == (PostingState.NOT_POSTED, "", None)
    assert world.records.only(invoice.id) == freed
    standing = world.ledger.read(document.type, document.id)
    assert standing is not None
    assert (standing.total, standing.sync_token) == (document.total, document.sync_token)
    (told,) = program.push_all()
    assert "entered by hand" in told.findings[0].message
    assert link.run(program.rows()[0], DocumentType.INVOICE, BY_HAND).quickbooks_id == BY_HAND


def test_what_this_program_posted_is_not_unlinked(
    world: World, program: Program, link: LinkDocument
) -> None:
    world.add_invoice(1)
    with pytest.raises(RequestRejectedError, match="not linked"):
        link.unlink(program.rows()[0])
    program.push_all()
    with pytest.raises(RequestRejectedError, match="was not linked by hand"):
        link.unlink(program.rows()[0])
    assert world.records.records()[0].state is PostingState.POSTED
