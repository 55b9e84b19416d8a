"""Recording documents that had no record before: linked by hand, or found before a push.

Nobody pulled them: the changes of a document without a record are passed over, its payments too.
So each is looked at once more after its record is there, and what QuickBooks says then is recorded
as a pull would; all that comes later is told by the changes. Until that is done this machine's
watermark stays at their last change, so that the next pull makes up for a look that failed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId, RealmId
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.changed_documents import LONG_AGO, news_of
from psaqb_desktop.services.missing_documents import MissingDocuments
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany
from psaqb_desktop.services.record_news import record_news

log = logging.getLogger("psaqb.pull")


@dataclass(frozen=True, slots=True)
class NewlyKnown:
    """Documents of one company that the CRM is about to know."""

    company: QuickBooksCompany
    realm_id: RealmId
    store: SyncRecordStore
    journal: PushJournal
    clock: Clock

    def write(
        self, found: Sequence[tuple[SyncRecord, PostedDocument]]
    ) -> Mapping[InvoiceId, SyncRecord | AppError]:
        """Write the records of documents as read, and then what became of these by now.

        Answers as :meth:`SyncRecordStore.write` does, with the records as the CRM has them. With
        few calls for all of them.

        Raises:
            AppError: as :meth:`SyncRecordStore.write` does; or the journal cannot be written, and
                nothing was.
        """
        if not found:
            return {}
        watermark = self.journal.watermark(self.realm_id)
        if watermark is not None:
            changes = [document.last_updated or LONG_AGO for _, document in found]
            self.journal.set_watermark(self.realm_id, min([watermark, *changes]))
        answers = dict(self.store.write([record for record, _ in found]))
        written = [answer for answer in answers.values() if isinstance(answer, SyncRecord)]
        try:
            answers |= self._look_again(written)
        except AppError as error:
            log.warning("linked documents are looked at again with the next pull: %s", error)
        else:
            if watermark is not None:
                self.journal.set_watermark(self.realm_id, watermark)
        return answers

    def _look_again(self, written: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord]:
        """Record what is news by now; return the records for which there was any."""
        if not written:
            return {}
        missing = MissingDocuments(self.company)
        news = news_of(written, self.company, missing)
        recorded = record_news(self.store, self.company, news, (), self.clock.now())
        missing.require_all()
        if not recorded.documents:
            return {}
        current = self.store.every_record_of([record.invoice_id for record in written])
        now = {i: record_at(records, self.realm_id) for i, records in current.items()}
        return {invoice_id: record for invoice_id, record in now.items() if record is not None}
