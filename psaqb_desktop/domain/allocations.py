"""Allocations: what each payment settles of each document, by its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import QuickBooksId, payment_record_id
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.pull import AppliedAmount, Payment
from psaqb_desktop.domain.push import PaymentAllocation, PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord

DocumentKey = tuple[DocumentType, QuickBooksId]
"""Type and id name a document within its company."""


def documents_settled_by(payments: Iterable[Payment]) -> frozenset[DocumentKey]:
    """Return the invoices and credit memos that lines of these payments name."""
    known = {document_type.value: document_type for document_type in DocumentType}
    return frozenset(
        (known[line.document_type], line.document_id)
        for payment in payments
        for line in payment.lines
        if line.document_type in known
    )


def allocations_of(
    record: SyncRecord, document: PostedDocument, payments: Mapping[QuickBooksId, Payment]
) -> tuple[PaymentAllocation, ...]:
    """Return what the payments that the document names settle of it."""
    linked = (payments[each] for each in document.payment_ids if each in payments)
    return tuple(
        PaymentAllocation(
            id=payment_record_id(record.id, "Payment", payment.id),
            sync_id=record.id,
            payment_type="Payment",
            payment_id=payment.id,
            payment_date=payment.payment_date,
            amount=applied,
            currency=payment.currency or document.currency,
            exchange_rate=payment.exchange_rate,
            method=payment.method,
            reference=payment.reference,
        )
        for payment in linked
        if (applied := _applied(payment, document))
    )


def settles(payment: Payment, document: PostedDocument) -> bool:
    """Tell whether a line of the payment names the document."""
    return any(True for _ in _lines_for(payment, document))


def _applied(payment: Payment, document: PostedDocument) -> Decimal:
    """Add up what the payment's lines settle of this document: never the payment's total."""
    return sum((line.amount for line in _lines_for(payment, document)), ZERO)


def _lines_for(payment: Payment, document: PostedDocument) -> Iterator[AppliedAmount]:
    for line in payment.lines:
        if line.document_id == document.id and line.document_type == document.type.value:
            yield line
