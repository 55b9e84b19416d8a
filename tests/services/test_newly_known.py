"""Documents that had no record before: no pull told of them, and yet nothing of them is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import RequestRejectedError, ServiceUnavailableError
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from tests.fakes import examples
from tests.fakes.gate import Disturbance, Gate, WatchedGate
from tests.fakes.office import Program, World
from tests.services.test_link_document import BY_HAND, enter

DAY = date(2026, 9, 20)


@pytest.fixture
def puller(world: World) -> Iterator[Program]:
    """A desktop that has pulled."""
    program = world.program()
    program.pull.run()
    world.clock.advance(hours=1)
    yield program
    program.close()


def link(program: Program) -> SyncRecord:
    (row,) = program.rows()
    return program.link_document.run(row, DocumentType.INVOICE, BY_HAND)


def pay(world: World, document: PostedDocument, amount: str = "50.00") -> None:
    world.ledger.receive({document.id: amount}, day=DAY)


def as_stored(world: World, invoice: Invoice) -> tuple[str, Decimal | None, list[Decimal]]:
    record = world.records.only(invoice.id)
    payments = world.records.payments_of(record.id)
    return record.quickbooks_status.value, record.balance, [p.amount for p in payments]


def pull_later(world: World, program: Program) -> None:
    world.clock.advance(hours=1)
    (summary,) = program.pull.run()
    assert (summary.error, summary.watermark) == ("", world.clock.now())


def test_a_linked_document_has_its_payments(world: World, puller: Program) -> None:
    invoice = world.add_invoice(1)
    pay(world, enter(world, puller))
    pull_later(world, puller)
    world.clock.advance(hours=1)
    assert link(puller) == world.records.only(invoice.id)
    assert as_stored(world, invoice) == ("Part paid", Decimal(70), [Decimal(50)])
    (payment,) = world.ledger.all_payments
    world.ledger.delete_payment(payment, is_seen_on_invoices=False)
    pull_later(world, puller)
    assert as_stored(world, invoice) == ("Open", Decimal(120), [])


def delete(world: World, document: PostedDocument) -> None:
    world.ledger.delete(document)


@pytest.mark.parametrize(
    ("happens", "stored"),
    [
        (pay, ("Part paid", Decimal(70), [Decimal(50)])),
        (delete, ("Missing", Decimal(0), [])),
    ],
)
def test_what_happens_while_a_document_is_linked_is_told(
    world: World,
    puller: Program,
    happens: Callable[[World, PostedDocument], None],
    stored: tuple[str, Decimal, list[Decimal]],
) -> None:
    invoice = world.add_invoice(1)
    document = enter(world, puller)

    def go_on() -> None:
        happens(world, document)
        pull_later(world, puller)

    slow = world.program(gate=WatchedGate(before={"records.write": go_on}))
    answer = link(slow)
    assert as_stored(world, invoice) == stored
    assert answer == world.records.only(invoice.id)
    pull_later(world, puller)
    assert as_stored(world, invoice) == stored
    slow.close()


def test_a_look_that_failed_comes_with_the_next_pull(world: World) -> None:
    unavailable = ServiceUnavailableError("No.", service="QuickBooks")

    def fail_once(_: int, what: str) -> Disturbance | None:
        is_look = what == "records.add_payments" and gate.calls.count(what) == 1
        return Disturbance(unavailable, is_after=False) if is_look else None

    gate = Gate(disturb=fail_once)
    program = world.program(gate=gate)
    program.pull.run()
    world.clock.advance(hours=1)
    invoice = world.add_invoice(1)
    pay(world, enter(world, program))
    entered = world.clock.now()
    pull_later(world, program)
    assert link(program).state is PostingState.POSTED
    assert as_stored(world, invoice) == ("Part paid", Decimal(70), [])
    assert program.journal.watermark(examples.REALM) == entered
    pull_later(world, program)
    assert as_stored(world, invoice) == ("Part paid", Decimal(70), [Decimal(50)])
    program.close()


def test_what_is_found_before_a_push_has_its_payments_for_a_few_calls(world: World) -> None:
    """The CRM was restored; how often QuickBooks is asked does not follow what is found."""
    asked: list[list[str]] = []
    for count in (3, 9):
        program = world.program()
        for number in range(len(world.invoices.stored) + 1, count + 1):
            world.add_invoice(number)
        program.push_all()
        program.pull.run()
        world.records.drop_all()
        world.clock.advance(hours=1)
        for invoice_id in list(world.invoices.stored):
            pay(world, world.ledger.standing(invoice_id)[0], "0.37")
        pull_later(world, program)
        before = program.journal.watermark(examples.REALM)
        world.ledger.calls.clear()
        program.push_all()
        asked.append([call for call in world.ledger.calls if call in {"documents", "payments"}])
        assert program.journal.watermark(examples.REALM) == before
        for invoice in world.invoices.stored.values():
            _, balance, payments = as_stored(world, invoice)
            assert payments
            assert set(payments) == {Decimal("0.37")}
            total = world.records.only(invoice.id).total
            assert total is not None
            assert balance == total - sum(payments)
        program.close()
    assert asked == [["documents", "payments"]] * 2


def test_a_push_that_finds_nothing_looks_at_nothing_again(world: World) -> None:
    gate = Gate()
    program = world.program(gate=gate)
    world.add_invoice(1)
    program.push_all()
    used: set[Any] = set(gate.calls)
    assert not used & {"quickbooks.documents", "records.add_payments", "journal.set_watermark"}
    program.close()


def test_what_was_taken_for_gone_stands_again_with_its_payments(
    world: World, puller: Program
) -> None:
    invoice = world.add_invoice(1)
    puller.push_all()
    (document,) = world.ledger.standing(invoice.id)
    pay(world, document)
    pull_later(world, puller)
    world.ledger.delete(document)
    pull_later(world, puller)
    assert as_stored(world, invoice) == ("Missing", Decimal(0), [])
    world.ledger.edit(document, is_deleted=False)
    (row,) = puller.rows()
    with pytest.raises(RequestRejectedError, match="stands in QuickBooks"):
        puller.push_again.run(row)
    assert as_stored(world, invoice) == ("Part paid", Decimal(70), [Decimal(50)])
