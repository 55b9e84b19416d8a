"""States derived: of documents, connections and rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import ConnectionStatus
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.findings import Cause, blocker
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.push import NEXT_STEPS, PostedDocument, PushStep
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord
from psaqb_desktop.domain.texts import invoice_key, key_note
from tests.fakes import examples
from tests.fakes.examples import crm_id, qid

NOW = datetime(2026, 9, 14, tzinfo=UTC)


def document(total: str, balance: str, **changes: Any) -> PostedDocument:
    return PostedDocument(
        DocumentType.INVOICE,
        qid(1),
        "N",
        "0",
        qid(2),
        "EUR",
        date(2026, 9, 1),
        Decimal(total),
        Decimal(0),
        Decimal(balance),
        **changes,
    )


@pytest.mark.parametrize(
    ("one", "status", "paid"),
    [
        (document("100", "100"), QuickBooksStatus.OPEN, "0"),
        (document("100", "40"), QuickBooksStatus.PART_PAID, "60"),
        (document("100", "0"), QuickBooksStatus.PAID, "100"),
        (document("0", "0"), QuickBooksStatus.PAID, "0"),
        (document("0", "0", is_voided=True), QuickBooksStatus.VOIDED, "0"),
        (document("100", "0", is_deleted=True), QuickBooksStatus.MISSING, "0"),
        (document("0", "0", is_voided=True, is_deleted=True), QuickBooksStatus.MISSING, "0"),
    ],
)
def test_a_document_has_the_status_of_its_amounts(
    one: PostedDocument, status: QuickBooksStatus, paid: str
) -> None:
    assert one.status is status
    assert one.paid == Decimal(paid)


def test_a_credit_memos_amounts_lessen_and_are_kept_as_quickbooks_tells_them() -> None:
    record = SyncRecord(crm_id("s"), examples.invoice_id(1), examples.CONNECTION, examples.REALM)
    assert record.signed(None) is None
    assert record.signed(Decimal(40)) == 40
    memo = replace(document("100", "40"), type=DocumentType.CREDIT_MEMO)
    credit = record.posted(memo)
    assert credit.balance == 40
    assert [credit.signed(each) for each in (credit.total, credit.paid)] == [-100, -60]
    assert str(credit.signed(Decimal(0))) == "0", "no sheet shows -0"


def test_a_record_takes_over_what_quickbooks_holds() -> None:
    record = SyncRecord(
        crm_id("s"), examples.invoice_id(1), examples.CONNECTION, examples.REALM, version="7"
    )
    posted = record.posted(document("100", "40"))
    assert (posted.total, posted.balance, posted.paid) == (Decimal(100), Decimal(40), Decimal(60))
    assert (posted.version, posted.state) == ("7", PostingState.NOT_POSTED)


def test_steps_only_move_forward_and_end() -> None:
    assert NEXT_STEPS.keys() == set(PushStep)
    ends = {step for step, nexts in NEXT_STEPS.items() if not nexts}
    assert ends == {PushStep.RECORDED, PushStep.ABANDONED}
    order = list(PushStep)
    for step, nexts in NEXT_STEPS.items():
        assert all(order.index(after) >= order.index(step) for after in nexts)
    after_sending = {PushStep.SENT, PushStep.CONFIRMED, PushStep.REJECTED}
    assert not any(PushStep.ABANDONED in NEXT_STEPS[step] for step in after_sending)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"has_refresh_token": False}, ConnectionStatus.NOT_CONNECTED),
        ({"realm_id": ""}, ConnectionStatus.NOT_CONNECTED),
        ({"needs_sign_in": True}, ConnectionStatus.RECONNECT),
        ({}, ConnectionStatus.CONNECTED),
        ({"refresh_token_expires": NOW + timedelta(days=15)}, ConnectionStatus.CONNECTED),
        ({"refresh_token_expires": NOW + timedelta(days=14)}, ConnectionStatus.EXPIRING),
        ({"refresh_token_expires": NOW - timedelta(seconds=1)}, ConnectionStatus.RECONNECT),
        (
            {
                "refresh_token_expires": NOW + timedelta(days=90),
                "refresh_token_hard_expires": NOW + timedelta(days=3),
            },
            ConnectionStatus.EXPIRING,
        ),
    ],
)
def test_a_connection_tells_how_it_stands(
    changes: dict[str, Any], status: ConnectionStatus
) -> None:
    assert examples.connection(**changes).status(NOW) is status


def test_secrets_do_not_show() -> None:
    shown = repr(Credentials("geheim", "geheim")) + repr(
        TokenAnswer("geheim", "geheim", NOW, NOW, NOW)
    )
    assert "geheim" not in shown


def row(state: PostingState | None = None, **changes: Any) -> ListedInvoice:
    invoice = examples.invoice(1, examples.line("1"))
    record = None
    if state is not None:
        record = SyncRecord(
            crm_id("s"), invoice.id, examples.CONNECTION, examples.REALM, state=state
        )
    return ListedInvoice(invoice, examples.connection(), record, **changes)


FINDING = blocker(Cause.REFUSED, "No.", "Try.")
ONE = examples.invoice(1)
READY = Checked(ONE, None, examples.draft(), ())
STOPPED = Checked(ONE, None, None, (FINDING,))


@pytest.mark.parametrize(
    ("one", "status", "is_to_post"),
    [
        (row(), RowStatus.NOT_CHECKED, True),
        (row(route_finding=FINDING), RowStatus.NOT_READY, True),
        (row(checked=READY), RowStatus.READY, True),
        (row(checked=STOPPED), RowStatus.NOT_READY, True),
        (row(PostingState.FAILED), RowStatus.FAILED, True),
        (row(PostingState.FAILED, checked=READY), RowStatus.READY, True),
        (row(PostingState.CLAIMED, checked=READY), RowStatus.CHECKING, False),
        (row(PostingState.UNKNOWN), RowStatus.CHECKING, False),
        (row(PostingState.POSTED), RowStatus.POSTED, False),
        (row(PostingState.POSTED_REVIEW), RowStatus.POSTED_REVIEW, False),
        (row(PostingState.LEFT_OUT), RowStatus.LEFT_OUT, False),
    ],
)
def test_a_row_has_one_word(one: ListedInvoice, status: RowStatus, *, is_to_post: bool) -> None:
    assert one.status is status
    assert one.is_to_post is is_to_post


def test_a_row_tells_what_the_record_says_until_it_is_checked_again() -> None:
    failed = row(PostingState.FAILED)
    assert failed.record is not None
    record = replace(failed.record, finding="Period closed.", finding_cause="Period closed")
    (finding,) = replace(failed, record=record).findings
    assert (finding.cause, finding.message) == (Cause.PERIOD_CLOSED, "Period closed.")
    odd = replace(record, finding_cause="of a later version")
    assert replace(failed, record=odd).findings[0].cause is Cause.REFUSED
    assert replace(failed, record=record, checked=READY).findings == ()
    assert row(route_finding=FINDING, checked=STOPPED).findings == (FINDING, FINDING)


def test_a_blocked_draft_is_not_ready() -> None:
    assert READY.is_ready
    assert not replace(READY, findings=(FINDING,)).is_ready


@pytest.mark.parametrize("length", [0, 10, 3954, 5000])
def test_our_key_is_always_whole_in_the_note(length: int) -> None:
    invoice_id = InvoiceId("7f1c0a52-0d1e-4c55-9b7e-3f3d0f6a2b10")
    note = key_note("x" * length, invoice_id)
    assert note.endswith(invoice_key(invoice_id))
    assert len(note) <= 4000
    assert note == note.strip()
