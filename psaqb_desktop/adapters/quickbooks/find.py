"""Finding the document of a CRM invoice by our key in its private note.

The note cannot be queried, so candidates are read by number and by date and looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator

from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import posted_document
from psaqb_desktop.adapters.quickbooks.queries import query_all, quoted
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.push import PostedDocument


def find_document(calls: CompanyCalls, draft: Draft) -> PostedDocument | None:
    """Return the document of the draft's invoice; a live one rather than a voided one."""
    voided = None
    for document in _candidates(calls, draft):
        if not document.is_voided:
            return document
        voided = voided or document
    return voided


def _candidates(calls: CompanyCalls, draft: Draft) -> Iterator[PostedDocument]:
    """Yield documents with our key: by number first, which is cheap, then by date.

    The number alone decides nothing: a company that numbers by itself gives another one, and a
    person may have changed it.
    """
    key = f"psaqb:{draft.invoice_id}".casefold()
    conditions = [f"TxnDate = {quoted(draft.txn_date.isoformat())}"]
    if draft.number:
        conditions.insert(0, f"DocNumber = {quoted(draft.number)}")
    for condition in conditions:
        for data in query_all(calls, draft.document_type.value, condition):
            if key in str(data.get("PrivateNote") or "").casefold():
                yield posted_document(data, draft.document_type, calls.connection.home_currency)
