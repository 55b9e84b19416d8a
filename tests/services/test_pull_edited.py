"""What a person edits in QuickBooks after posting is shown, once, until a person accepts it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from psaqb_desktop.domain.errors import RequestRejectedError, StaleRecordError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.accept_review import AcceptReview
from tests.fakes.office import Program, World


def edit(world: World, invoice_id: InvoiceId, **changes: object) -> None:
    (document,) = world.ledger.standing(invoice_id)
    token = str(int(document.sync_token) + 1)
    world.ledger.enter_by_hand(replace(document, sync_token=token, **changes))  # type: ignore[arg-type]


def accept_review(world: World) -> AcceptReview:
    return AcceptReview(records=world.records, clock=world.clock, accepted_by=lambda: "Ada")


@pytest.mark.parametrize("full", [True, False])
def test_an_edit_in_quickbooks_is_shown_and_told_once(
    world: World, program: Program, *, full: bool
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    assert program.pull.run()[0].edited == 0
    world.clock.advance(hours=1)
    edit(world, invoice.id, total=Decimal("220.00"), balance=Decimal("220.00"))
    (summary,) = program.pull.run(full=full)
    assert (summary.error, summary.edited) == ("", 1)
    (row,) = program.rows()
    assert row.status is RowStatus.POSTED_REVIEW
    (finding,) = row.findings
    assert finding.cause is Cause.CHANGED_IN_QUICKBOOKS
    assert "total 120.00 GBP → 220.00 GBP" in finding.message
    (again,) = program.pull.run(full=full)
    assert (again.edited, again.documents_changed) == (0, 0)
    assert world.records.only(invoice.id).finding == finding.message


def test_an_accepted_edit_stays_accepted(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    edit(world, invoice.id, total=Decimal("220.00"))
    program.pull.run()
    (row,) = program.rows()
    record = accept_review(world).run(row)
    assert (record.state, record.finding, record.finding_cause) == (PostingState.POSTED, "", "")
    assert (record.accepted_by, record.accepted_on) == ("Ada", world.clock.now())
    assert program.pull.run(full=True)[0].edited == 0
    assert program.rows()[0].findings == ()
    with pytest.raises(RequestRejectedError, match="no difference"):
        accept_review(world).run(program.rows()[0])


def test_a_difference_made_by_the_push_can_be_accepted(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    world.ledger.total_gaps[invoice.id] = Decimal("0.50")
    program.push_all()
    (row,) = program.rows()
    assert row.findings[0].cause is Cause.POSTED_DIFFERENTLY
    assert accept_review(world).run(row).state is PostingState.POSTED


def test_nobody_accepts_what_they_have_not_seen(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    edit(world, invoice.id, total=Decimal("220.00"))
    program.pull.run()
    (seen,) = program.rows()
    edit(world, invoice.id, total=Decimal("320.00"))
    program.pull.run()
    with pytest.raises(StaleRecordError, match="320"):
        accept_review(world).run(seen)
    assert world.records.only(invoice.id).state is PostingState.POSTED_REVIEW
