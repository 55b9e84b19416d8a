"""A pull while invoices are being posted: no change of theirs is passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import InvoiceId, sync_record_id
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.domain.texts import invoice_key
from tests.fakes import examples
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Program, World

DAY = date(2026, 9, 20)


def pay_fifty(world: World, document: PostedDocument) -> None:
    world.ledger.receive({document.id: "50.00"}, day=DAY)


def delete(world: World, document: PostedDocument) -> None:
    world.ledger.delete(document)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("happens", "status", "balance"),
    [(pay_fifty, QuickBooksStatus.PART_PAID, 70), (delete, QuickBooksStatus.MISSING, 0)],
)
def test_what_happens_between_posting_and_recording_comes_with_a_later_pull(
    world: World,
    happens: Callable[[World, PostedDocument], None],
    status: QuickBooksStatus,
    balance: int,
    *,
    full: bool,
) -> None:
    """QuickBooks answered the push before; its answer is recorded after a pull has looked."""
    puller = world.program()
    puller.pull.run()
    world.clock.advance(hours=1)
    invoice = world.add_invoice(1)

    def work_and_pull() -> None:
        (document,) = world.ledger.standing(invoice.id)
        happens(world, document)
        world.clock.advance(minutes=10)  # further than the overlap reaches
        (summary,) = puller.pull.run(full=full)
        assert summary.error == ""
        changed = world.ledger.all_of(invoice.id)[0].last_updated
        assert summary.watermark is not None
        assert changed is not None
        assert summary.watermark <= changed

    pusher = world.program(gate=WatchedGate(after={"quickbooks.post": work_and_pull}))
    pusher.push_all()
    assert world.records.only(invoice.id).quickbooks_status is QuickBooksStatus.OPEN
    world.clock.advance(minutes=10)
    (summary,) = puller.pull.run()
    assert (summary.error, summary.documents_changed) == ("", 1)
    record = world.records.only(invoice.id)
    assert (record.quickbooks_status, record.balance) == (status, Decimal(balance))
    assert summary.watermark == world.clock.now()
    puller.close()
    pusher.close()


def test_documents_of_a_copy_of_the_crm_hold_nothing_up(world: World, program: Program) -> None:
    """They carry keys of ours, but no push of theirs is under way here."""
    invoice = world.add_invoice(1)
    program.push_all()
    program.pull.run()
    world.clock.advance(hours=1)
    (document,) = world.ledger.standing(invoice.id)
    foreign = invoice_key(InvoiceId("99999999-0000-4000-8000-000000000001"))
    world.ledger.enter_by_hand(replace(document, id=examples.qid(700), private_note=foreign))
    world.ledger.enter_by_hand(replace(document, id=examples.qid(701)))
    world.clock.advance(hours=1)
    (summary,) = program.pull.run()
    assert summary.watermark == world.clock.now()
    assert world.records.only(invoice.id).state is PostingState.POSTED


def test_a_deletion_of_somebody_elses_document_holds_up_only_while_something_is_posted(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    program.pull.run()
    world.clock.advance(hours=1)
    (document,) = world.ledger.standing(invoice.id)
    world.ledger.enter_by_hand(replace(document, id=examples.qid(700), private_note="by hand"))
    world.ledger.delete(replace(document, id=examples.qid(700)))
    deleted = world.clock.now()
    world.clock.advance(hours=1)
    other = world.add_invoice(2)
    world.ledger.loses_answer_of.add(other.id)
    world.ledger.find_error = ServiceUnavailableError("No.", service="QuickBooks")
    program.push_all()
    assert world.records.only(other.id).state is PostingState.UNKNOWN
    assert program.pull.run()[0].watermark == deleted
    world.ledger.find_error = None
    program.settle_all()
    assert program.pull.run()[0].watermark == world.clock.now()


def half_paid_and_paid_on(world: World) -> tuple[Program, Invoice, Callable[[], None]]:
    """Post and pull an invoice, pay a part; return what pays more and pulls on this desktop."""
    first = world.program()
    invoice = world.add_invoice(1)
    first.push_all()
    first.pull.run()
    world.clock.advance(hours=1)
    (document,) = world.ledger.standing(invoice.id)
    pay_fifty(world, document)

    def pay_more_and_pull() -> None:
        pay_fifty(world, document)
        first.pull.run()

    return first, invoice, pay_more_and_pull


def test_a_look_that_is_older_than_the_record_changes_nothing(world: World) -> None:
    """Another desktop has pulled a later state between this one's question and its reading."""
    first, invoice, pay_more_and_pull = half_paid_and_paid_on(world)
    slow = world.program(gate=WatchedGate(after={"quickbooks.changes": pay_more_and_pull}))
    (summary,) = slow.pull.run()
    assert (summary.documents_changed, summary.payments_written) == (0, 0)
    record = world.records.only(invoice.id)
    assert record.balance == Decimal(20)
    assert len(world.records.payments_of(record.id)) == 2
    first.close()
    slow.close()


