"""Comparing a QuickBooks document with the draft that it stands for."""

from __future__ import annotations

from decimal import Decimal

from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Cause, Finding, warning
from psaqb_desktop.domain.money import Money
from psaqb_desktop.domain.push import PostedDocument


def differences(
    draft: Draft, invoice_number: str, document: PostedDocument, tolerance: Decimal
) -> tuple[Finding, ...]:
    """Compare QuickBooks' document with the draft: total, currency and customer."""
    findings = []
    gap = document.total - draft.total
    currency = document.currency or draft.currency
    if currency != draft.currency:
        findings.append(f"QuickBooks booked it in {currency} instead of {draft.currency}.")
    elif abs(gap) > tolerance:
        findings.append(
            f"QuickBooks' total is {Money(document.total, currency)}, "
            f"the CRM's {Money(draft.total, currency)} (tax {document.tax:,.2f} against "
            f"{draft.tax:,.2f})."
        )
    if document.customer_id and document.customer_id != draft.customer.id:
        findings.append("QuickBooks booked it to another customer.")
    return tuple(
        warning(
            Cause.POSTED_DIFFERENTLY,
            f"Invoice {invoice_number} is posted, but {text}",
            "Look at it in QuickBooks: accept the difference, or correct it there.",
        )
        for text in findings
    )
