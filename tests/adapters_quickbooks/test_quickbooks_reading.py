"""Reading back: finding, many documents at once, payments, changes, and where people look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import (
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
    UnreadableAnswerError,
)
from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId, RequestId
from psaqb_desktop.domain.sync_record import QuickBooksStatus
from tests.adapters_quickbooks.quickbooks_hands import delete, in_batches, invoice_bodies, pay, void

FIRST = RequestId("0123456789abcdef0123456789abcdef-g1")
SECOND = RequestId("0123456789abcdef0123456789abcdef-g2")
NOBODY = QuickBooksId("999999")


def test_nothing_is_found_where_nothing_was_posted(british: Any, make_draft: Any) -> None:
    assert british.company.find(make_draft(british.company.lists())) == ()


def test_the_same_number_alone_is_not_it(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    british.company.post(replace(draft, private_note="typed by hand"), FIRST)
    assert british.company.find(draft) == ()


def test_a_document_is_found_though_number_or_date_was_changed(
    british: Any, make_draft: Any
) -> None:
    draft = make_draft(british.company.lists())
    document = british.company.post(draft, FIRST)
    found = british.company.find(replace(draft, number="Other"))
    assert found == (document,)
    found = british.company.find(replace(draft, txn_date=draft.txn_date - timedelta(days=1)))
    assert found == (document,)


def test_a_document_is_found_by_the_time_it_was_made(british: Any, make_draft: Any) -> None:
    """Whatever has been changed since: its date, its number, and even its type."""
    draft = make_draft(british.company.lists())
    before = datetime.now(UTC) - timedelta(minutes=10)
    document = british.company.post(draft, FIRST)
    british.company.post(replace(draft, private_note="typed by hand", number="H-1"), SECOND)
    other = replace(draft, number="Other", txn_date=draft.txn_date - timedelta(days=1))
    assert british.company.find(other) == ()
    assert british.company.find(other, before) == (document,)
    memo = replace(other, document_type=DocumentType.CREDIT_MEMO)
    assert british.company.find(memo, before) == (document,)
    assert british.company.find(other, datetime.now(UTC) + timedelta(minutes=10)) == ()
    assert len(british.company.created_since(before)) == 2


def test_all_documents_around_drafts_cost_four_calls(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    same_day = british.company.post(replace(draft, number="H-1", private_note=""), FIRST)
    memo = british.company.post(
        replace(draft, document_type=DocumentType.CREDIT_MEMO, number="CM-1"), SECOND
    )
    away = draft.txn_date - timedelta(days=3)
    same_number = british.company.post(
        replace(draft, number="O'Hara", txn_date=away), RequestId("third")
    )
    british.company.post(replace(draft, number="X", txn_date=away), RequestId("fourth"))
    drafts = [draft, replace(draft, number="O'Hara"), replace(draft, number="")]
    british.practice.forget_calls()
    found = british.company.around(drafts)
    assert {d.id for d in found} == {same_day.id, memo.id, same_number.id}
    assert len(british.practice.calls()) == 4


def test_a_voided_document_is_found_behind_the_live_one(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    first = british.company.post(draft, FIRST)
    void(british, first)
    second = british.company.post(replace(draft, number="PSA-000317-2"), SECOND)
    found = british.company.find(draft)
    assert [(d.id, d.is_voided) for d in found] == [(second.id, False), (first.id, True)]
    assert found[1].status is QuickBooksStatus.VOIDED


def test_a_number_with_an_apostrophe_is_found(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists(), number="O'Hara \\ 7")
    document = british.company.post(draft, FIRST)
    wrong_day = draft.txn_date - timedelta(days=1)
    assert british.company.find(replace(draft, txn_date=wrong_day)) == (document,)


def test_one_document_is_read_and_a_deleted_one_is_none(british: Any, make_draft: Any) -> None:
    document = british.company.post(make_draft(british.company.lists()), FIRST)
    assert british.company.read(DocumentType.INVOICE, document.id) == document
    assert british.company.read(DocumentType.CREDIT_MEMO, document.id) is None
    delete(british, document)
    assert british.company.read(DocumentType.INVOICE, document.id) is None


def test_part_payment_payment_and_their_details(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    document = british.company.post(draft, FIRST)
    first = pay(british, document, "500.00")
    part_paid = british.company.read(DocumentType.INVOICE, document.id)
    assert part_paid is not None
    assert part_paid.status is QuickBooksStatus.PART_PAID
    assert (part_paid.paid, part_paid.balance) == (Decimal("500.00"), Decimal("1225.48"))
    assert part_paid.payment_ids == (first,)
    second = pay(british, document, "1225.48")
    (paid,) = british.company.documents(DocumentType.INVOICE, [document.id])
    assert paid.status is QuickBooksStatus.PAID
    assert set(paid.payment_ids) == {first, second}
    payments = {p.id: p for p in british.company.payments([first, second, NOBODY])}
    assert payments.keys() == {first, second}
    assert payments[first].reference == "BACS 42"
    assert payments[first].currency == "GBP"
    assert payments[first].payment_date is not None
    (line,) = payments[second].lines
    assert (line.document_type, line.document_id) == ("Invoice", document.id)
    assert line.amount == Decimal("1225.48")


def test_many_documents_cost_few_calls(british: Any, make_draft: Any) -> None:
    draft = make_draft(british.company.lists())
    made = in_batches(british, "Invoice", invoice_bodies(draft, 420))
    ids = [QuickBooksId(invoice["Id"]) for invoice in made]
    british.practice.forget_calls()
    documents = british.company.documents(DocumentType.INVOICE, [*ids, NOBODY, ids[0]])
    assert {d.id for d in documents} == set(ids)
    assert len(documents) == 420
    assert len(british.practice.calls()) == 1
    assert british.company.documents(DocumentType.INVOICE, []) == ()


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "half_answer"])
def test_reading_is_simply_repeated(british: Any, make_draft: Any, fault: str) -> None:
    document = british.company.post(make_draft(british.company.lists()), FIRST)
    british.practice.fail(fault, times=2)
    assert british.company.read(DocumentType.INVOICE, document.id) == document


def test_reading_that_keeps_failing_is_unavailable(british: Any) -> None:
    british.practice.fail("status", status=500, times=None)
    with pytest.raises(ServiceUnavailableError):
        british.company.lists()


def test_a_page_instead_of_data_is_unreadable(british: Any) -> None:
    british.practice.fail("status", status=200, body="<html>Sign in to the Wi-Fi</html>")
    with pytest.raises(UnreadableAnswerError):
        british.company.lists()


def test_a_fault_in_a_good_answer_is_seen(british: Any) -> None:
    body = '{"Fault":{"Error":[{"Message":"x","Detail":"y","code":"4001"}],"type":"Z"}}'
    british.practice.fail("status", status=200, body=body)
    with pytest.raises(RequestRejectedError) as caught:
        british.company.lists()
    assert caught.value.code == "4001"


def test_a_disconnected_company_needs_a_person(british: Any) -> None:
    british.company.lists()
    british.practice.tell("tokens/revoke", realm_id=british.connection.realm_id)
    british.access_token = lambda _of, _forced: british.token
    with pytest.raises(SignInNeededError):
        british.company.lists()


def test_a_connection_that_changed_is_used_from_then_on(open_company: Any) -> None:
    opened = open_company("GBSI")
    opened.company.use(replace(opened.connection, company_name="Renamed"))
    opened.practice.fail("status", status=403, body="{}")
    with pytest.raises(RequestRejectedError):
        opened.company.lists()


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("https://quickbooks.api.intuit.com", "https://qbo.intuit.com/app/invoice?txnId=42"),
        (
            "https://sandbox-quickbooks.api.intuit.com",
            "https://sandbox.qbo.intuit.com/app/invoice?txnId=42",
        ),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123/app/77/invoice?txnId=42"),
        ("https://[broken", ""),
    ],
)
def test_people_are_sent_to_the_documents_page(
    open_company: Any, api_url: str, expected: str
) -> None:
    opened = open_company("GBSI", access_api_url=api_url, realm_id=RealmId("77"))
    found = opened.company.web_address(DocumentType.INVOICE, QuickBooksId("42"))
    assert found == expected


def test_an_api_url_with_its_path_is_understood(open_company: Any) -> None:
    opened = open_company("GBSI")
    url = f"{opened.connection.access_api_url}/v3/company/"
    opened.company.use(replace(opened.connection, access_api_url=url))
    assert opened.company.lists().info.country == "GB"