def test_a_record_at_another_company_does_not_hide_the_one_that_was_written_meanwhile(
    world: World,
) -> None:
    """The invoice was begun at another company too, and that record has got further."""
    first = world.program()
    invoice = world.add_invoice(1)
    first.push_all()
    first.pull.run()
    world.clock.advance(hours=1)
    record = world.records.only(invoice.id)
    elsewhere = world.add_company("DEMF").connection.realm_id
    world.records.put(
        replace(
            record,
            id=sync_record_id(invoice.id, elsewhere),
            realm_id=elsewhere,
            state=PostingState.CLAIMED,
        )
    )
    (document,) = world.ledger.standing(invoice.id)
    pay_fifty(world, document)

    def write() -> None:
        known = world.records.of_id(record.id)
        assert known is not None
        world.records.put(replace(known, accepted_by="Ada"))

    slow = world.program(gate=WatchedGate(before={"records.write": write}))
    slow.pull.run()
    now = world.records.of_id(record.id)
    assert now is not None
    assert (now.balance, now.accepted_by) == (Decimal(70), "Ada")
    first.close()
    slow.close()


def test_an_older_look_that_comes_to_writing_late_leaves_the_later_payments(world: World) -> None:
    """Another desktop pulls a second payment between this one's reading and its writing."""
    first, invoice, pay_more_and_pull = half_paid_and_paid_on(world)
    slow = world.program(gate=WatchedGate(before={"records.write": pay_more_and_pull}))
    (summary,) = slow.pull.run()
    assert summary.error == ""
    record = world.records.only(invoice.id)
    assert record.balance == Decimal(20)
    assert sum(p.amount for p in world.records.payments_of(record.id)) == Decimal(100)
    first.close()
    slow.close()


@pytest.mark.parametrize("kinds", [{"Invoice"}, {"Payment"}])
def test_a_deletion_that_is_not_told_comes_with_a_later_pull(world: World, kinds: set[str]) -> None:
    """Its document was posted, not yet recorded, and change data capture cut its answer off."""
    puller = world.program()
    world.add_invoice(1)
    puller.push_all()
    puller.pull.run()
    world.clock.advance(hours=1)
    invoice = world.add_invoice(2)
    before = puller.journal.watermark(examples.REALM)

    def delete_and_pull() -> None:
        (document,) = world.ledger.standing(invoice.id)
        world.clock.advance(minutes=10)
        world.ledger.delete(document)
        deleted = world.clock.now()
        world.clock.advance(minutes=10)  # further than the overlap reaches
        world.ledger.cut_off = kinds
        (summary,) = puller.pull.run()
        world.ledger.cut_off = set()
        assert summary.error == ""
        assert summary.watermark == (before if "Invoice" in kinds else deleted)

    pusher = world.program(gate=WatchedGate(after={"quickbooks.post": delete_and_pull}))
    pusher.push_all()
    assert world.records.only(invoice.id).quickbooks_status is QuickBooksStatus.OPEN
    world.clock.advance(minutes=10)
    (summary,) = puller.pull.run()
    assert (summary.error, summary.missing) == ("", 1)
    assert world.records.only(invoice.id).quickbooks_status is QuickBooksStatus.MISSING
    assert summary.watermark == world.clock.now()
    puller.close()
    pusher.close()
