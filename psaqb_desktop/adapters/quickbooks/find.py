"""Finding the documents of a CRM invoice by our key in their private notes.

The note cannot be queried, so candidates are read by number and by date and looked at here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import posted_document
from psaqb_desktop.adapters.quickbooks.queries import query_all, quoted
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.push import PostedDocument

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def find_documents(calls: CompanyCalls, draft: Draft) -> tuple[PostedDocument, ...]:
    """Return the documents with the key of the draft's invoice, newest first, voided ones too.

    Asked for by number and by date: a company that numbers by itself gives another number, and a
    person may have changed either.
    """
    key = f"psaqb:{draft.invoice_id}".casefold()
    conditions = [f"TxnDate = {quoted(draft.txn_date.isoformat())}"]
    if draft.number:
        conditions.append(f"DocNumber = {quoted(draft.number)}")
    found: dict[QuickBooksId, PostedDocument] = {}
    for condition in conditions:
        for data in query_all(calls, draft.document_type.value, condition):
            if key in str(data.get("PrivateNote") or "").casefold():
                document = posted_document(
                    data, draft.document_type, calls.connection.home_currency
                )
                found[document.id] = document
    return tuple(sorted(found.values(), key=_age, reverse=True))


def _age(document: PostedDocument) -> tuple[datetime, int]:
    number = int(document.id) if document.id.isdecimal() else 0
    return document.created or _LONG_AGO, number
