from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import ServiceUnavailableError, StaleRecordError
from psaqb_desktop.domain.identifiers import (
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    payment_record_id,
    request_id,
    sync_record_id,
)
from psaqb_desktop.domain.push import AddedPayments, PaymentAllocation
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm

_NOW = datetime(2026, 11, 20, 9, 30, 15, 123_456, UTC)


@pytest.fixture
def connection(ada: Desk) -> Connection:
    return ada.new_connection()


@pytest.fixture(scope="session")
def invoice_ids(provisioned_crm: PracticeCrm) -> list[InvoiceId]:
    pages = provisioned_crm.desk("ada").invoices.invoices()
    return sorted(invoice.id for page in pages for invoice in page)


def _claimed(connection: Connection, invoice_ids: Sequence[InvoiceId]) -> list[SyncRecord]:
    # A company of its own for each test, so that no test meets another's records.
    realm = RealmId(str(uuid.uuid4().int)[:16])
    return [
        SyncRecord(
            id=sync_record_id(each, realm),
            invoice_id=each,
            connection_id=connection.id,
            realm_id=realm,
            state=PostingState.CLAIMED,
            request_id=request_id(each, realm, 1),
            generation=1,
            digest="d" * 64,
            claimed_by="ada on desk 1",
            claimed_on=_NOW,
            invoice_version='W/"77"',
            content_digest="c" * 64,
        )
        for each in invoice_ids
    ]


def _records(outcome: object) -> list[SyncRecord]:
    assert isinstance(outcome, dict)
    assert all(isinstance(each, SyncRecord) for each in outcome.values()), outcome
    return list(outcome.values())


def test_records_are_made_and_read_back(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    wanted = _claimed(connection, invoice_ids[:3])
    written = _records(ada.sync_records.write(wanted))
    assert all(record.version for record in written)
    read = {record.id: record for record in ada.sync_records.records()}
    for before, after in zip(wanted, written, strict=True):
        stored = read[before.id]
        assert stored.version == after.version
        assert stored.modified_on == after.modified_on
        assert stored.claimed_on == _NOW.replace(microsecond=0)
        assert replace(stored, version="", modified_on=None) == replace(
            before, claimed_on=_NOW.replace(microsecond=0)
        )


def test_all_columns_come_back(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    (made,) = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:1])))
    posted = replace(
        made,
        state=PostingState.POSTED_REVIEW,
        document_type=DocumentType.CREDIT_MEMO,
        quickbooks_id=QuickBooksId("145"),
        number="INV-DE-01070",
        sync_token="3",
        customer_id=QuickBooksId("58"),
        txn_date=date(2026, 10, 31),
        currency="EUR",
        total=Decimal("1190.05"),
        tax=Decimal("190.01"),
        balance=Decimal("0.00"),
        paid=Decimal("1190.05"),
        quickbooks_status=QuickBooksStatus.PAID,
        finding="QuickBooks made 1,190.05 of it – “one cent” more.",
        finding_cause="QuickBooks' total differs",
        reason_left_out="",
        pushed_on=_NOW.replace(microsecond=0),
        pushed_by="ada",
        accepted_by="cleo",
        accepted_on=_NOW.replace(microsecond=0),
        last_checked=_NOW.replace(microsecond=0),
    )
    (written,) = _records(ada.sync_records.write([posted]))
    found = ada.sync_records.records_of([posted.invoice_id])
    stored = next(r for r in ada.sync_records.records() if r.id == posted.id)
    assert posted.invoice_id in found
    assert replace(stored, version="", modified_on=None) == replace(
        posted, version="", modified_on=None, claimed_on=_NOW.replace(microsecond=0)
    )
    assert written.version == stored.version != made.version


def test_only_one_of_two_desks_claims(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids[:4])
    _records(ada.sync_records.write(records[:2]))
    other = crm.desk("ada")
    outcome = other.sync_records.write([replace(r, claimed_by="desk 2") for r in records])
    kinds = [type(outcome[record.invoice_id]) for record in records]
    assert kinds == [StaleRecordError, StaleRecordError, SyncRecord, SyncRecord]


def test_a_stale_record_is_refused_and_the_others_are_written(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    made = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:3])))
    _records(ada.sync_records.write([replace(made[1], finding="changed elsewhere")]))
    outcome = ada.sync_records.write([replace(r, state=PostingState.FAILED) for r in made])
    kinds = [type(outcome[record.invoice_id]) for record in made]
    assert kinds == [SyncRecord, StaleRecordError, SyncRecord]


def test_a_lost_answer_is_settled_by_looking(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids[:20])
    crm.fault(fault="drop_after", method="POST", path="*$batch")
    written = _records(ada.sync_records.write(records))
    assert [record.id for record in written] == [record.id for record in records]
    assert all(record.version for record in written)


def test_a_batch_that_never_arrived_is_sent_again(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids[:20])
    crm.fault(fault="drop_before", method="POST", path="*$batch")
    assert len(_records(ada.sync_records.write(records))) == 20


def test_somebody_faster_during_a_lost_answer_is_noticed(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids[:2])
    faster = [replace(record, claimed_by="desk 2") for record in records[:1]]
    _records(crm.desk("ada").sync_records.write(faster))
    crm.fault(fault="drop_after", method="POST", path="*$batch")
    outcome = ada.sync_records.write(records)
    assert isinstance(outcome[records[0].invoice_id], StaleRecordError)
    assert isinstance(outcome[records[1].invoice_id], SyncRecord)


