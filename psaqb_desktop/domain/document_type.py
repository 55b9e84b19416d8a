"""The two kinds of documents that an invoice becomes in QuickBooks."""

from __future__ import annotations

from enum import Enum


class DocumentType(Enum):
    """A negative invoice is written as a credit memo; the value is QuickBooks' entity name."""

    INVOICE = "Invoice"
    CREDIT_MEMO = "CreditMemo"
