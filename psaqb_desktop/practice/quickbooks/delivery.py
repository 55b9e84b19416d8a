"""Sending an invoice by e-mail, and printing it as PDF. No mail ever leaves."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.clock import stamp
from psaqb_desktop.practice.quickbooks.entity_rows import EntityRow

SENDABLE = ("Invoice", "CreditMemo")
"""Entities that can be sent and printed."""


def send_form(books: Books, kind: str, record_id: str, send_to: str | None) -> EntityRow:
    """Marks a form as sent.

    Raises:
        ApiFault: 610, or 6420 without any address.
    """
    if kind not in SENDABLE:
        raise fault_bodies.unsupported_operation(f"send of {kind}")
    books.must_be_writable()
    row = books.existing(kind, record_id)
    address = send_to or row.body.get("BillEmail", {}).get("Address")
    if not address:
        raise fault_bodies.ApiFault(
            6420, "Email address required", "An e-mail address is required to send", "BillEmail"
        )
    books.work.writes += 1
    return books.rows.replace(
        row,
        {
            **row.body,
            "BillEmail": {"Address": address},
            "EmailStatus": "EmailSent",
            "DeliveryInfo": {
                "DeliveryType": "Email",
                "DeliveryTime": stamp(books.clock.epoch()),
            },
        },
    )
