"""Settling: find out what became of pushes that a crash, a kill or a lost answer left open.

Run at every start and on request. What this machine began is known from its journal; claims of
other desktops that have gone quiet are taken over, under the same request id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.draft import DocumentType
from psaqb_desktop.domain.errors import AppError, NotSetUpError
from psaqb_desktop.domain.findings import Cause, blocker
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    InvoiceId,
    QuickBooksId,
    sync_record_id,
)
from psaqb_desktop.domain.listing import Checked, ListedInvoice
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import (
    PostedDocument,
    PostingState,
    Push,
    PushResult,
    PushStep,
    SyncRecord,
)
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Alone, Claims, Pusher, is_own_claim
from psaqb_desktop.services.ports import (
    Clock,
    ConnectionStore,
    InvoiceSource,
    PushJournal,
    SyncRecordStore,
)
from psaqb_desktop.services.posting import ClaimedPush, Posting
from psaqb_desktop.services.push_invoices import OnProgress, progress_of
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.refusals import unknown_outcome
from psaqb_desktop.services.result_recorder import ResultRecorder

STALE_AFTER = timedelta(minutes=10)
"""A claim of another desktop older than this is nobody's: no call lives that long."""

log = logging.getLogger("psaqb.settle")


class SettlePushes:
    """Settles everything that is open, so that no invoice stays in the dark."""

    def __init__(  # noqa: PLR0913 - a use case names all it needs
        self,
        *,
        check: CheckInvoices,
        companies: CompanyGateway,
        connections: ConnectionStore,
        invoices: InvoiceSource,
        records: SyncRecordStore,
        journal: PushJournal,
        tokens: AccessTokens,
        clock: Clock,
        pusher: Pusher,
        alone: Alone = nullcontext,
    ) -> None:
        self._check = check
        self._companies = companies
        self._connections = connections
        self._invoices = invoices
        self._records = records
        self._journal = journal
        self._tokens = tokens
        self._clock = clock
        self._pusher = pusher
        self._alone = alone
        self._claims = Claims(records=records, journal=journal, clock=clock, pusher=pusher)

    def run(self, *, on_progress: OnProgress | None = None) -> tuple[PushResult, ...]:
        """Settle; what cannot be settled now stays open and is told as such.

        Raises:
            SignInNeededError, ServiceUnavailableError: the CRM cannot be read.
            LeaseTakenError: another program of this machine is pushing or settling.
        """
        try:
            connections = {c.id: c for c in self._connections.connections()}
        except NotSetUpError:
            return ()
        self._tokens.heal(connections.values())
        with self._alone():
            results = self._settle_own(connections)
            results += self._take_over(connections)
        if on_progress is not None:
            for result in results:
                on_progress(progress_of(result))
        return tuple(results)

    def _settle_own(self, connections: Mapping[ConnectionId, Connection]) -> list[PushResult]:
        pushes = self._journal.open_pushes()
        records = self._records.records_of([push.invoice_id for push in pushes]) if pushes else {}
        results = []
        for connection_id in dict.fromkeys(push.connection_id for push in pushes):
            group = [push for push in pushes if push.connection_id == connection_id]
            connection = connections.get(connection_id)
            if connection is None:
                results += [self._still_open(push, records) for push in group]
                continue
            recorder = ResultRecorder(records=self._records, journal=self._journal)
            posting = self._posting(connection, recorder)
            for push in group:
                claimed = _claimed(push, records.get(push.invoice_id), connection)
                result = self._settle_one(claimed, posting)
                if result is not None:
                    results.append(result)
            recorder.flush()
        return results

    def _settle_one(self, claimed: ClaimedPush, posting: Posting) -> PushResult | None:
        push, record = claimed.push, claimed.record
        try:
            if push.step in {PushStep.PREPARED, PushStep.CLAIMED}:
                return self._never_sent(claimed)
            if _is_settled_elsewhere(push, record):
                return self._follow(claimed, posting)
            if push.step is PushStep.CONFIRMED:
                document = self._read_confirmed(claimed)
                return posting.record_confirmed(claimed, document)
            if push.step is PushStep.REJECTED:
                finding = blocker(Cause.REFUSED, push.outcome, "Correct the cause, then try again.")
                return posting.record_refused(claimed, finding)
            return posting.settle(claimed)
        except AppError as error:
            log.warning("request %s cannot be settled now: %s", push.request_id, error)
            finding = unknown_outcome(push, f"{error} {error.details}")
            return PushResult(push.invoice_id, PostingState.UNKNOWN, record, (finding,))

    def _never_sent(self, claimed: ClaimedPush) -> PushResult | None:
        """Give the claim back if the CRM has it; the journal says that nothing left.

        Another desktop may hold a claim of the very same id by now: that one stays.
        """
        push, record = claimed.push, claimed.record
        if is_own_claim(record, push):
            return self._claims.release([claimed])[0]
        self._journal.advance([push.request_id], PushStep.ABANDONED)
        return None

    def _follow(self, claimed: ClaimedPush, posting: Posting) -> PushResult:
        """Close a push that another desktop has settled meanwhile; what it found out stands.

        Only a document that the CRM does not know of is news. Nothing is ever sent from here.
        """
        push, record = claimed.push, claimed.record
        if record.request_id == push.request_id and not record.state.is_posted:
            if push.step is PushStep.CONFIRMED:
                return posting.record_confirmed(claimed, self._read_confirmed(claimed))
            found = self._standing_document(claimed)
            if found is not None and push.step is PushStep.SENT:
                return posting.confirm(claimed, found)
        if push.step is PushStep.SENT:
            self._journal.advance(
                [push.request_id], PushStep.REJECTED, outcome="Settled by another desktop."
            )
        self._journal.advance([push.request_id], PushStep.RECORDED)
        return PushResult(push.invoice_id, record.state, record)

    def _standing_document(self, claimed: ClaimedPush) -> PostedDocument | None:
        push = claimed.push
        connection = self._connections.connection(push.connection_id)
        for document in self._companies.open(connection).find(push.draft):
            if not document.is_voided and document.id != claimed.record.quickbooks_id:
                return document
        return None

    def _read_confirmed(self, claimed: ClaimedPush) -> PostedDocument:
        """Read the document that QuickBooks had confirmed; it may have been deleted since."""
        push = claimed.push
        connection = self._connections.connection(push.connection_id)
        document_type, identifier = push.draft.document_type, QuickBooksId(push.outcome)
        document = self._companies.open(connection).read(document_type, identifier)
        return document or _deleted(document_type, identifier, push)

    def _still_open(self, push: Push, records: Mapping[InvoiceId, SyncRecord]) -> PushResult:
        finding = unknown_outcome(push, "The connection of this push no longer exists in the CRM.")
        return PushResult(
            push.invoice_id, PostingState.UNKNOWN, records.get(push.invoice_id), (finding,)
        )

    def _take_over(self, connections: Mapping[ConnectionId, Connection]) -> list[PushResult]:
        """Settle claims of desktops that have gone quiet, as they would have done."""
        own = {push.request_id for push in self._journal.open_pushes()}
        before = self._clock.now() - STALE_AFTER
        stale = [
            record
            for record in self._records.records()
            if record.state.is_open
            and record.request_id not in own
            and (record.claimed_on is None or record.claimed_on < before)
            and record.connection_id in connections
        ]
        results = []
        for record in stale:
            connection = connections[record.connection_id]
            try:
                results.append(self._take_over_one(record, connection))
            except AppError as error:
                log.warning("the stale claim %s cannot be settled now: %s", record.id, error)
        return results

    def _take_over_one(self, record: SyncRecord, connection: Connection) -> PushResult:
        checked = self._check_again(record, connection)
        name = f"{self._pusher.name()} on {self._pusher.machine}"
        mine = replace(record, claimed_by=name, claimed_on=self._clock.now())
        answer = self._records.write([mine])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        recorder = ResultRecorder(records=self._records, journal=self._journal)
        posting = self._posting(connection, recorder)
        if checked is None or checked.draft is None or checked.draft.digest != record.digest:
            return self._look_only(answer, connection, checked)
        push = self._push_of(answer, checked, connection)
        self._journal.prepare([push])
        self._journal.advance([push.request_id], PushStep.CLAIMED)
        self._journal.advance([push.request_id], PushStep.SENT)
        result = posting.settle(_claimed(push, answer, connection))
        recorder.flush()
        return result

    def _look_only(
        self, record: SyncRecord, connection: Connection, checked: Checked | None
    ) -> PushResult:
        """The draft that was sent is not to be had: adopt its document if it is there, else free.

        No call of the quiet desktop can be under way any more, so what is not there never came.
        """
        found: PostedDocument | None = None
        if checked is not None and checked.draft is not None:
            documents = self._companies.open(connection).find(checked.draft)
            found = next(
                (d for d in documents if not d.is_voided and d.id != record.quickbooks_id), None
            )
        elif checked is not None:
            return PushResult(record.invoice_id, PostingState.UNKNOWN, record, checked.findings)
        if found is not None:
            settled = replace(
                record.posted(found),
                state=PostingState.POSTED_REVIEW,
                finding="Posted by a desktop that went quiet; the CRM invoice has changed since.",
                finding_cause=Cause.CHANGED_AFTER_POSTING.value,
                last_checked=self._clock.now(),
            )
        else:
            settled = replace(record, state=PostingState.NOT_POSTED, claimed_by="", claimed_on=None)
        answer = self._records.write([settled])[record.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        return PushResult(record.invoice_id, answer.state, answer)

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

    def _posting(self, connection: Connection, recorder: ResultRecorder) -> Posting:
        return Posting(
            company=self._companies.open(connection),
            journal=self._journal,
            recorder=recorder,
            clock=self._clock,
            pushed_by=self._pusher.name(),
        )


def _claimed(push: Push, record: SyncRecord | None, connection: Connection) -> ClaimedPush:
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
        )
    try:
        tolerance = read_mapping(connection.mapping_text).total_tolerance
    except ValueError:
        tolerance = ZERO
    return ClaimedPush(push, record, tolerance)


def _is_settled_elsewhere(push: Push, record: SyncRecord) -> bool:
    """Tell whether the CRM is past this push: its outcome is there, or a later push of it is."""
    if record.generation > push.generation:
        return True
    return (
        record.request_id == push.request_id and bool(record.version) and not record.state.is_open
    )


def _deleted(document_type: DocumentType, identifier: QuickBooksId, push: Push) -> PostedDocument:
    draft = push.draft
    return PostedDocument(
        type=document_type,
        id=identifier,
        number=draft.number,
        sync_token="",
        customer_id=draft.customer.id,
        currency=draft.currency,
        txn_date=draft.txn_date,
        total=draft.total,
        tax=draft.tax,
        balance=ZERO,
        is_deleted=True,
    )
