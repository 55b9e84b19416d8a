"""Push, settle and pull over practice QuickBooks, with each unconfirmed fact turned by itself.

The CRM is a fake, QuickBooks is served: what the use cases make of its answers is what counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from tests.adapters_quickbooks.served_office import Office, lines
from tests.adapters_quickbooks.unconfirmed import OTHERWISE

pytestmark = pytest.mark.parametrize(
    "practice", ["as-believed", *OTHERWISE, "all-otherwise"], indirect=True
)


@pytest.fixture
def office(tmp_path: Path, open_company: Callable[..., Any]) -> Iterator[Office]:
    made = Office(tmp_path, open_company("GBSI"))
    yield made
    made.program.close()


def test_every_switch_is_turned(practice: Any) -> None:
    believed = dataclasses.asdict(QuickBooksOptions())
    assert all(believed[name] != value for name, value in OTHERWISE.items())
    text = (Path(__file__).parents[1] / "practice_quickbooks/BEHAVIOURS.md").read_text("utf-8")
    unconfirmed = text.split("## What nobody could confirm")[1]
    for name in OTHERWISE:
        assert f"| {name} |" in unconfirmed
    assert unconfirmed.count("| test_") == len(OTHERWISE)
    assert dataclasses.asdict(practice.options).keys() >= OTHERWISE.keys()


def test_an_invoice_from_the_push_to_its_last_payment(office: Office) -> None:
    first = office.world.add_invoice(1, *lines("100.00", "250.40"))
    second = office.world.add_invoice(2, *lines("20.00"))
    assert office.push() == dict.fromkeys([first.number, second.number], PostingState.POSTED)
    assert office.push() == {}
    office.pull()
    assert office.record(first).total == first.total == Decimal("420.48")

    target = str(office.record(first).quickbooks_id)
    customer = office.documents()[0]["CustomerRef"]
    for amount in ("20.48", "400.00"):
        link = {"TxnId": target, "TxnType": "Invoice"}
        office.opened.raw(
            "POST",
            "payment",
            {
                "CustomerRef": customer,
                "TotalAmt": Decimal(amount),
                "Line": [{"Amount": Decimal(amount), "LinkedTxn": [link]}],
            },
        )
        office.pull()
        paid = sum(p.amount for p in office.world.records.payments_of(office.record(first).id))
        assert office.record(first).paid == paid
        assert office.record(first).balance == first.total - paid
    assert office.record(first).quickbooks_status is QuickBooksStatus.PAID
    assert office.record(second).balance == second.total

    body = {"Id": str(office.record(second).quickbooks_id), "SyncToken": "0"}
    office.opened.raw("POST", "invoice?operation=void", body)
    office.pull()
    assert office.record(second).quickbooks_status is QuickBooksStatus.VOIDED


def test_a_lost_answer_makes_no_second_invoice(office: Office) -> None:
    invoice = office.world.add_invoice(1, *lines("100.00"))
    office.practice.fail("drop_after", path="*/invoice", method="POST")
    assert office.push() == {invoice.number: PostingState.POSTED}
    assert len(office.documents()) == 1
    assert office.record(invoice).quickbooks_id == office.documents()[0]["Id"]


def test_a_refusal_is_over_when_its_cause_is(office: Office) -> None:
    invoice = office.world.add_invoice(1, *lines("100.00"))
    assert office.push(closed="2026-12-31") == {invoice.number: PostingState.FAILED}
    assert office.record(invoice).finding_cause == Cause.PERIOD_CLOSED.value
    office.settings(book_close_date="")
    assert office.push() == {invoice.number: PostingState.POSTED}
    assert len(office.documents()) == 1


def test_a_refused_invoice_is_corrected_and_goes_out_once(office: Office) -> None:
    invoice = office.world.add_invoice(1, *lines("100.00"))
    assert office.push(closed="2026-08-31") == {invoice.number: PostingState.FAILED}
    corrected = replace(invoice, invoice_date=invoice.due_date, version='W/"2"')
    office.world.invoices.add(corrected, *lines("100.00"))
    assert office.push() == {invoice.number: PostingState.POSTED}
    (document,) = office.documents()
    assert document["TxnDate"] == "2026-09-30"


def test_a_negative_line_is_posted_or_refused_in_plain_words(office: Office) -> None:
    invoice = office.world.add_invoice(1, *lines("100.00", "-10.00"))
    allowed = office.practice.options.allows_negative_lines
    wanted = PostingState.POSTED if allowed else PostingState.FAILED
    assert office.push() == {invoice.number: wanted}
    assert len(office.documents()) == int(allowed)
    if not allowed:
        assert "negative amount" in office.record(invoice).finding


def test_a_long_custom_field_is_cut_to_what_every_company_takes(office: Office) -> None:
    invoice = office.world.add_invoice(1, *lines("100.00"), name="A project with a very long name")
    assert office.push() == {invoice.number: PostingState.POSTED}
    (document,) = office.documents()
    assert document["CustomField"][0]["StringValue"] == "PSA-00001 of A project with a v"


def test_too_many_calls_are_waited_for(office: Office) -> None:
    for number in range(1, 4):
        office.world.add_invoice(number, *lines("100.00"))
    office.practice.tell("options", limits_enabled=True, limit_factor=Decimal("0.3"))
    states = office.push()
    assert set(states.values()) == {PostingState.POSTED}
    office.practice.tell("options", limits_enabled=False)
    assert len(office.documents()) == 3
