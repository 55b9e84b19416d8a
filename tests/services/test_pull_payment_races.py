"""Payments that come and go while they are being written: none is counted and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.pull import Payment
from tests.fakes.gate import Gate, WatchedGate
from tests.fakes.office import World

DAY = date(2026, 9, 20)


def pay(world: World, invoice_id: InvoiceId) -> Payment:
    (document,) = world.ledger.standing(invoice_id)
    return world.ledger.receive({document.id: "50.00"}, day=DAY, is_seen_on_invoices=False)


def take_back(world: World, payment: Payment) -> None:
    world.ledger.delete_payment(payment, is_seen_on_invoices=False)


def settled(world: World, invoice_id: InvoiceId) -> tuple[Decimal | None, list[Decimal]]:
    record = world.records.only(invoice_id)
    return record.paid, [each.amount for each in world.records.payments_of(record.id)]


def posted_and_pulled(world: World) -> InvoiceId:
    program = world.program()
    invoice = world.add_invoice(1)
    program.push_all()
    world.clock.advance(minutes=10)  # further than the overlap reaches
    program.pull.run()
    program.close()
    world.clock.advance(hours=1)
    return invoice.id


def test_a_payment_that_a_pull_wrote_in_part_is_known_when_it_is_deleted(world: World) -> None:
    """The CRM took the balance and then failed; a deleted payment names no document any more."""

    def fail() -> None:
        raise ServiceUnavailableError("No.", service="CRM")

    invoice_id = posted_and_pulled(world)
    payment = pay(world, invoice_id)
    program = world.program(gate=WatchedGate(after={"records.write": fail}))
    (summary,) = program.pull.run()
    assert summary.error
    assert settled(world, invoice_id)[0] == Decimal(50)
    world.clock.advance(minutes=1)
    take_back(world, payment)
    (summary,) = program.pull.run()
    assert summary.error == ""
    assert settled(world, invoice_id) == (Decimal(0), [])
    program.close()


def test_a_payment_is_gone_from_the_balance_before_it_is_forgotten(world: World) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("No.", service="CRM")

    invoice_id = posted_and_pulled(world)
    payment = pay(world, invoice_id)
    program = world.program(gate=WatchedGate(before={"records.remove_payments": fail}))
    program.pull.run()
    assert settled(world, invoice_id) == (Decimal(50), [Decimal(50)])
    world.clock.advance(minutes=1)
    take_back(world, payment)
    (summary,) = program.pull.run()
    assert summary.error
    assert settled(world, invoice_id) == (Decimal(0), [Decimal(50)])
    (summary,) = program.pull.run()
    assert summary.error == ""
    assert (summary.payments_written, summary.payments_removed) == (0, 1)
    assert settled(world, invoice_id) == (Decimal(0), [])
    program.close()


def test_an_older_look_brings_no_payment_back_that_a_later_one_has_removed(world: World) -> None:
    invoice_id = posted_and_pulled(world)
    payment = pay(world, invoice_id)
    quick = world.program()

    def take_back_and_pull() -> None:
        take_back(world, payment)
        quick.pull.run()

    gate = WatchedGate(before={"records.add_payments": take_back_and_pull})
    # Something else of the document is newer for both.
    (document,) = world.ledger.standing(invoice_id)
    world.ledger.edit(document, number="PSA-00001-B")
    slow = world.program(gate=gate)
    (summary,) = slow.pull.run()
    assert summary.error == ""
    assert settled(world, invoice_id) == (Decimal(0), [])
    quick.close()
    slow.close()


@pytest.mark.parametrize("full", [False, True])
def test_a_payment_that_goes_between_two_answers_is_not_counted_in(
    world: World, *, full: bool
) -> None:
    """The document named it, and then it was not there any more."""
    invoice_id = posted_and_pulled(world)
    payment = pay(world, invoice_id)
    world.clock.advance(minutes=10)
    (document,) = world.ledger.standing(invoice_id)
    if not full:
        # The payment is too old to be among the changes of a desktop that missed it.
        world.program().pull.run()
        record = world.records.only(invoice_id)
        world.records.remove_payments(world.records.payments_of(record.id))
        world.clock.advance(minutes=10)
        world.ledger.edit(document, number="PSA-00001-B")
    gate = WatchedGate(before={"quickbooks.payments": lambda: take_back(world, payment)})
    program = world.program(gate=gate)
    (summary,) = program.pull.run(full=full)
    assert summary.error == ""
    assert gate.calls.count("quickbooks.documents") == (2 if full else 1)
    assert settled(world, invoice_id) == (Decimal(0), [])
    program.close()


def test_a_payment_that_cannot_be_read_keeps_nobody_from_pulling(world: World) -> None:
    """QuickBooks goes on naming it: after some looks its word is taken as it is."""
    invoice_id = posted_and_pulled(world)
    payment = pay(world, invoice_id)
    world.ledger.take_payment(replace(payment, lines=()))
    program = world.program()
    (summary,) = program.pull.run(full=True)
    assert summary.error == ""
    assert settled(world, invoice_id) == (Decimal(50), [])
    program.close()


def test_nothing_is_removed_where_nothing_has_gone(world: World) -> None:
    invoice_id = posted_and_pulled(world)
    pay(world, invoice_id)
    gate = Gate()
    program = world.program(gate=gate)
    program.pull.run()
    assert "records.remove_payments" not in gate.calls
    assert settled(world, invoice_id) == (Decimal(50), [Decimal(50)])
    program.close()
