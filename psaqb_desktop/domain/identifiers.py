"""Names for the ids that travel through the program, so that they are not mixed up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NewType

InvoiceId = NewType("InvoiceId", str)
"""Key of a CRM invoice: a GUID, lower case, no braces."""
CrmId = NewType("CrmId", str)
"""Key of any other CRM record: a GUID, lower case, no braces."""
ConnectionId = NewType("ConnectionId", str)
"""Key of a ``psaqb_connection`` record."""
RealmId = NewType("RealmId", str)
"""QuickBooks company id: digits."""
QuickBooksId = NewType("QuickBooksId", str)
"""Id of a QuickBooks object within its company and type: digits."""
RequestId = NewType("RequestId", str)
"""The ``requestid`` of a QuickBooks write: at most 36 characters, so that a batch may carry it."""

_NAMESPACE = "a0c1b1de-53b5-4b2b-9a2f-5f6c74c3f1a4"


def sync_record_id(invoice_id: InvoiceId, realm_id: RealmId) -> CrmId:
    """Return the key of the one ``psaqb_invoicesync`` record of an invoice and a company.

    Derived, not drawn: every desktop arrives at the same key, so the CRM's primary key
    itself refuses a second record, even while the alternate key's index is being built.
    """
    return CrmId(_derived(f"{realm_id}/{invoice_id}"))


def payment_record_id(sync_id: CrmId, payment_type: str, payment_id: QuickBooksId) -> CrmId:
    """Return the key of the ``psaqb_invoicepayment`` record of one allocation."""
    return CrmId(_derived(f"{sync_id}/{payment_type}/{payment_id}"))


def link_record_id(realm_id: RealmId, kind: str, crm_key: str) -> CrmId:
    """Return the key of the ``psaqb_link`` record of a CRM record and a company."""
    return CrmId(_derived(f"{realm_id}/link/{kind}/{crm_key}"))


def request_id(invoice_id: InvoiceId, realm_id: RealmId, generation: int) -> RequestId:
    """Return the request id of a generation of a push.

    The same on every desktop: two programs that push the same draft at once send the same id
    and get the same QuickBooks document back.

    Raises:
        ValueError: the generation is not in 1..99 (the id must stay within 36 characters).
    """
    if not 1 <= generation <= 99:
        msg = f"generation {generation} is not between 1 and 99"
        raise ValueError(msg)
    return RequestId(f"{sync_record_id(invoice_id, realm_id).replace('-', '')}-g{generation}")


def _derived(name: str) -> str:
    """Return the GUID that a name always has here."""
    return _deriving()(name)


@cache
def _deriving() -> Callable[[str], str]:
    import uuid  # noqa: PLC0415 - brings much with it, and the start is short of time

    namespace = uuid.UUID(_NAMESPACE)
    return lambda name: str(uuid.uuid5(namespace, name))
