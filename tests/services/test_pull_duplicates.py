"""A full comparison finds what stands twice, whoever made it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.accept_review import AcceptReview
from tests.fakes import examples
from tests.fakes.office import Program, World


def copied(world: World, invoice_id: InvoiceId) -> PostedDocument:
    """Make another document with the same key, as a copy of the CRM would."""
    (document,) = world.ledger.standing(invoice_id)
    copy = replace(document, id=examples.qid(777), number="N777")
    world.ledger.enter_by_hand(copy)
    return copy


def test_two_documents_of_one_invoice_are_named(world: World, program: Program) -> None:
    invoice, other = world.add_invoice(1), world.add_invoice(2)
    program.push_all()
    own = world.ledger.standing(invoice.id)[0]
    copied(world, invoice.id)
    (summary,) = program.pull.run(full=True)
    (sentence,) = summary.duplicates
    assert f"N777 (Invoice id 777) and {own.number} (Invoice id {own.id})" in sentence
    rows = {row.invoice.id: row for row in program.rows()}
    assert rows[invoice.id].status is RowStatus.POSTED_REVIEW
    (finding,) = rows[invoice.id].findings
    assert (finding.cause, finding.message) == (Cause.DUPLICATE_IN_QUICKBOOKS, sentence)
    assert rows[other.id].findings == ()
    again = program.pull.run(full=True)[0]
    assert (again.duplicates, again.documents_changed) == ((sentence,), 0)


def test_it_ends_by_voiding_one_and_not_by_accepting(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    copy = copied(world, invoice.id)
    program.pull.run(full=True)
    accept = AcceptReview(records=world.records, clock=world.clock, accepted_by=lambda: "Ada")
    with pytest.raises(RequestRejectedError, match="more than once"):
        accept.run(program.rows()[0])
    world.ledger.void(copy)
    assert program.pull.run()[0].error == ""
    assert world.records.only(invoice.id).state is PostingState.POSTED_REVIEW, "not looked for"
    assert program.pull.run(full=True)[0].duplicates == ()
    found = world.records.only(invoice.id)
    assert (found.state, found.finding, found.finding_cause) == (PostingState.POSTED, "", "")


def test_what_else_was_to_review_stays(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    record = world.records.only(invoice.id)
    cent = replace(
        record,
        state=PostingState.POSTED_REVIEW,
        finding="A cent.",
        finding_cause=Cause.POSTED_DIFFERENTLY.value,
    )
    world.records.put(cent)
    copy = copied(world, invoice.id)
    program.pull.run(full=True)
    assert world.records.only(invoice.id).finding.endswith("Void all but one. A cent.")
    world.ledger.void(copy)
    program.pull.run(full=True)
    found = world.records.only(invoice.id)
    assert (found.state, found.finding) == (PostingState.POSTED_REVIEW, "A cent.")
