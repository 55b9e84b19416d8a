"""What a pull tells: all that it has written, also where it fails or is stopped on the way."""

from __future__ import annotations

from datetime import date

import pytest

from psaqb_desktop.domain.errors import RequestRejectedError, ServiceUnavailableError
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import QuickBooksStatus
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.missing_documents import MOST_ASKED_FOR
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Program, World

DAY = date(2026, 9, 20)


def posted(world: World, program: Program, count: int) -> list[Invoice]:
    """Post invoices and pull once, so that there is a watermark."""
    invoices = [world.add_invoice(n) for n in range(1, count + 1)]
    program.push_all()
    program.pull.run()
    world.clock.advance(hours=1)
    return invoices


def document(world: World, invoice: Invoice) -> PostedDocument:
    (found,) = world.ledger.all_of(invoice.id)
    return found


def known_as(world: World, status: QuickBooksStatus) -> int:
    return sum(record.quickbooks_status is status for record in world.records.records())


def test_what_was_found_missing_before_too_much_was_is_told(world: World, program: Program) -> None:
    invoices = posted(world, program, MOST_ASKED_FOR + 20)
    for invoice in invoices:
        world.ledger.delete(document(world, invoice))
    (summary,) = program.pull.run(full=True)
    assert "Pull again" in summary.error
    assert summary.watermark is None
    assert summary.missing == known_as(world, QuickBooksStatus.MISSING) == MOST_ASKED_FOR
    assert summary.documents_changed == MOST_ASKED_FOR
    (again,) = program.pull.run(full=True)
    assert (again.error, again.missing) == ("", MOST_ASKED_FOR + 20)


def test_what_was_written_before_a_stop_is_told_and_the_rest_comes_with_the_next(
    world: World,
) -> None:
    program = world.program()
    for invoice in posted(world, program, 12):
        world.ledger.void(document(world, invoice))
    program.close()
    world.records.page_size = 5
    cancellation = Cancellation()
    program = world.program(gate=WatchedGate(after={"records.write": cancellation.cancel}))
    (summary,) = program.pull.run(full=True, cancellation=cancellation)
    assert (summary.was_stopped, summary.error) == (True, "")
    assert summary.voided == known_as(world, QuickBooksStatus.VOIDED) == 5
    (rest,) = program.pull.run(full=True)
    assert (rest.was_stopped, rest.voided) == (False, 7)
    program.close()


@pytest.mark.parametrize("full", [True, False])
def test_a_record_that_is_refused_hides_none_of_the_others(
    world: World, program: Program, *, full: bool
) -> None:
    invoices = posted(world, program, 3)
    for invoice in invoices:
        world.ledger.void(document(world, invoice))
    world.records.refusals[invoices[1].id] = RequestRejectedError("No.", service="CRM")
    (summary,) = program.pull.run(full=full)
    assert "No." in summary.error
    assert summary.voided == known_as(world, QuickBooksStatus.VOIDED) == 2
    world.records.refusals.clear()
    (rest,) = program.pull.run(full=full)
    assert (rest.error, rest.voided) == ("", 1)


def test_what_was_recorded_before_the_look_for_duplicates_fails_is_told(world: World) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("No.", service="QuickBooks")

    program = world.program()
    (invoice,) = posted(world, program, 1)
    program.close()
    world.ledger.void(document(world, invoice))
    program = world.program(gate=WatchedGate(before={"quickbooks.walk_created_since": fail}))
    (summary,) = program.pull.run(full=True)
    assert (summary.error != "", summary.voided) == (True, 1)
    program.close()


def test_payments_that_went_are_counted_apart(world: World, program: Program) -> None:
    first, second = posted(world, program, 2)
    lines = {document(world, invoice).id: "20.00" for invoice in (first, second)}
    payment = world.ledger.receive(lines, day=DAY)
    (summary,) = program.pull.run()
    assert (summary.payments_written, summary.payments_removed) == (2, 0)
    world.clock.advance(hours=1)
    world.ledger.delete_payment(payment, is_seen_on_invoices=True)
    world.ledger.receive({document(world, first).id: "5.00"}, day=DAY)
    (summary,) = program.pull.run()
    assert (summary.payments_written, summary.payments_removed) == (1, 2)
