from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.findings import Cause, Severity
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.posted_changes import with_review
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord
from tests.fakes import examples

DOCUMENT = PostedDocument(
    type=DocumentType.INVOICE,
    id=examples.qid(101),
    number="PSA-00001",
    sync_token="1",
    customer_id=examples.qid(501),
    currency="GBP",
    txn_date=date(2026, 8, 31),
    total=Decimal("1120.00"),
    tax=Decimal("20.00"),
    balance=Decimal("1120.00"),
)
RECORD = replace(
    SyncRecord(
        examples.crm_id("s"), examples.invoice_id(1), examples.CONNECTION, examples.REALM
    ).posted(DOCUMENT),
    state=PostingState.POSTED,
)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total": Decimal("1220.00")}, "total 1,120.00 GBP → 1,220.00 GBP."),
        ({"currency": "EUR"}, "total 1,120.00 GBP → 1,120.00 EUR."),
        ({"tax": Decimal("19.99")}, "tax 20.00 → 19.99."),
        ({"customer_id": examples.qid(502)}, "customer 501 → 502."),
        ({"txn_date": date(2026, 9, 1)}, "date 2026-08-31 → 2026-09-01."),
    ],
)
def test_what_a_person_changed_is_named_once(changes: dict[str, object], words: str) -> None:
    edited = replace(DOCUMENT, sync_token="2", **changes)  # type: ignore[arg-type]
    review = with_review(RECORD, edited)
    assert review.state is PostingState.POSTED_REVIEW
    assert review.finding_cause == Cause.CHANGED_IN_QUICKBOOKS.value
    assert review.finding.endswith(words)
    assert with_review(review, edited) == review


@pytest.mark.parametrize(
    "changes",
    [
        {"balance": Decimal(0), "payment_ids": (examples.qid(900),)},
        {"total": Decimal("1120.0000"), "number": "another"},
        {"total": Decimal(0), "tax": Decimal(0), "balance": Decimal(0), "is_voided": True},
        {"total": Decimal(0), "tax": Decimal(0), "balance": Decimal(0), "is_deleted": True},
    ],
)
def test_payments_voids_and_deletions_are_no_such_change(changes: dict[str, object]) -> None:
    fresh = with_review(RECORD, replace(DOCUMENT, **changes))  # type: ignore[arg-type]
    assert (fresh.state, fresh.finding) == (PostingState.POSTED, "")


def test_records_of_before_customers_and_dates_were_kept_are_not_compared_by_them() -> None:
    old = replace(RECORD, customer_id=examples.qid(""), txn_date=None)
    fresh = with_review(old, DOCUMENT)
    assert fresh == RECORD


def test_a_look_that_came_late_is_no_news() -> None:
    """Another desktop has seen a later state meanwhile."""
    known = with_review(RECORD, replace(DOCUMENT, sync_token="2", total=Decimal(5)))
    assert with_review(known, DOCUMENT) == known


def test_an_earlier_review_stands_beside_the_news_and_an_acceptance_ends() -> None:
    open_one = replace(RECORD, state=PostingState.POSTED_REVIEW, finding="A cent more.")
    edited = replace(DOCUMENT, sync_token="2", tax=Decimal(19))
    assert with_review(open_one, edited).finding.endswith("tax 20.00 → 19.00. A cent more.")
    accepted = replace(RECORD, accepted_by="Ada")
    assert with_review(accepted, edited).accepted_by == ""


def test_a_review_is_listed_as_a_warning_whatever_a_check_said() -> None:
    review = with_review(RECORD, replace(DOCUMENT, sync_token="2", total=Decimal(5)))
    invoice = examples.invoice(1)
    for checked in (None, Checked(invoice, None, None, ())):
        (finding,) = ListedInvoice(invoice, None, review, checked).findings
        assert finding.cause is Cause.CHANGED_IN_QUICKBOOKS
        assert finding.severity is Severity.WARNING
        assert "“Accept”" in finding.remedy


def test_a_document_that_stands_again_is_compared_with_what_was_posted() -> None:
    lost = replace(RECORD, quickbooks_status=QuickBooksStatus.MISSING, balance=Decimal(0))
    assert with_review(lost, DOCUMENT) == RECORD
