"""Texts on a document: placeholders filled in, and the key by which we know our own documents."""

from __future__ import annotations

import re

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.invoice import Invoice

MAX_PRIVATE_NOTE = 4000
KEY_MARK = "psaqb:"
_KEY = re.compile(re.escape(KEY_MARK) + r"([0-9a-f-]{36})")


def fill_text(text: str, invoice: Invoice) -> str:
    """Fill the placeholders of :data:`psaqb_desktop.domain.mapping.PLACEHOLDERS`."""
    day = invoice.invoice_date
    return text.format(
        number=invoice.number,
        name=invoice.name,
        contract=invoice.contract.name if invoice.contract else "",
        customer=invoice.customer.name,
        description=invoice.description,
        period=f"{day:%Y-%m}" if day else "",
    )


def invoice_key(invoice_id: InvoiceId) -> str:
    """Return the mark by which a QuickBooks document is known as that of a CRM invoice."""
    return f"{KEY_MARK}{invoice_id}"


def has_key_of(note: str, invoice_id: InvoiceId) -> bool:
    """Tell whether a private note carries our key of this CRM invoice."""
    return invoice_key(invoice_id).casefold() in note.casefold()


def has_any_key(note: str) -> bool:
    """Tell whether a private note says that this program made the document, for any invoice."""
    return KEY_MARK in note.casefold()


def invoices_named_in(note: str) -> tuple[InvoiceId, ...]:
    """Return the CRM invoices whose keys a private note carries."""
    return tuple(InvoiceId(key) for key in dict.fromkeys(_KEY.findall(note.casefold())))


def key_note(note: str, invoice_id: InvoiceId) -> str:
    """Return the private note with our key at its end, within QuickBooks' 4,000 characters."""
    key = invoice_key(invoice_id)
    room = MAX_PRIVATE_NOTE - len(key) - 1
    return f"{note[:room]} {key}".strip()


def ended(sentence: str) -> str:
    """Return a sentence with its full stop; names such as “Acme Inc.” bring their own."""
    return sentence if sentence.endswith(".") else f"{sentence}."
