"""Reading what a pull needs: records by QuickBooks' ids, by payments, and page by page."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.adapters.dataverse.batch_size import MOST, BatchSize
from psaqb_desktop.domain.identifiers import (
    InvoiceId,
    QuickBooksId,
    RealmId,
    payment_record_id,
    sync_record_id,
)
from psaqb_desktop.domain.push import PaymentAllocation
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm


@pytest.fixture
def records(ada: Desk) -> list[SyncRecord]:
    """Ten records of a company of their own, posted as documents 1001 to 1010."""
    connection = ada.new_connection()
    realm = RealmId(str(uuid.uuid4().int)[:16])
    invoices = sorted(i.id for page in ada.invoices.invoices() for i in page)[:10]
    made = [
        SyncRecord(
            id=sync_record_id(invoice, realm),
            invoice_id=invoice,
            connection_id=connection.id,
            realm_id=realm,
            state=PostingState.POSTED if number % 2 else PostingState.POSTED_REVIEW,
            quickbooks_id=QuickBooksId(str(number)),
        )
        for number, invoice in enumerate(invoices, start=1001)
    ]
    return put(ada, made)


def put(desk: Desk, records: list[SyncRecord]) -> list[SyncRecord]:
    answers = desk.sync_records.write(records)
    return [one for one in answers.values() if isinstance(one, SyncRecord)]


def settle(desk: Desk, record: SyncRecord, payment: str) -> None:
    allocation = PaymentAllocation(
        id=payment_record_id(record.id, "Payment", QuickBooksId(payment)),
        sync_id=record.id,
        payment_type="Payment",
        payment_id=QuickBooksId(payment),
        payment_date=date(2026, 11, 1),
        amount=Decimal("10.00"),
        currency="GBP",
    )
    desk.sync_records.add_payments({record.id: [allocation]})


def test_only_the_records_that_changes_are_about_are_read(
    ada: Desk, crm: PracticeCrm, records: list[SyncRecord]
) -> None:
    realm = records[0].realm_id
    (claimed,) = put(ada, [replace(records[7], state=PostingState.CLAIMED)])
    settle(ada, records[4], "77")
    settle(ada, records[5], "78")
    crm.forget_calls()
    found = ada.sync_records.touched(
        realm,
        documents=[QuickBooksId("1001"), QuickBooksId("1002"), QuickBooksId("9")],
        payments=[QuickBooksId("77")],
    )
    assert [call["path"] for call in crm.calls()] == ["/api/data/v9.2/$batch"]
    assert {r.id for r in found} == {records[0].id, records[1].id, records[4].id, claimed.id}
    assert {r.version for r in found if r.id == records[0].id} == {records[0].version}


def test_other_companies_documents_with_the_same_ids_are_not_meant(
    ada: Desk, records: list[SyncRecord]
) -> None:
    settle(ada, records[4], "77")
    assert (
        ada.sync_records.touched(
            RealmId("4711"), documents=[QuickBooksId("1001")], payments=[QuickBooksId("77")]
        )
        == ()
    )


def test_some_thousand_documents_are_looked_up_in_one_call(
    ada: Desk, crm: PracticeCrm, records: list[SyncRecord]
) -> None:
    ids = [QuickBooksId(str(number)) for number in range(1001, 2801)]
    crm.forget_calls()
    found = ada.sync_records.touched(records[0].realm_id, documents=ids, payments=())
    assert len(crm.calls()) == 1
    assert len(found) == len(records)


def test_a_record_comes_once_though_its_document_and_its_payment_changed(
    ada: Desk, records: list[SyncRecord]
) -> None:
    settle(ada, records[0], "77")
    found = ada.sync_records.touched(
        records[0].realm_id, documents=[QuickBooksId("1001")], payments=[QuickBooksId("77")]
    )
    assert [r.id for r in found] == [records[0].id]


def test_posted_records_come_page_by_page(ada: Desk, records: list[SyncRecord]) -> None:
    put(ada, [replace(records[2], state=PostingState.NOT_POSTED)])
    pages = list(ada.sync_records.posted_pages(records[0].realm_id))
    found: list[InvoiceId] = [r.invoice_id for page in pages for r in page]
    assert sorted(found) == sorted(r.invoice_id for r in records if r != records[2])


def test_batches_shrink_where_they_take_long_and_grow_again() -> None:
    size = BatchSize()
    assert size.size == MOST
    size.took(MOST, 40.0)
    assert size.size == 250
    size.took(250, 2.0)
    assert size.size == MOST
    size.took(3, 5.0)
    assert size.size == MOST, "a few writes say nothing of many"
    size.took(MOST, 600.0)
    assert size.size == 100
    size.took(100, 0.1)
    size.was_lost()
    assert size.size == 100