def test_writing_that_is_never_confirmed_is_said_so(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids[:2])
    crm.fault(fault="drop_before", method="POST", path="*$batch", times=None)
    with pytest.raises(ServiceUnavailableError):
        ada.sync_records.write(records)


def test_many_records_take_few_requests(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    records = _claimed(connection, invoice_ids)
    ada.sync_records.records_of(invoice_ids[:1])
    crm.forget_calls()
    _records(ada.sync_records.write(records))
    assert len(crm.calls()) == 1
    crm.forget_calls()
    assert len(ada.sync_records.records_of(invoice_ids)) == len(invoice_ids)
    assert len(crm.calls()) == 1


def test_only_what_changed_is_read(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    (made,) = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:1])))
    assert made.modified_on
    since = ada.sync_records.records(changed_since=made.modified_on)
    assert made.id in {record.id for record in since}
    assert all(r.modified_on and r.modified_on >= made.modified_on for r in since)


def test_writing_nothing_takes_no_request(crm: PracticeCrm, ada: Desk) -> None:
    crm.forget_calls()
    assert ada.sync_records.write([]) == {}
    assert crm.calls() == []


def test_the_record_of_a_deleted_invoice_is_still_found_and_written(
    ada: Desk, connection: Connection
) -> None:
    """The CRM empties the lookup of a deleted invoice; the key outlives it."""
    invoice_id = InvoiceId(str(uuid.uuid4()))
    ada.client.create(
        f"invoices({invoice_id})", {"name": "Short"}, select="invoiceid", doing="making it"
    )
    (made,) = _records(ada.sync_records.write(_claimed(connection, [invoice_id])))
    ada.client.write(Operation("DELETE", f"invoices({made.invoice_id})"), doing="deleting")
    assert ada.invoices.invoices_by_id([made.invoice_id]) == ()
    found = ada.sync_records.records_of([made.invoice_id])[made.invoice_id]
    assert found.id == made.id
    posted = replace(found, state=PostingState.POSTED, quickbooks_id=QuickBooksId("145"))
    (written,) = _records(ada.sync_records.write([posted]))
    assert (
        ada.sync_records.records_of([made.invoice_id])[made.invoice_id].version == written.version
    )


def test_the_crm_tells_its_own_time(ada: Desk) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    assert before <= ada.sync_records.time() <= datetime.now(UTC) + timedelta(seconds=2)


def test_an_answer_without_a_date_has_none() -> None:
    assert HttpAnswer(200, {}, b"").date is None
    assert HttpAnswer(200, {"Date": "yesterday"}, b"").date is None


def _allocation(sync_id: CrmId, number: str, amount: str) -> PaymentAllocation:
    payment_id = QuickBooksId(number)
    return PaymentAllocation(
        id=payment_record_id(sync_id, "Payment", payment_id),
        sync_id=sync_id,
        payment_type="Payment",
        payment_id=payment_id,
        payment_date=date(2026, 11, int(number)),
        amount=Decimal(amount),
        currency="EUR",
        exchange_rate=Decimal("1.0925"),
        method="Bank",
        reference="Überweisung",
    )


def test_payments_are_made_equal_with_as_few_writes_as_differ(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    one, two = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:2])))
    first = [_allocation(one.id, "12", "100.00"), _allocation(one.id, "3", "50.25")]
    other = [_allocation(two.id, "7", "9.99")]
    store = ada.sync_records
    assert len(store.add_payments({one.id: first, two.id: other}).written) == 3
    assert store.payments_of(one.id) == (first[1], first[0])
    assert store.add_payments({one.id: first, two.id: other}) == AddedPayments((), ())
    changed = [replace(first[0], amount=Decimal("60.00"))]
    added = store.add_payments({one.id: changed, two.id: other})
    assert added == AddedPayments(tuple(changed), (first[1],))
    assert store.payments_of(one.id) == (first[1], changed[0])
    for _ in range(2):
        store.remove_payments(added.others)
    assert store.payments_of(one.id) == tuple(changed)
    assert ada.sync_records.payments_of(two.id) == tuple(other)


def test_a_long_exchange_rate_is_written_once(
    ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    """QuickBooks computes rates of as many digits as it likes; the column has ten decimals."""
    (one,) = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:1])))
    rate = Decimal("1.17654321987654")
    wanted = [replace(_allocation(one.id, "12", "100.00"), exchange_rate=rate)]
    (written,) = ada.sync_records.add_payments({one.id: wanted}).written
    assert written.exchange_rate == Decimal("1.1765432199")
    assert ada.sync_records.add_payments({one.id: wanted}) == AddedPayments((), ())


def test_payments_survive_lost_answers(
    crm: PracticeCrm, ada: Desk, connection: Connection, invoice_ids: list[InvoiceId]
) -> None:
    (one,) = _records(ada.sync_records.write(_claimed(connection, invoice_ids[:1])))
    crm.fault(fault="drop_after", method="POST", path="*$batch", skip=1, times=2)
    wanted = [_allocation(one.id, "12", "100.00")]
    ada.sync_records.add_payments({one.id: wanted})
    assert ada.sync_records.payments_of(one.id) == tuple(wanted)
