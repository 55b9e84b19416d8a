"""Checking and listing: fresh data, findings instead of failures, few calls."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.errors import (
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    StaleRecordError,
)
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.invoice import Routing
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.quickbooks_lists import QuickBooksCustomer
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.invoice_details import InvoiceDetails
from psaqb_desktop.services.link_records import LinkRecords
from psaqb_desktop.services.list_invoices import ListInvoices
from psaqb_desktop.services.push_again import PushAgain
from tests.fakes import examples
from tests.fakes.gate import Gate, WatchedGate
from tests.fakes.office import Program, World


def lister(world: World, name: str = "list") -> ListInvoices:
    return ListInvoices(
        invoices=world.invoices,
        connections=world.connections,
        records=world.records,
        cache=SqliteInvoiceCache(world.folder / f"{name}.sqlite3"),
        clock=world.clock,
    )


def causes(checked: Checked) -> list[Cause]:
    return [f.cause for f in checked.findings]


def test_a_check_reads_the_invoices_afresh(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    rows = program.rows()
    world.invoices.stored[invoice.id] = replace(invoice, email="new@example.test")
    (checked,) = program.check.run(rows)
    assert checked.draft is not None
    assert checked.draft.email == "new@example.test"


def test_an_invoice_that_is_gone_is_a_finding(world: World, program: Program) -> None:
    world.add_invoice(1)
    rows = program.rows()
    world.invoices.stored.clear()
    (checked,) = program.check.run(rows)
    assert causes(checked) == [Cause.NOTHING_TO_POST]
    assert not checked.is_ready


def test_an_invoice_without_a_company_keeps_its_finding(world: World, program: Program) -> None:
    world.add_invoice(1, routing=Routing())
    (checked,) = program.check.run(program.rows())
    assert causes(checked) == [Cause.NO_ROUTE]


def test_a_company_out_of_reach_is_a_finding_of_its_invoices_only(world: World) -> None:
    other = world.add_company("DE01")
    program = world.program()
    world.add_invoice(1)
    abroad = world.add_invoice(2, routing=Routing(owning_company=other.entity))
    world.gateway.closed.add(examples.REALM)
    found = {c.invoice.id: c for c in program.check.run(program.rows())}
    assert found.pop(abroad.id).is_ready
    (checked,) = found.values()
    assert causes(checked) == [Cause.NOT_CONNECTED]
    program.close()


def test_a_rate_that_cannot_be_asked_for_is_a_finding(world: World, program: Program) -> None:
    abroad = QuickBooksCustomer(examples.qid(501), "Fabrikam", "EUR")
    world.ledger.company_lists = examples.company(customers=(abroad,))
    invoice = world.add_invoice(1, currency="EUR")
    world.add_invoice(2)
    world.ledger.rate_error = ServiceUnavailableError("No.", service="QuickBooks")
    first, second = program.check.run(program.rows())
    assert causes(first) == [Cause.NOT_CONNECTED]
    assert causes(second) == [Cause.CURRENCY_MISMATCH]
    world.ledger.rate_error = None
    assert causes(program.check.run(program.rows())[0]) == [Cause.NO_EXCHANGE_RATE]
    world.ledger.rates["EUR", date(2026, 8, 31)] = Decimal("0.86")
    (ready,) = program.ready(invoice.id)
    assert ready.draft is not None
    assert ready.draft.exchange_rate == Decimal("0.86")
    world.ledger.rates.clear()
    assert program.ready(invoice.id)[0].draft == ready.draft


def test_signing_in_to_the_crm_is_not_swallowed(world: World) -> None:
    world.add_invoice(1)

    def signed_out() -> None:
        raise SignInNeededError("Sign in.", service="CRM")

    program = world.program(gate=WatchedGate(before={"links.links": signed_out}))
    with pytest.raises(SignInNeededError):
        program.check.run(program.rows())
    program.close()


def test_a_mapping_that_cannot_be_read_is_a_finding(world: World, program: Program) -> None:
    connection = world.connections.connection(examples.CONNECTION)
    world.connections.save(replace(connection, mapping_text='{"colour": "red"}'))
    world.add_invoice(1)
    (checked,) = program.check.run(program.rows())
    assert causes(checked) == [Cause.MAPPING_INVALID]
    assert "colour" in checked.findings[0].message


def test_a_company_that_is_not_connected_is_a_finding(world: World, program: Program) -> None:
    world.connections.mark_sign_in_needed(world.connections.connection(examples.CONNECTION))
    world.add_invoice(1)
    (checked,) = program.check.run(program.rows())
    assert causes(checked) == [Cause.NOT_CONNECTED]


def test_lists_are_read_once_and_not_kept_for_long(world: World, program: Program) -> None:
    for n in range(1, 401):
        world.add_invoice(n)
    told: list[Checked] = []
    assert len(program.check.run(program.rows(), on_checked=told.append)) == 400
    assert len(told) == 400
    assert program.gate.calls.count("quickbooks.lists") == 1
    assert program.gate.calls.count("invoices.lines") == 2
    world.clock.advance(minutes=6)
    program.check.run(program.rows())
    assert program.gate.calls.count("quickbooks.lists") == 2


def test_a_cancelled_check_returns_what_it_has(world: World, program: Program) -> None:
    for n in range(1, 401):
        world.add_invoice(n)
    cancellation = Cancellation()
    checked = program.check.run(
        program.rows(), cancellation=cancellation, on_checked=lambda _: cancellation.cancel()
    )
    assert len(checked) == 200


def test_a_check_of_many_reads_several_parts_at_once_and_keeps_their_order(world: World) -> None:
    for n in range(1, 601):
        world.add_invoice(n)
    together = threading.Barrier(3)

    def meet(_: int, call: str) -> None:
        if call == "invoices.lines":
            together.wait(timeout=20)

    program = world.program(gate=Gate(disturb=meet))
    rows = program.rows()
    checked = program.check.run(rows)
    assert [one.invoice.id for one in checked] == [row.invoice.id for row in rows]
    assert all(one.draft and one.draft.lines for one in checked)
    assert program.gate.calls.count("invoices.lines") == 3
    program.close()


def test_the_books_of_several_companies_are_read_at_once(world: World) -> None:
    others = [world.add_company(code) for code in ("DE01", "DE02")]
    world.add_invoice(1)
    for n, company in enumerate(others, start=2):
        world.add_invoice(n, routing=Routing(owning_company=company.entity))
    together = threading.Barrier(3)

    def meet(_: int, call: str) -> None:
        if call == "quickbooks.lists":
            together.wait(timeout=20)

    program = world.program(gate=Gate(disturb=meet))
    checked = program.check.run(program.rows())
    assert len({one.connection.id for one in checked if one.connection}) == 3
    assert program.gate.calls.count("quickbooks.lists") == 3
    program.close()


def test_the_list_joins_and_is_kept(world: World, program: Program) -> None:
    listing = lister(world)
    assert listing.from_cache() is None
    invoices = [world.add_invoice(n) for n in range(1, 6)]
    program.push_all(invoices[0].id)
    listed = listing.run()
    assert len(listed.rows) == 5
    posted = next(r for r in listed.rows if r.invoice.id == invoices[0].id)
    assert posted.status is RowStatus.POSTED
    assert posted.connection is not None
    assert listed.is_set_up
    again = listing.from_cache()
    assert again is not None
    assert again.is_from_cache
    assert again.rows == listed.rows


def test_the_newest_change_is_listed_first(world: World) -> None:
    for number, day in ((1, 2), (2, 9), (3, 5)):
        world.add_invoice(number, modified_on=datetime(2026, 9, day, tzinfo=UTC))
    rows = lister(world).run().rows
    assert [row.invoice.number for row in rows] == ["PSA-00002", "PSA-00003", "PSA-00001"]


def test_a_crm_without_tables_is_listed_all_the_same(world: World) -> None:
    world.add_invoice(1)
    world.connections.is_set_up = False
    listed = lister(world).run()
    assert not listed.is_set_up
    assert [r.status for r in listed.rows] == [RowStatus.NOT_CHECKED]


def test_a_posted_invoice_stays_with_its_company_and_a_failed_one_moves(world: World) -> None:
    other = world.add_company("DE01")
    program = world.program()
    posted, failed = world.add_invoice(1), world.add_invoice(2)
    world.ledger.refusals[failed.id] = "6000"
    program.push_all()
    for invoice in (posted, failed):
        moved = replace(invoice, routing=Routing(owning_company=other.entity))
        world.invoices.stored[invoice.id] = moved
    rows = {r.invoice.id: r for r in program.rows()}
    assert rows[posted.id].connection == world.connections.connection(examples.CONNECTION)
    assert rows[failed.id].connection == world.connections.connection(other.connection.id)
    program.push_all()
    assert len(other.ledger.standing(failed.id)) == 1
    assert world.ledger.all_of(failed.id) == []
    assert {r.invoice.id: r.status for r in program.rows()} == {
        posted.id: RowStatus.POSTED,
        failed.id: RowStatus.POSTED,
    }
    program.close()


def test_leaving_out_needs_a_reason_and_can_be_taken_back(world: World, program: Program) -> None:
    world.add_invoice(1)
    (row,) = program.rows()
    with pytest.raises(RequestRejectedError, match="reason"):
        program.leave_out.run(row, "  ")
    program.leave_out.run(row, " paid in cash ")
    (row,) = program.rows()
    assert row.status is RowStatus.LEFT_OUT
    assert row.record is not None
    assert row.record.reason_left_out == "paid in cash"
    assert not row.is_to_post
    assert program.leave_out.take_back(row).state is PostingState.NOT_POSTED
    assert program.rows()[0].is_to_post
    with pytest.raises(StaleRecordError):
        program.leave_out.take_back(row)


def test_what_is_posted_or_has_no_company_cannot_be_left_out(
    world: World, program: Program
) -> None:
    world.add_invoice(1)
    (row,) = program.rows()
    program.push_all()
    with pytest.raises(StaleRecordError):
        program.leave_out.run(row, "late")
    with pytest.raises(RequestRejectedError):
        program.leave_out.run(replace(row, connection=None), "late")


def test_a_voided_invoice_can_be_put_back_and_gets_a_new_request_id(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.warns_of_duplicates = False
    program.push_all()
    again = PushAgain(
        connections=world.connections,
        companies=world.gateway,
        records=world.records,
        clock=world.clock,
    )
    with pytest.raises(RequestRejectedError):
        again.run(program.rows()[0])
    world.ledger.void(world.ledger.standing(invoice.id)[0])
    program.pull.run()
    again.run(program.rows()[0])
    (row,) = program.rows()
    assert row.is_to_post
    program.push_all()
    assert [p.request_id[-3:] for p in world.ledger.posts] == ["-g1", "-g2"]
    assert len(world.ledger.standing(invoice.id)) == 1


def test_details_tell_lines_payments_history_and_where_to_look(
    world: World, program: Program
) -> None:
    invoice = world.add_invoice(1)
    details = InvoiceDetails(
        invoices=world.invoices,
        records=world.records,
        journal=program.journal,
        companies=world.gateway,
    )
    before = details.run(program.rows()[0])
    assert (len(before.lines), before.payments, before.quickbooks_address) == (1, (), "")
    program.push_all()
    identifier = world.ledger.standing(invoice.id)[0].id
    world.ledger.receive({identifier: "20.00"}, day=date(2026, 9, 20))
    program.pull.run()
    after = details.run(program.rows()[0])
    assert len(after.payments) == 1
    assert [e.step.value for e in after.history][-1] == "recorded"
    assert after.quickbooks_address.endswith(f"/Invoice/{identifier}")


def test_what_wants_a_link_is_counted_suggested_and_remembered(
    world: World, program: Program
) -> None:
    world.links.stored.clear()
    for n in (1, 2, 3):
        world.add_invoice(n)
    linking = LinkRecords(
        check=program.check,
        books=program.books,
        links=world.links,
        clock=world.clock,
        confirmed_by=lambda: "Ada",
    )
    connection = world.connections.connection(examples.CONNECTION)
    wishes = linking.wishes(connection, program.rows())
    assert {(w.kind, w.invoices_waiting) for w in wishes} == {
        (LinkKind.CUSTOMER, 3),
        (LinkKind.ROLE, 3),
    }
    customer = next(w for w in wishes if w.kind is LinkKind.CUSTOMER)
    assert customer.is_certain
    assert customer.crm_currency == "GBP"
    role = next(w for w in wishes if w.kind is LinkKind.ROLE)
    items = linking.candidates(connection, LinkKind.ROLE)
    assert [c.name for c in items] == ["Services", "Shipping"]
    linking.confirm(connection, [(customer, customer.suggestions[0].candidate), (role, items[0])])
    assert linking.wishes(connection, program.rows()) == ()
    stored = linking.links(connection)
    assert {(s.confirmed_by, s.quickbooks_id) for s in stored} == {
        ("Ada", QuickBooksId("501")),
        ("Ada", QuickBooksId("601")),
    }
    linking.remove(connection, stored)
    assert len(linking.wishes(connection, program.rows())) == 2
