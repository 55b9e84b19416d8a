"""The status of an invoice, derived as QuickBooks' own screens do: there is no such field."""

from __future__ import annotations

from datetime import date

from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.payment_lines import money

STATUSES = ("Open", "Overdue", "Partially paid", "Paid", "Voided")
"""All of them."""


def invoice_status(body: Body, today: date) -> str:
    """One of ``STATUSES``."""
    total, balance = money(body, "TotalAmt"), money(body, "Balance")
    if not total and body.get("PrivateNote", "").startswith("Voided"):
        return "Voided"
    if not balance:
        return "Paid"
    if body.get("DueDate", "9999") < today.isoformat():
        return "Overdue"
    return "Partially paid" if balance < total else "Open"
