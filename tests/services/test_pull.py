"""Pulling: payments by allocation, balances, voids, deletions, and a watermark that never lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from psaqb_desktop.domain.errors import RequestRejectedError, ServiceUnavailableError
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId, QuickBooksId, RealmId
from psaqb_desktop.domain.invoice import Invoice, Routing
from psaqb_desktop.domain.pull import AppliedAmount, Payment, PullSummary
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes import examples
from tests.fakes.gate import WatchedGate
from tests.fakes.office import Program, World

DAY = date(2026, 9, 20)


def posted(world: World, program: Program, count: int = 2) -> list[Invoice]:
    """Post invoices of 120, 240, … and pull once, so that there is a watermark."""
    invoices = [world.add_invoice(n) for n in range(1, count + 1)]
    program.push_all()
    pull(program)
    world.ledger.calls.clear()
    world.clock.advance(hours=1)
    return invoices


def pull(program: Program, *, full: bool = False) -> PullSummary:
    (summary,) = program.pull.run(full=full)
    return summary


def record(world: World, invoice: Invoice) -> SyncRecord:
    return world.records.only(invoice.id)


def document(world: World, invoice_id: InvoiceId) -> PostedDocument:
    (found,) = world.ledger.all_of(invoice_id)
    return found


def amounts(world: World, invoice: Invoice) -> list[Decimal]:
    return [p.amount for p in world.records.payments_of(record(world, invoice).id)]


def settled(world: World, invoice: Invoice) -> tuple[str, Decimal | None, Decimal | None]:
    found = record(world, invoice)
    return found.quickbooks_status.value, found.balance, found.paid


def test_one_payment_for_several_invoices_is_split_by_its_lines(
    world: World, program: Program
) -> None:
    first, second = posted(world, program)
    lines = {document(world, first.id).id: "120.00", document(world, second.id).id: "40.00"}
    payment = world.ledger.receive(lines, day=DAY)
    summary = pull(program)
    assert summary.error == ""
    assert (summary.documents_changed, summary.payments_written) == (2, 2)
    assert settled(world, first) == ("Paid", Decimal(0), Decimal(120))
    assert settled(world, second) == ("Part paid", Decimal(200), Decimal(40))
    (allocation,) = world.records.payments_of(record(world, second).id)
    assert allocation.amount == Decimal("40.00")
    assert allocation.payment_id == payment.id
    assert (allocation.payment_date, allocation.currency) == (DAY, "GBP")
    assert (allocation.method, allocation.reference) == ("Transfer", "R1")


def test_part_payments_add_up_and_stay_apart(world: World, program: Program) -> None:
    invoice, _ = posted(world, program)
    identifier = document(world, invoice.id).id
    world.ledger.receive({identifier: "20.00"}, day=DAY)
    pull(program)
    world.ledger.receive({identifier: "30.00"}, day=DAY + timedelta(days=1))
    pull(program)
    assert amounts(world, invoice) == [Decimal("20.00"), Decimal("30.00")]
    assert settled(world, invoice) == ("Part paid", Decimal(70), Decimal(50))


def test_a_payment_with_two_lines_for_one_invoice_counts_both(
    world: World, program: Program
) -> None:
    invoice, _ = posted(world, program)
    identifier = document(world, invoice.id).id
    line = AppliedAmount("Invoice", identifier, Decimal("10.00"))
    elsewhere = AppliedAmount("Invoice", QuickBooksId("102"), Decimal("5.00"))
    payment = Payment(QuickBooksId("900"), DAY, "GBP", None, "", "", (line, line, elsewhere))
    world.ledger.take_payment(payment)
    pull(program)
    assert amounts(world, invoice) == [Decimal("20.00")]


def test_a_credit_applied_through_a_payment_of_nothing_is_an_allocation(
    world: World, program: Program
) -> None:
    """QuickBooks applies a credit memo by a payment of 0.00 whose lines name both."""
    invoice = world.add_invoice(1)
    credit = world.add_invoice(2, examples.line("-25.00", "-5.00"))
    program.push_all()
    pull(program)
    world.clock.advance(hours=1)
    memo, bill = document(world, credit.id), document(world, invoice.id)
    world.ledger.take_payment(
        Payment(
            QuickBooksId("900"),
            DAY,
            "GBP",
            None,
            "",
            "",
            (
                AppliedAmount("Invoice", bill.id, Decimal("30.00")),
                AppliedAmount("CreditMemo", memo.id, Decimal("30.00")),
            ),
        )
    )
    pull(program)
    assert amounts(world, invoice) == [Decimal("30.00")]
    assert amounts(world, credit) == [Decimal("30.00")]
    assert settled(world, invoice) == ("Part paid", Decimal(90), Decimal(30))
    assert settled(world, credit) == ("Paid", Decimal(0), Decimal(30))


@pytest.mark.parametrize("is_seen_on_invoices", [True, False])
def test_a_deleted_payment_opens_the_invoice_again(
    world: World, program: Program, *, is_seen_on_invoices: bool
) -> None:
    invoice, _ = posted(world, program)
    payment = world.ledger.receive({document(world, invoice.id).id: "120.00"}, day=DAY)
    pull(program)
    assert settled(world, invoice)[0] == "Paid"
    world.clock.advance(hours=1)
    pull(program)  # from here on the overlap does not reach back to the payment
    world.clock.advance(hours=1)
    world.ledger.delete_payment(payment, is_seen_on_invoices=is_seen_on_invoices)
    pull(program)
    assert amounts(world, invoice) == []
    assert settled(world, invoice) == ("Open", Decimal(120), Decimal(0))


def test_a_void_is_seen(world: World, program: Program) -> None:
    invoice, _ = posted(world, program)
    world.ledger.void(document(world, invoice.id))
    summary = pull(program)
    assert summary.voided == 1
    assert settled(world, invoice) == ("Voided", Decimal(0), Decimal(0))
    assert record(world, invoice).state is PostingState.POSTED


@pytest.mark.parametrize("full", [True, False])
def test_a_deletion_is_seen_and_takes_its_payments_along(
    world: World, program: Program, *, full: bool
) -> None:
    invoice, _ = posted(world, program)
    world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)
    pull(program)
    world.clock.advance(hours=1)
    world.ledger.delete(document(world, invoice.id))
    summary = pull(program, full=full)
    assert summary.missing == 1
    assert settled(world, invoice) == ("Missing", Decimal(0), Decimal(0))
    assert amounts(world, invoice) == []


def test_a_pull_without_changes_costs_one_call_and_writes_nothing(
    world: World, program: Program
) -> None:
    posted(world, program, 20)
    writes = world.records.write_calls
    summary = pull(program)
    assert world.ledger.calls == ["changes"]
    assert world.records.write_calls == writes
    assert (summary.documents_changed, summary.payments_written) == (0, 0)


def test_documents_that_are_not_ours_are_left_alone(world: World, program: Program) -> None:
    (invoice,) = posted(world, program, 1)
    foreign = replace(document(world, invoice.id), id=QuickBooksId("5"), private_note="by hand")
    world.ledger.enter_by_hand(foreign)
    assert pull(program).documents_changed == 0
    assert len(world.records.records()) == 1


def test_changes_are_asked_for_with_an_overlap(world: World, program: Program) -> None:
    posted(world, program)
    before = program.journal.watermark(examples.REALM)
    assert before is not None
    pull(program)
    assert world.ledger.asked_since[-1] < before
    assert program.journal.watermark(examples.REALM) == world.clock.now()


def _no_changes(world: World, _: Invoice) -> None:
    world.ledger.change_error = ServiceUnavailableError("No.", service="QuickBooks")


def _no_write(world: World, invoice: Invoice) -> None:
    world.records.refusals[invoice.id] = RequestRejectedError("No.", service="CRM")


def _no_crm(world: World, _: Invoice) -> None:
    world.records.fails_after_writes = world.records.write_calls


@pytest.mark.parametrize("fail", [_no_changes, _no_write, _no_crm])
def test_the_watermark_never_moves_past_a_failure(
    world: World, program: Program, fail: Callable[[World, Invoice], None]
) -> None:
    invoice, _ = posted(world, program)
    world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)
    before = program.journal.watermark(examples.REALM)
    fail(world, invoice)
    summary = pull(program)
    assert summary.error
    assert program.journal.watermark(examples.REALM) == before
    world.ledger.change_error = None
    world.records.refusals.clear()
    world.records.fails_after_writes = None
    world.clock.advance(hours=1)
    assert pull(program).error == ""
    assert settled(world, invoice) == ("Part paid", Decimal(100), Decimal(20))
    assert amounts(world, invoice) == [Decimal("20.00")]


def test_payments_that_were_not_written_come_with_the_next_pull(world: World) -> None:
    def fail() -> None:
        raise ServiceUnavailableError("No.", service="CRM")

    program = world.program()
    invoice, _ = posted(world, program)
    program.close()
    world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)
    program = world.program(gate=WatchedGate(before={"records.add_payments": fail}))
    assert pull(program).error
    assert amounts(world, invoice) == []
    world.clock.advance(hours=1)
    assert pull(program).error == ""
    assert amounts(world, invoice) == [Decimal("20.00")]
    program.close()


def test_an_answer_that_was_cut_off_tells_what_was_changed(world: World, program: Program) -> None:
    first, second = posted(world, program)
    for invoice in (first, second):
        world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)
    world.ledger.cut_off = {"Invoice", "CreditMemo", "Payment"}
    assert pull(program).error == ""
    assert settled(world, first) == ("Part paid", Decimal(100), Decimal(20))
    assert settled(world, second) == ("Part paid", Decimal(220), Decimal(20))
    assert amounts(world, second) == [Decimal("20.00")]


def test_after_a_month_of_silence_everything_is_compared(world: World, program: Program) -> None:
    invoice, _ = posted(world, program)
    world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)
    world.clock.advance(days=40)
    assert pull(program).error == ""
    assert settled(world, invoice) == ("Part paid", Decimal(100), Decimal(20))
    assert "documents" in world.ledger.calls


def test_a_full_comparison_needs_no_call_for_each_invoice(world: World, program: Program) -> None:
    posted(world, program, 40)
    pull(program, full=True)
    assert len(world.ledger.calls) <= 4


def test_somebody_elses_write_in_between_is_kept(world: World) -> None:
    program = world.program()
    invoice, _ = posted(world, program)
    program.close()
    world.ledger.receive({document(world, invoice.id).id: "20.00"}, day=DAY)

    def review_meanwhile() -> None:
        world.records.put(
            replace(record(world, invoice), state=PostingState.POSTED_REVIEW, finding="Look.")
        )

    program = world.program(gate=WatchedGate(before={"quickbooks.changes": review_meanwhile}))
    assert pull(program).error == ""
    found = record(world, invoice)
    assert (found.state, found.finding) == (PostingState.POSTED_REVIEW, "Look.")
    assert found.balance == Decimal(100)
    program.close()


def test_a_push_in_between_is_not_overwritten_by_the_old_document(world: World) -> None:
    """Voided, seen by another desktop, and posted anew while this pull was under way."""
    program = world.program()
    world.ledger.warns_of_duplicates = False
    (invoice,) = posted(world, program, 1)
    old = document(world, invoice.id)
    world.ledger.void(old)
    rival = world.program()

    def post_anew() -> None:
        rival.pull.run()
        rival.push_all(invoice.id)

    slow = world.program(gate=WatchedGate(before={"quickbooks.changes": post_anew}))
    pull(slow)
    (new,) = world.ledger.standing(invoice.id)
    found = record(world, invoice)
    assert found.quickbooks_id == new.id
    assert found.quickbooks_status is QuickBooksStatus.OPEN
    for each in (program, rival, slow):
        each.close()


def test_companies_are_pulled_side_by_side_and_fail_alone(world: World) -> None:
    other = world.add_company("DE01")
    program = world.program()
    world.add_invoice(1)
    abroad = world.add_invoice(2, routing=Routing(owning_company=other.entity))
    program.push_all()
    world.ledger.change_error = ServiceUnavailableError("No.", service="QuickBooks")
    other.ledger.receive({other.ledger.standing(abroad.id)[0].id: "240.00"}, day=DAY)
    told: list[PullSummary] = []
    summaries = {s.realm_id: s for s in program.pull.run(on_company=told.append)}
    assert summaries[examples.REALM].error
    assert summaries[other.connection.realm_id].error == ""
    assert settled(world, abroad)[0] == "Paid"
    assert len(told) == 2
    program.close()


def _sign_in_needed(world: World) -> None:
    world.connections.mark_sign_in_needed(world.connections.connection(examples.CONNECTION))


def _disconnected(world: World) -> None:
    world.connections.forget_tokens(examples.CONNECTION)


@pytest.mark.parametrize("lose", [_sign_in_needed, _disconnected])
def test_a_company_that_must_be_connected_again_is_told(
    world: World, program: Program, lose: Callable[[World], None]
) -> None:
    invoice, _ = posted(world, program)
    before = program.journal.watermark(examples.REALM)
    world.ledger.void(document(world, invoice.id))
    lose(world)
    told: list[PullSummary] = []
    (summary,) = program.pull.run(on_company=told.append)
    assert "not connected to QuickBooks any more" in summary.error
    assert f"psaqb connect {examples.connection().legal_entity}" in summary.error
    assert (told, summary.watermark) == ([summary], None)
    assert world.ledger.calls == []
    assert program.journal.watermark(examples.REALM) == before
    world.connections.put(examples.connection(), refresh_token="new", secret="secret")
    assert pull(program).voided == 1


def test_a_connection_that_never_had_a_company_is_passed_over(
    world: World, program: Program
) -> None:
    unbound = examples.connection(
        id=ConnectionId("c0000000-0000-4000-8000-000000000009"),
        name="Planned",
        legal_entity="PL01",
        realm_id=RealmId(""),
    )
    world.connections.put(unbound)
    assert [summary.realm_id for summary in program.pull.run()] == [examples.REALM]


def test_a_cancel_leaves_the_watermark(world: World, program: Program) -> None:
    posted(world, program)
    before = program.journal.watermark(examples.REALM)
    cancellation = Cancellation()
    cancellation.cancel()
    assert program.pull.run(cancellation=cancellation) == ()
    assert program.journal.watermark(examples.REALM) == before


def test_what_was_posted_while_a_pull_was_under_way_is_not_passed_over(world: World) -> None:
    """The pull knew nothing of the invoice when it read the changes: the next one must ask."""
    rival = world.program()
    posted(world, rival, 1)
    late: list[Invoice] = []

    def post_and_pay() -> None:
        late.append(world.add_invoice(5))
        rival.push_all()
        world.ledger.receive({document(world, late[0].id).id: "50.00"}, day=DAY)
        world.clock.advance(minutes=10)

    slow = world.program(gate=WatchedGate(before={"quickbooks.changes": post_and_pay}))
    pull(slow)
    pull(slow)
    assert settled(world, late[0]) == ("Part paid", Decimal(550), Decimal(50))
    rival.close()
    slow.close()
