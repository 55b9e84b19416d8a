"""A fingerprint of what an invoice asks its customer to pay.

The version of a CRM record changes with everything that touches it, also when it is marked paid.
What was posted is outdated only when one of these facts is another.
"""

from __future__ import annotations

from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.money import to_cents


def content_digest(invoice: Invoice) -> str:
    """Return the fingerprint of customer, currency, dates, number and amounts."""
    from hashlib import sha256  # noqa: PLC0415 - seldom needed, and the start is short of time

    amounts = (invoice.net, invoice.discount, invoice.freight, invoice.tax, invoice.total)
    facts = (
        invoice.customer.id,
        invoice.currency,
        str(invoice.invoice_date or ""),
        str(invoice.due_date or ""),
        invoice.number,
        *(str(to_cents(amount)) for amount in amounts),
    )
    return sha256("\x1f".join(facts).encode()).hexdigest()
