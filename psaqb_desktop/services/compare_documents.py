"""Comparing posted documents with QuickBooks, page by page, without knowing what has changed.

All of them, at the first pull, after a month of silence and when a person asks for it. Or only
those of which a cut-off answer of change data capture cannot tell whether they were deleted.
What is in memory is one page of records and, for duplicates, the names of documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from psaqb_desktop.domain.allocations import DocumentKey
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.duplicates import duplicates, names_duplicates
from psaqb_desktop.domain.errors import Cancelled
from psaqb_desktop.domain.identifiers import InvoiceId, RealmId
from psaqb_desktop.domain.pull import Changes
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.changed_documents import key_of, news_of, read_documents
from psaqb_desktop.services.missing_documents import MissingDocuments
from psaqb_desktop.services.ports import Clock, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany
from psaqb_desktop.services.record_news import News, OnRecorded, Recorded, record_news

CLOCKS_DIFFER = timedelta(days=2)
"""Postings were noted by the clocks of desktops, documents are asked for by QuickBooks'."""
_LONG_AGO = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(slots=True)
class Comparison:
    """The posted documents of one company against QuickBooks."""

    company: QuickBooksCompany
    store: SyncRecordStore
    realm_id: RealmId
    clock: Clock
    missing: MissingDocuments
    on_recorded: OnRecorded
    cancellation: Cancellation | None = None
    _oldest: datetime | None = field(default=None, init=False)
    _named_twice: set[InvoiceId] = field(default_factory=set, init=False)

    def everything(self) -> None:
        """Read every posted document and record what differs.

        Raises:
            AppError: something was not read or not written.
            Cancelled: a person stopped it; what was written stays.
        """
        for page in self.store.posted_pages(self.realm_id):
            self._go_on()
            self._note(page)
            self._compare([r for r in page if r.quickbooks_id])

    def twice(self) -> tuple[str, ...]:
        """Look through all that was made since the oldest posting for what stands twice.

        After :meth:`everything`, which has seen the postings.
        """
        if self._oldest is None:
            return ()
        found = duplicates(self.company.walk_created_since(self._oldest - CLOCKS_DIFFER))
        concerned = sorted(self._named_twice | found.keys())
        records = self.store.every_record_of(concerned) if concerned else {}
        at_home = [record_at(of_invoice, self.realm_id) for of_invoice in records.values()]
        posted = [record for record in at_home if record and record.state.is_posted]
        self._say_so(posted, found)
        return tuple(found.values())

    def unlisted_deletions(self, changes: Changes) -> None:
        """Find the deletions that a cut-off answer of change data capture does not tell.

        Which documents are gone, a list of their ids tells. Which payments are gone, the documents
        tell that had any: by what is open of them.
        """
        listed = {(d.type, d.id) for d in changes.documents}
        for page in self.store.posted_pages(self.realm_id):
            self._go_on()
            rest = [
                r
                for r in page
                if r.quickbooks_id
                and key_of(r) not in listed
                and r.quickbooks_status is not QuickBooksStatus.MISSING
            ]
            paid = [r for r in rest if r.paid and "Payment" in changes.unlisted_deletions]
            self._compare(paid)
            looked_at = {r.id for r in paid}
            by_id = [
                r
                for r in rest
                if r.document_type.value in changes.unlisted_deletions and r.id not in looked_at
            ]
            self._take_away(self._not_named(by_id))

    def _compare(self, records: Sequence[SyncRecord]) -> None:
        self._record_with_missing(news_of(records, self.company, self.missing))

    def _take_away(self, candidates: Sequence[SyncRecord]) -> None:
        asked = self.missing.ask_for(candidates)
        by_key = {key_of(r): r for r in candidates}
        news = [News(record, None) for record in asked.gone]
        news += [News(by_key[key], document) for key, document in asked.standing.items()]
        self._record_with_missing(news)

    def _not_named(self, records: Sequence[SyncRecord]) -> list[SyncRecord]:
        named: set[DocumentKey] = set()
        for document_type in DocumentType:
            ids = [r.quickbooks_id for r in records if r.document_type is document_type]
            if ids:
                named |= {(document_type, one) for one in self.company.existing(document_type, ids)}
        return [record for record in records if key_of(record) not in named]

    def _say_so(self, records: Iterable[SyncRecord], found: Mapping[InvoiceId, str]) -> None:
        gone, by_key = [], {}
        for record in records:
            if record.quickbooks_status is QuickBooksStatus.MISSING:
                gone.append(News(record, None, found))
            else:
                by_key[key_of(record)] = record
        documents = read_documents(self.company, by_key)
        news = [*gone, *(News(by_key[key], d, found) for key, d in documents)]
        # Those that are gone have been counted before.
        self._record(news, lambda more: self.on_recorded(replace(more, missing=0)))

    def _record_with_missing(self, news: Sequence[News]) -> None:
        """Record; what was known to be gone counts as well."""
        recorded = self._record(news, self.on_recorded)
        gone = sum(one.document is None for one in news)
        self.on_recorded(Recorded(missing=gone - recorded.missing))

    def _record(self, news: Sequence[News], on_recorded: OnRecorded) -> Recorded:
        if not news:
            return Recorded()
        now = self.clock.now()
        return record_news(self.store, self.company, news, (), now, on_recorded=on_recorded)

    def _note(self, page: Iterable[SyncRecord]) -> None:
        for record in page:
            posted = record.pushed_on or record.claimed_on or _LONG_AGO
            self._oldest = min(self._oldest or posted, posted)
            if names_duplicates(record):
                self._named_twice.add(record.invoice_id)

    def _go_on(self) -> None:
        if self.cancellation is not None and self.cancellation.is_cancelled:
            raise Cancelled("The pull was stopped.")
