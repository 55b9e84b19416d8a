"""From the changes of a company to news of our records: no call for what has not changed.

QuickBooks is asked first, the CRM afterwards, and only for the records that the changes may be
about. The order is what makes sure that no change is lost while invoices are being posted:

* Before a document can exist in QuickBooks, its push was announced in the CRM. So a document of
  ours that is among the changes has a record that is either posted, and gets the news, or open.
* Whoever records an open push writes what QuickBooks said when the document was made, or when it
  was found; a payment that came since would be overwritten by nobody and told by nobody. So the
  watermark stays at the change of a document whose record is open (:attr:`Looked.reached`), and
  its changes come again until the push is settled. The document names its invoice by our key.
* A deleted document names nothing. While any push of the company is open, the watermark stays
  before a deletion that belongs to none of the posted records; and where it is where the answer
  does not tell which documents were deleted.
* What was made in QuickBooks after it answered comes with the next answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psaqb_desktop.domain.allocations import DocumentKey, documents_settled_by
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import InvoiceId, RealmId
from psaqb_desktop.domain.pull import Changes
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.domain.texts import invoices_named_in
from psaqb_desktop.services.missing_documents import MissingDocuments
from psaqb_desktop.services.ports import SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany
from psaqb_desktop.services.record_news import News

LONG_AGO = datetime.min.replace(tzinfo=UTC) + timedelta(days=7)
"""A watermark that leads to a full comparison; overlaps can still be taken off it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """News of the records that the changes are about, and how far the watermark may move."""

    news: tuple[News, ...]
    reached: datetime


def look_at(
    changes: Changes,
    company: QuickBooksCompany,
    store: SyncRecordStore,
    realm_id: RealmId,
    missing: MissingDocuments,
    watermark: datetime,
) -> Looked:
    """Find the records that the changes are about, and read what the changes do not tell.

    ``watermark`` is up to when the company was pulled before.

    A payment that was changed, voided or deleted may have settled what it no longer names; which
    documents these are, the stored allocations tell. Whether a payment counts as a change of its
    invoice is not documented, so the invoices that are not among the changes are read.
    """
    documents = {(d.type, d.id): d for d in changes.documents}
    settled = documents_settled_by(changes.payments)
    earlier = [p.id for p in changes.payments if p.may_have_settled_more]
    are_told = not any(kind.value in changes.unlisted_deletions for kind in DocumentType)
    if not documents and not changes.payments and are_told:
        return Looked((), changes.read_at)
    found = store.touched(
        realm_id,
        documents={document_id for _, document_id in documents.keys() | settled},
        payments=earlier,
    )
    records = {key_of(r): r for r in found if r.state.is_posted and r.quickbooks_id}
    open_invoices = frozenset(r.invoice_id for r in found if r.state.is_open)
    unread = {key: r for key, r in records.items() if key not in documents}
    known = {key: documents[key] for key in records if key in documents} | dict(
        read_documents(company, unread)
    )
    asked = missing.ask_for([r for key, r in unread.items() if key not in known])
    gone = [r for key, r in records.items() if key in known and known[key].is_deleted]
    standing = {key: d for key, d in known.items() if not d.is_deleted} | dict(asked.standing)
    news = [News(records[key], document) for key, document in standing.items()]
    news += [News(record, None) for record in (*gone, *asked.gone)]
    held = [*_held(documents.items(), records.keys(), open_invoices)]
    if open_invoices and not are_told:
        held.append(watermark)
    return Looked(tuple(news), min([changes.read_at, *held]))


def key_of(record: SyncRecord) -> DocumentKey:
    """Return type and id of the record's document."""
    return record.document_type, record.quickbooks_id


def read_documents(
    company: QuickBooksCompany, keys: Iterable[DocumentKey]
) -> Iterator[tuple[DocumentKey, PostedDocument]]:
    """Read documents, many with a call; those that are gone are absent."""
    wanted: Sequence[DocumentKey] = list(keys)
    for document_type in DocumentType:
        ids = [document_id for kind, document_id in wanted if kind is document_type]
        if ids:
            for document in company.documents(document_type, ids):
                yield (document.type, document.id), document


def news_of(
    records: Iterable[SyncRecord], company: QuickBooksCompany, missing: MissingDocuments
) -> list[News]:
    """Read the documents of records; those that no list names are asked for one by one."""
    by_key = {key_of(record): record for record in records}
    documents = dict(read_documents(company, by_key))
    asked = missing.ask_for([r for key, r in by_key.items() if key not in documents])
    documents |= asked.standing
    news = [News(by_key[key], document) for key, document in documents.items()]
    return [*news, *(News(record, None) for record in asked.gone)]


def _held(
    documents: Iterable[tuple[DocumentKey, PostedDocument]],
    recorded: Iterable[DocumentKey],
    open_invoices: frozenset[InvoiceId],
) -> Iterator[datetime]:
    """Yield the times of changes that belong, or may belong, to a push that is still open."""
    if not open_invoices:
        return
    ours = frozenset(recorded)
    for key, document in documents:
        if key in ours:
            continue
        if document.is_deleted or open_invoices.intersection(
            invoices_named_in(document.private_note)
        ):
            yield document.last_updated or LONG_AGO
