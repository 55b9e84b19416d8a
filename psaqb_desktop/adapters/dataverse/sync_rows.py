"""Between rows of ``psaqb_invoicesync`` and ``psaqb_invoicepayment`` and what they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.schema import (
    CONNECTION,
    DOCUMENT_TYPES,
    QUICKBOOKS_STATUSES,
    STATES,
)
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.dataverse.values import (
    calendar_day,
    choice,
    moment,
    optional_decimal,
    words,
)
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.money import to_cents
from psaqb_desktop.domain.push import PaymentAllocation
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord


def read_sync_record(row: JsonObject) -> SyncRecord:
    """Read a row. The invoice is known by its key even where the invoice itself is gone."""
    return SyncRecord(
        id=CrmId(words(row, "psaqb_invoicesyncid").lower()),
        invoice_id=InvoiceId(words(row, "psaqb_invoicekey").lower()),
        connection_id=ConnectionId(words(row, "_psaqb_connectionid_value").lower()),
        realm_id=RealmId(words(row, "psaqb_realmid")),
        state=STATES.member(row.get("psaqb_state"), PostingState.NOT_POSTED),
        request_id=RequestId(words(row, "psaqb_requestid")),
        generation=choice(row, "psaqb_generation") or 0,
        digest=words(row, "psaqb_digest"),
        document_type=DOCUMENT_TYPES.member(row.get("psaqb_documenttype"), DocumentType.INVOICE),
        quickbooks_id=QuickBooksId(words(row, "psaqb_quickbooksid")),
        number=words(row, "psaqb_number"),
        sync_token=words(row, "psaqb_synctoken"),
        customer_id=QuickBooksId(words(row, "psaqb_customerid")),
        txn_date=calendar_day(row, "psaqb_documentdate", "DateOnly"),
        currency=words(row, "psaqb_currency"),
        total=_cents(row, "psaqb_total"),
        tax=_cents(row, "psaqb_tax"),
        balance=_cents(row, "psaqb_balance"),
        paid=_cents(row, "psaqb_paid"),
        quickbooks_status=QUICKBOOKS_STATUSES.member(
            row.get("psaqb_quickbooksstatus"), QuickBooksStatus.NONE
        ),
        finding=words(row, "psaqb_finding"),
        finding_cause=words(row, "psaqb_findingcause"),
        reason_left_out=words(row, "psaqb_leftoutreason"),
        claimed_by=words(row, "psaqb_claimedby"),
        claimed_on=moment(row, "psaqb_claimedon"),
        pushed_on=moment(row, "psaqb_pushedon"),
        pushed_by=words(row, "psaqb_pushedby"),
        accepted_by=words(row, "psaqb_acceptedby"),
        accepted_on=moment(row, "psaqb_acceptedon"),
        last_checked=moment(row, "psaqb_lastchecked"),
        invoice_version=words(row, "psaqb_invoiceversion"),
        content_digest=words(row, "psaqb_contentdigest"),
        version=words(row, odata.ETAG),
        modified_on=moment(row, "modifiedon"),
        is_invoice_deleted=not words(row, "_psaqb_invoiceid_value"),
    )


def as_stored(record: SyncRecord) -> SyncRecord:
    """Return the record as the CRM will give it back: whole seconds, cents, cut texts."""
    return replace(
        record,
        total=_stored_cents(record.total),
        tax=_stored_cents(record.tax),
        balance=_stored_cents(record.balance),
        paid=_stored_cents(record.paid),
        finding=record.finding[:4000].strip(),
        finding_cause=record.finding_cause[:200].strip(),
        reason_left_out=record.reason_left_out[:2000].strip(),
        claimed_by=record.claimed_by[:200].strip(),
        claimed_on=_whole_seconds(record.claimed_on),
        pushed_on=_whole_seconds(record.pushed_on),
        pushed_by=record.pushed_by[:200].strip(),
        accepted_by=record.accepted_by[:200].strip(),
        accepted_on=_whole_seconds(record.accepted_on),
        last_checked=_whole_seconds(record.last_checked),
    )


def has_same_content(one: SyncRecord, other: SyncRecord) -> bool:
    """Tell whether two records say the same, whatever their versions."""
    return _content(one) == _content(other)


def _content(record: SyncRecord) -> SyncRecord:
    return replace(as_stored(record), version="", modified_on=None, is_invoice_deleted=False)


def sync_record_body(record: SyncRecord, tables: OurTables) -> JsonObject:
    """Return all columns of a record.

    The invoice is bound when the record is made, and never again: it does not change, and an
    invoice that was deleted since could not be bound.
    """
    stored = as_stored(record)
    invoice = {"psaqb_invoiceid@odata.bind": f"/invoices({odata.guid(stored.invoice_id)})"}
    return {
        **({} if stored.version else invoice),
        "psaqb_name": stored.number or f"Invoice {stored.invoice_id}",
        "psaqb_invoicekey": stored.invoice_id,
        "psaqb_connectionid@odata.bind": "/"
        + tables.record(CONNECTION, odata.guid(stored.connection_id)),
        "psaqb_realmid": stored.realm_id,
        "psaqb_state": STATES.value(stored.state),
        "psaqb_requestid": stored.request_id or None,
        "psaqb_generation": stored.generation,
        "psaqb_digest": stored.digest or None,
        "psaqb_documenttype": DOCUMENT_TYPES.value(stored.document_type),
        "psaqb_quickbooksid": stored.quickbooks_id or None,
        "psaqb_number": stored.number or None,
        "psaqb_synctoken": stored.sync_token or None,
        "psaqb_customerid": stored.customer_id or None,
        "psaqb_documentdate": stored.txn_date.isoformat() if stored.txn_date else None,
        "psaqb_currency": stored.currency or None,
        "psaqb_total": stored.total,
        "psaqb_tax": stored.tax,
        "psaqb_balance": stored.balance,
        "psaqb_paid": stored.paid,
        "psaqb_quickbooksstatus": QUICKBOOKS_STATUSES.value(stored.quickbooks_status),
        "psaqb_finding": stored.finding or None,
        "psaqb_findingcause": stored.finding_cause or None,
        "psaqb_leftoutreason": stored.reason_left_out or None,
        "psaqb_claimedby": stored.claimed_by or None,
        "psaqb_claimedon": _text(stored.claimed_on),
        "psaqb_pushedon": _text(stored.pushed_on),
        "psaqb_pushedby": stored.pushed_by or None,
        "psaqb_acceptedby": stored.accepted_by or None,
        "psaqb_acceptedon": _text(stored.accepted_on),
        "psaqb_lastchecked": _text(stored.last_checked),
        "psaqb_invoiceversion": stored.invoice_version or None,
        "psaqb_contentdigest": stored.content_digest or None,
    }


def read_allocation(row: JsonObject) -> PaymentAllocation:
    """Read a payment row."""
    rate = optional_decimal(row, "psaqb_rate")
    return PaymentAllocation(
        id=CrmId(words(row, "psaqb_invoicepaymentid").lower()),
        sync_id=CrmId(words(row, "_psaqb_postingid_value").lower()),
        payment_type=words(row, "psaqb_paymenttype"),
        payment_id=QuickBooksId(words(row, "psaqb_paymentid")),
        payment_date=calendar_day(row, "psaqb_paymentdate", "DateOnly"),
        amount=to_cents(optional_decimal(row, "psaqb_amount") or Decimal(0)),
        currency=words(row, "psaqb_currency"),
        exchange_rate=None if rate is None else rate.normalize(),
        method=words(row, "psaqb_method"),
        reference=words(row, "psaqb_reference"),
    )


def allocation_body(allocation: PaymentAllocation, posting_path: str) -> JsonObject:
    """Return all columns of a payment row."""
    paid_on = allocation.payment_date
    return {
        "psaqb_name": f"{allocation.payment_type} {allocation.payment_id}"[:200],
        "psaqb_postingid@odata.bind": posting_path,
        "psaqb_paymenttype": allocation.payment_type,
        "psaqb_paymentid": allocation.payment_id,
        "psaqb_paymentdate": paid_on.isoformat() if paid_on else None,
        "psaqb_amount": to_cents(allocation.amount),
        "psaqb_currency": allocation.currency or None,
        "psaqb_rate": allocation.exchange_rate,
        "psaqb_method": allocation.method[:100] or None,
        "psaqb_reference": allocation.reference[:200] or None,
    }


def _cents(row: JsonObject, column: str) -> Decimal | None:
    return _stored_cents(optional_decimal(row, column))


def _stored_cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else to_cents(value)


def _whole_seconds(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC).replace(microsecond=0) if value else None


def _text(value: datetime | None) -> str | None:
    return odata.moment(value) if value else None
