"""Taking over what desktops that went quiet have left open.

Times are the CRM's: desktops' clocks differ. A claim whose draft can still be made is settled under
the same request id, which QuickBooks answers with the same document. Otherwise QuickBooks is only
looked at, and the invoice stays closed until nothing of the quiet desktop can be under way.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import ConnectionId, sync_record_id
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import PostedDocument, Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.domain.texts import has_key_of
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Pusher, claimant
from psaqb_desktop.services.ports import Clock, InvoiceSource, PushJournal, SyncRecordStore
from psaqb_desktop.services.posting import ClaimedPush, Posting, made_since, opened_on
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.refusals import unknown_outcome
from psaqb_desktop.services.result_recorder import ResultRecorder

STALE_AFTER = timedelta(minutes=10)
"""A claim of another desktop that the CRM has not heard of for this long is nobody's."""
FREE_AFTER = timedelta(minutes=15)
"""After a take-over, how long a call of the quiet desktop might still arrive, and be found."""

_TAKEN_OVER = ", taken over by "

log = logging.getLogger("psaqb.settle")


class TakeOver:
    """Settles claims of other desktops."""

    def __init__(  # noqa: PLR0913 - all it needs
        self,
        *,
        check: CheckInvoices,
        companies: CompanyGateway,
        invoices: InvoiceSource,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
        pusher: Pusher,
    ) -> None:
        self._check = check
        self._companies = companies
        self._invoices = invoices
        self._records = records
        self._journal = journal
        self._clock = clock
        self._pusher = pusher

    def run(self, connections: Mapping[ConnectionId, Connection]) -> list[PushResult]:
        """Settle what has gone quiet; what cannot be settled now is told and stays open.

        Raises:
            AppError: the CRM cannot be read.
        """
        own = {push.request_id for push in self._journal.open_pushes()}
        opened = [
            record
            for record in self._records.records()
            if record.state.is_open and record.request_id not in own
        ]
        if not opened:
            return []
        now = self._records.time()
        quiet = [r for r in opened if _was_taken_over(r) or _age(r, now) >= STALE_AFTER]
        return [self._settle(record, connections, now) for record in quiet]

    def _settle(
        self, record: SyncRecord, connections: Mapping[ConnectionId, Connection], now: datetime
    ) -> PushResult:
        connection = connections.get(record.connection_id)
        if connection is None:
            return _unknown(record, "Its connection no longer exists in the CRM.")
        try:
            checked = self._check_again(record, connection)
            if checked and checked.draft and checked.draft.digest == record.digest:
                return self._go_on(record, checked, connection)
            return self._look(record, checked, connection, now)
        except AppError as error:
            log.warning("the stale claim %s cannot be settled now: %s", record.id, error)
            return _unknown(record, "It cannot be settled just now.", f"{error} {error.details}")
        except Exception as error:
            log.exception("settling the stale claim %s ended unexpectedly", record.id)
            return _unknown(record, "It cannot be settled.", f"{type(error).__name__}: {error}")

    def _go_on(self, record: SyncRecord, checked: Checked, connection: Connection) -> PushResult:
        """Do as the quiet desktop would have done, under the same request id."""
        me = claimant(self._pusher.name(), self._pusher.machine)
        mine = self._write(replace(record, claimed_by=me, claimed_on=opened_on(record)))
        push = self._push_of(mine, checked, connection)
        recorder = ResultRecorder(records=self._records, journal=self._journal)
        posting = Posting(
            company=self._companies.open(connection),
            journal=self._journal,
            recorder=recorder,
            clock=self._clock,
            pushed_by=self._pusher.name(),
        )
        self._journal.prepare([push])
        self._journal.advance([push.request_id], PushStep.CLAIMED)
        self._journal.advance([push.request_id], PushStep.SENT)
        result = posting.settle(claimed_again(push, mine, connection))
        recorder.flush()
        return recorder.final(result)

    def _look(
        self, record: SyncRecord, checked: Checked | None, connection: Connection, now: datetime
    ) -> PushResult:
        """The draft that was sent is not to be had: adopt its document if it is there.

        If it is not, a call of the quiet desktop may still be on its way. So the invoice stays
        closed for a while, and for ever if there is no draft to compare with or to push.
        """
        found = self._find(record, checked, connection, now)
        if found:
            return self._adopt(record, checked, found)
        reason = _why(checked)
        if not _was_taken_over(record):
            me = claimant(self._pusher.name(), self._pusher.machine)
            finding = _finding(reason)
            record = self._write(
                replace(
                    record,
                    state=PostingState.UNKNOWN,
                    claimed_by=f"{record.claimed_by[:80]}{_TAKEN_OVER}{me}",
                    claimed_on=opened_on(record),
                    finding=finding.message,
                    finding_cause=finding.cause.value,
                    last_checked=self._clock.now(),
                )
            )
        elif checked and checked.draft and _age(record, now) >= FREE_AFTER:
            freed = self._write(
                replace(
                    record,
                    state=PostingState.NOT_POSTED,
                    claimed_by="",
                    claimed_on=None,
                    finding="",
                    finding_cause="",
                    last_checked=self._clock.now(),
                )
            )
            return PushResult(freed.invoice_id, freed.state, freed)
        more = checked.findings if checked else ()
        result = _unknown(record, reason)
        return replace(result, findings=(*result.findings, *more))

    def _find(
        self, record: SyncRecord, checked: Checked | None, connection: Connection, now: datetime
    ) -> list[PostedDocument]:
        company, since = self._companies.open(connection), made_since(record, now)
        if checked is not None and checked.draft is not None:
            documents = company.find(checked.draft, since)
        else:
            documents = tuple(
                document
                for document in company.created_since(since)
                if has_key_of(document.private_note, record.invoice_id)
            )
        return [
            document
            for document in documents
            if not document.is_voided and document.id != record.quickbooks_id
        ]

    def _adopt(
        self, record: SyncRecord, checked: Checked | None, found: Sequence[PostedDocument]
    ) -> PushResult:
        what = "has changed" if checked else "was deleted"
        text = f"Posted by a desktop that went quiet; the CRM invoice {what} since."
        if len(found) > 1:
            names = " and ".join(f"{d.number} (id {d.id})" for d in found)
            text += f" It is in QuickBooks {len(found)} times: {names}."
        settled = self._write(
            replace(
                record.posted(found[0]),
                state=PostingState.POSTED_REVIEW,
                finding=text,
                finding_cause=Cause.CHANGED_AFTER_POSTING.value,
                pushed_on=found[0].created or record.claimed_on,
                last_checked=self._clock.now(),
            )
        )
        return PushResult(record.invoice_id, settled.state, settled)

    def _write(self, record: SyncRecord) -> SyncRecord:
        answer = self._records.write([record])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return answer

    def _check_again(self, record: SyncRecord, connection: Connection) -> Checked | None:
        invoices = self._invoices.invoices_by_id([record.invoice_id])
        rows = [ListedInvoice(invoice, connection, record) for invoice in invoices]
        checked: Sequence[Checked] = self._check.run(rows)
        return checked[0] if checked else None

    def _push_of(self, record: SyncRecord, checked: Checked, connection: Connection) -> Push:
        if checked.draft is None:
            msg = "a takeover needs the draft"
            raise ValueError(msg)
        return Push(
            request_id=record.request_id,
            generation=record.generation,
            invoice_id=record.invoice_id,
            invoice_number=checked.invoice.number,
            invoice_version=checked.invoice.version,
            connection_id=connection.id,
            realm_id=connection.realm_id,
            draft=checked.draft,
            digest=record.digest,
            step=PushStep.PREPARED,
            prepared_on=self._clock.now(),
            pushed_by=self._pusher.name(),
            machine=self._pusher.machine,
        )


