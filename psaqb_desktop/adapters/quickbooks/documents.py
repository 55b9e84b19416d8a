"""QuickBooks' invoices, credit memos and payments as the program reads them."""

from __future__ import annotations

from decimal import Decimal

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.pull import AppliedAmount, Payment
from psaqb_desktop.domain.push import PostedDocument


def posted_document(data: Json, document_type: DocumentType, home_currency: str) -> PostedDocument:
    """Read an invoice or a credit memo.

    ``home_currency`` stands in where a company with one currency does not name it.

    Raises:
        UnreadableAnswerError: it has no id or no total.
    """
    if is_deleted(data):
        return _deleted_document(data, document_type, home_currency)
    total = _required_amount(data, "TotalAmt", document_type.value)
    note = read.text(data, "PrivateNote")
    metadata = read.part(data, "MetaData")
    return PostedDocument(
        type=document_type,
        id=_id(data, document_type.value),
        number=read.text(data, "DocNumber"),
        sync_token=read.text(data, "SyncToken"),
        customer_id=QuickBooksId(read.ref(data, "CustomerRef")),
        currency=read.ref(data, "CurrencyRef") or home_currency,
        txn_date=read.day(data, "TxnDate"),
        total=total,
        tax=read.amount(read.part(data, "TxnTaxDetail"), "TotalTax") or ZERO,
        balance=_balance(data, document_type, total),
        is_voided=total == 0 and note.lstrip().casefold().startswith("voided"),
        private_note=note,
        payment_ids=_payment_ids(data),
        last_updated=read.moment(metadata, "LastUpdatedTime"),
        created=read.moment(metadata, "CreateTime"),
    )


def payment(data: Json, home_currency: str) -> Payment:
    """Read a payment.

    Raises:
        UnreadableAnswerError: it has no id, or a line no amount.
    """
    method = read.part(data, "PaymentMethodRef")
    return Payment(
        id=_id(data, "Payment"),
        payment_date=read.day(data, "TxnDate"),
        currency=read.ref(data, "CurrencyRef") or home_currency,
        exchange_rate=read.amount(data, "ExchangeRate"),
        method=read.text(method, "name") or read.text(method, "value"),
        reference=read.text(data, "PaymentRefNum"),
        lines=tuple(_applied(line) for line in read.parts(data, "Line") if line.get("LinkedTxn")),
        is_deleted=is_deleted(data),
        sync_token=read.text(data, "SyncToken"),
    )


def is_deleted(data: Json) -> bool:
    """Tell whether change data capture says that the object is gone."""
    return read.same_word(read.text(data, "status"), "Deleted")


def _deleted_document(
    data: Json, document_type: DocumentType, home_currency: str
) -> PostedDocument:
    return PostedDocument(
        type=document_type,
        id=_id(data, document_type.value),
        number=read.text(data, "DocNumber"),
        sync_token=read.text(data, "SyncToken"),
        customer_id=QuickBooksId(read.ref(data, "CustomerRef")),
        currency=read.ref(data, "CurrencyRef") or home_currency,
        txn_date=read.day(data, "TxnDate"),
        total=ZERO,
        tax=ZERO,
        balance=ZERO,
        is_deleted=True,
        last_updated=read.moment(read.part(data, "MetaData"), "LastUpdatedTime"),
    )


def _balance(data: Json, document_type: DocumentType, total: Decimal) -> Decimal:
    """Return what is open: of a credit memo, the credit that is left."""
    if document_type is DocumentType.CREDIT_MEMO:
        credit = read.amount(data, "RemainingCredit")
        if credit is not None:
            return credit
    balance = read.amount(data, "Balance")
    return total if balance is None else balance


def _payment_ids(data: Json) -> tuple[QuickBooksId, ...]:
    ids = (
        read.text(linked, "TxnId")
        for linked in read.parts(data, "LinkedTxn")
        if read.same_word(read.text(linked, "TxnType"), "Payment")
    )
    return tuple(QuickBooksId(found) for found in dict.fromkeys(ids) if found)


def _applied(line: Json) -> AppliedAmount:
    # A line settles one document; a second link must not count the line's amount again.
    linked = next(read.parts(line, "LinkedTxn"), {})
    return AppliedAmount(
        document_type=read.text(linked, "TxnType"),
        document_id=QuickBooksId(read.text(linked, "TxnId")),
        amount=_required_amount(line, "Amount", "Payment line"),
    )


def _id(data: Json, what: str) -> QuickBooksId:
    found = read.text(data, "Id")
    if not found:
        raise read.unreadable(f"{what} has no Id")
    return QuickBooksId(found)


def _required_amount(data: Json, name: str, what: str) -> Decimal:
    found = read.amount(data, name)
    if found is None:
        raise read.unreadable(f"{what} has no {name}")
    return found
