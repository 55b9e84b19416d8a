"""Naming QuickBooks documents so that a person finds them."""

from __future__ import annotations

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.money import Money
from psaqb_desktop.domain.push import PostedDocument


def name_of(document: PostedDocument) -> str:
    """Name a document by kind, number and id."""
    kind = "invoice" if document.type is DocumentType.INVOICE else "credit memo"
    return f"{kind} {document.number or 'without number'} (id {document.id})"


def description_of(document: PostedDocument) -> str:
    """Name a document, with its day and its total."""
    day = f" of {document.txn_date}" if document.txn_date else ""
    total = Money(document.total, document.currency)
    return f"{name_of(document)}{day} over {total}"