def record_of(records: SyncRecordStore, push: Push) -> SyncRecord | None:
    """Return the record of a push's own company, not the one that got furthest elsewhere."""
    found = records.every_record_of([push.invoice_id]).get(push.invoice_id, ())
    return record_at(found, push.realm_id)


def claimed_again(push: Push, record: SyncRecord | None, connection: Connection) -> ClaimedPush:
    """Put a push of the journal beside its record; without one, the journal's word makes it."""
    if record is None:
        record = SyncRecord(
            id=sync_record_id(push.invoice_id, push.realm_id),
            invoice_id=push.invoice_id,
            connection_id=push.connection_id,
            realm_id=push.realm_id,
        )
    if record.request_id != push.request_id and not record.state.is_open:
        record = replace(
            record,
            request_id=push.request_id,
            generation=push.generation,
            digest=push.digest,
            document_type=push.draft.document_type,
            invoice_version=push.invoice_version,
            content_digest="",
        )
    try:
        tolerance = read_mapping(connection.mapping_text).total_tolerance
    except ValueError:
        tolerance = ZERO
    return ClaimedPush(push, record, tolerance)


def still_unknown(push: Push, record: SyncRecord | None, details: str) -> PushResult:
    """Tell that a push of the journal stays open."""
    finding = unknown_outcome(push, details)
    return PushResult(push.invoice_id, PostingState.UNKNOWN, record, (finding,))


def _was_taken_over(record: SyncRecord) -> bool:
    return record.state is PostingState.UNKNOWN and _TAKEN_OVER in record.claimed_by


def _age(record: SyncRecord, now: datetime) -> timedelta:
    """Return how long ago the CRM heard of a record, by the CRM's own clock."""
    return now - record.modified_on if record.modified_on else timedelta.max


def _why(checked: Checked | None) -> str:
    if checked is None:
        return "The CRM invoice was deleted while its outcome was open, and QuickBooks shows none."
    if checked.draft is None:
        return "Its draft cannot be made any more, and QuickBooks shows no document of it."
    return "The CRM invoice has changed since it was sent, and QuickBooks shows no document of it."


def _finding(reason: str, details: str = "") -> Finding:
    return blocker(
        Cause.OUTCOME_UNKNOWN,
        f"A desktop that went quiet may have sent it. {reason}",
        "Choose “Check outcome” again in a quarter of an hour; please do not enter it by hand.",
        details=details,
    )


def _unknown(record: SyncRecord, reason: str, details: str = "") -> PushResult:
    finding = _finding(reason, details)
    return PushResult(record.invoice_id, PostingState.UNKNOWN, record, (finding,))
