"""What a pull costs follows the changes, and what is in memory follows the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.sync_record import QuickBooksStatus
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes import examples
from tests.fakes.gate import Gate, WatchedGate
from tests.fakes.office import Program, World

DAY = date(2026, 9, 20)


def test_calls_are_the_same_among_many_and_among_few(world: World) -> None:
    gates = []
    for count in (3, 60):
        for number in range(len(world.invoices.stored) + 1, count + 1):
            world.add_invoice(number)
        gate = Gate()
        program = world.program(gate=gate)
        program.push_all()
        program.pull.run()
        world.clock.advance(hours=1)
        invoice = list(world.invoices.stored)[-1]
        (document,) = world.ledger.standing(invoice)
        world.ledger.receive({document.id: "5.00"}, day=DAY)
        gate.calls.clear()
        (summary,) = program.pull.run()
        assert (summary.error, summary.documents_changed, summary.payments_written) == ("", 1, 1)
        gates.append(list(gate.calls))
        world.clock.advance(hours=1)
        program.pull.run()
        program.close()
    assert gates[0] == gates[1]
    assert gates[0] == [
        "connections.connections",
        "journal.watermark",
        "quickbooks.changes",
        "records.touched",
        "records.add_payments",
        "records.write",
        "journal.set_watermark",
    ]


def test_payments_that_the_changes_told_are_not_read_again(world: World) -> None:
    gate = Gate()
    program = world.program(gate=gate)
    invoice = world.add_invoice(1)
    program.push_all()
    (document,) = world.ledger.standing(invoice.id)
    world.ledger.receive({document.id: "20.00"}, day=DAY)
    world.clock.advance(hours=1)
    program.pull.run()
    world.clock.advance(hours=1)
    world.ledger.receive({document.id: "30.00"}, day=DAY)
    gate.calls.clear()
    program.pull.run()
    assert gate.calls.count("quickbooks.payments") == 1, "only the earlier one is asked for"
    record = world.records.only(invoice.id)
    assert [p.amount for p in world.records.payments_of(record.id)] == [Decimal(20), Decimal(30)]
    program.close()


def test_looking_twice_at_the_same_changes_costs_no_write(world: World, program: Program) -> None:
    paid, voided = world.add_invoice(1), world.add_invoice(2)
    program.push_all()
    program.pull.run()
    (document,) = world.ledger.standing(paid.id)
    world.ledger.receive({document.id: "20.00"}, day=DAY)
    world.ledger.void(world.ledger.standing(voided.id)[0])
    first = program.pull.run()[0]
    writes = world.records.write_calls
    world.clock.advance(seconds=30)  # the overlap reaches back
    again = program.pull.run()[0]
    assert (first.documents_changed, first.voided) == (2, 1)
    assert (again.documents_changed, again.payments_written, again.voided) == (0, 0, 0)
    assert world.records.write_calls == writes


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo", "Payment"])
def test_deletions_that_a_cut_off_answer_hides_are_found(
    world: World, program: Program, kind: str
) -> None:
    invoices = [world.add_invoice(n) for n in range(1, 61)]
    credit = world.add_invoice(61, examples.line("-25.00", "-5.00"))
    program.push_all()
    document = {i.id: world.ledger.standing(i.id)[0] for i in [*invoices, credit]}
    payment = world.ledger.receive({document[invoices[1].id].id: "20.00"}, day=DAY)
    program.pull.run()
    world.clock.advance(hours=1)
    world.ledger.delete(document[invoices[0].id])
    world.ledger.delete(document[credit.id])
    world.ledger.delete_payment(payment, is_seen_on_invoices=False)
    world.ledger.cut_off = {kind}
    world.ledger.calls.clear()
    (summary,) = program.pull.run()
    assert (summary.error, summary.missing) == ("", 2)
    for gone in (invoices[0], credit):
        assert world.records.only(gone.id).quickbooks_status is QuickBooksStatus.MISSING
    record = world.records.only(invoices[1].id)
    assert (record.balance, world.records.payments_of(record.id)) == (Decimal(240), ())
    assert len(world.ledger.calls) <= 8, "by lists of ids, page by page of the records"
    assert summary.watermark == world.clock.now()


def test_a_cancel_ends_a_comparison_between_two_pages(world: World) -> None:
    program = world.program()
    for number in range(1, 6):
        world.add_invoice(number)
    program.push_all()
    world.records.page_size = 2
    cancellation = Cancellation()
    program.close()
    gate = WatchedGate(after={"quickbooks.documents": cancellation.cancel})
    program = world.program(gate=gate)
    (summary,) = program.pull.run(full=True, cancellation=cancellation)
    assert (summary.was_stopped, summary.error, summary.watermark) == (True, "", None)
    assert gate.calls.count("quickbooks.documents") == 1
    assert program.journal.watermark(examples.REALM) is None
    program.close()


def test_a_comparison_reads_page_by_page(world: World, program: Program) -> None:
    for number in range(1, 6):
        world.add_invoice(number)
    program.push_all()
    for one in world.records.records():
        world.records.put(replace(one, balance=Decimal(1)))
    world.records.page_size = 2
    writes = world.records.write_calls
    (summary,) = program.pull.run(full=True)
    assert summary.documents_changed == 5
    assert world.records.write_calls - writes == 3
