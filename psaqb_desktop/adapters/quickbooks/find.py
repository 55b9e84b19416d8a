"""Finding the documents of a CRM invoice by our key in their private notes.

The note cannot be queried, so candidates are read by date, by number and by the time they were
made, and looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import posted_document
from psaqb_desktop.adapters.quickbooks.queries import query_all, quoted, with_offset
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.texts import has_key_of

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_VALUES_AT_ONCE = 200


def find_documents(
    calls: CompanyCalls, draft: Draft, since: datetime | None = None
) -> tuple[PostedDocument, ...]:
    """Return the documents with the key of the draft's invoice, newest first, voided ones too.

    Asked for by number and by date: a company that numbers by itself gives another number, and a
    person may have changed either. Who changed both, or the CRM invoice, is found out by ``since``.
    """
    conditions = list(_around([draft]))
    if since is not None:
        conditions.append(_created(since))
    found = _read(calls, conditions)
    own = [document for document in found if has_key_of(document.private_note, draft.invoice_id)]
    return tuple(sorted(own, key=_age, reverse=True))


def documents_around(calls: CompanyCalls, drafts: Sequence[Draft]) -> tuple[PostedDocument, ...]:
    """Return all documents with the dates or numbers of these drafts, whoever made them."""
    return _read(calls, _around(drafts))


def documents_created_since(calls: CompanyCalls, since: datetime) -> tuple[PostedDocument, ...]:
    """Return all documents that were made since, newest first."""
    return tuple(sorted(_read(calls, [_created(since)]), key=_age, reverse=True))


def walk_created_since(calls: CompanyCalls, since: datetime) -> Iterator[PostedDocument]:
    """Yield all documents that were made since, by their kinds, a page in memory at a time."""
    for document_type in DocumentType:
        for data in query_all(calls, document_type.value, _created(since)):
            yield posted_document(data, document_type, calls.connection.home_currency)


def _around(drafts: Sequence[Draft]) -> Iterator[str]:
    yield from _any_of("TxnDate", [draft.txn_date.isoformat() for draft in drafts])
    yield from _any_of("DocNumber", [draft.number for draft in drafts if draft.number])


def _any_of(name: str, values: Sequence[str]) -> Iterator[str]:
    once = list(dict.fromkeys(values))
    for first in range(0, len(once), _VALUES_AT_ONCE):
        chunk = ", ".join(quoted(value) for value in once[first : first + _VALUES_AT_ONCE])
        yield f"{name} in ({chunk})"


def _created(since: datetime) -> str:
    return f"MetaData.CreateTime >= {quoted(with_offset(since))}"


def _read(calls: CompanyCalls, conditions: Iterable[str]) -> tuple[PostedDocument, ...]:
    found: dict[tuple[DocumentType, QuickBooksId], PostedDocument] = {}
    for condition in conditions:
        for document_type in DocumentType:
            for data in query_all(calls, document_type.value, condition):
                document = posted_document(data, document_type, calls.connection.home_currency)
                found[document_type, document.id] = document
    return tuple(found.values())


def _age(document: PostedDocument) -> tuple[datetime, int]:
    number = int(document.id) if document.id.isdecimal() else 0
    return document.created or _LONG_AGO, number
