"""Settling: find out what became of pushes that a crash, a kill or a lost answer left open.

Run at every start and on request. What this machine began is known from its journal; claims of
other desktops that have gone quiet are taken over, under the same request id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import AppError, NotSetUpError, StaleRecordError
from psaqb_desktop.domain.findings import Cause, blocker, warning
from psaqb_desktop.domain.identifiers import ConnectionId, QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import NEVER_SENT, PostedDocument, Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Alone, Claims, Pusher, claimant, is_own_claim
from psaqb_desktop.services.ports import (
    Clock,
    ConnectionStore,
    InvoiceSource,
    PushJournal,
    SyncRecordStore,
)
from psaqb_desktop.services.posting import ClaimedPush, Posting, opened_on
from psaqb_desktop.services.push_progress import OnProgress, progress_of
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.result_recorder import ResultRecorder, reconciled
from psaqb_desktop.services.take_over import (
    TakeOver,
    claimed_again,
    record_of,
    still_unknown,
)

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
        self._companies = companies
        self._connections = connections
        self._records = records
        self._journal = journal
        self._tokens = tokens
        self._clock = clock
        self._pusher = pusher
        self._alone = alone
        self._claims = Claims(records=records, journal=journal, clock=clock, pusher=pusher)
        self._take_over = TakeOver(
            check=check,
            companies=companies,
            invoices=invoices,
            records=records,
            journal=journal,
            clock=clock,
            pusher=pusher,
        )

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
            results += self._take_over.run(connections)
        if on_progress is not None:
            for result in results:
                on_progress(progress_of(result))
        return tuple(results)

    def _settle_own(self, connections: Mapping[ConnectionId, Connection]) -> list[PushResult]:
        pushes = self._journal.open_pushes()
        results: list[PushResult] = []
        for connection_id in dict.fromkeys(push.connection_id for push in pushes):
            group = [push for push in pushes if push.connection_id == connection_id]
            connection = connections.get(connection_id)
            if connection is None:
                text = "The connection of this push no longer exists in the CRM."
                results += [still_unknown(push, None, text) for push in group]
                continue
            try:
                results += self._settle_company(group, connection)
            except AppError as error:
                log.warning("pushes of %s cannot be settled now: %s", connection.name, error)
                results += [still_unknown(push, None, f"{error} {error.details}") for push in group]
        return results

    def _settle_company(self, group: Sequence[Push], connection: Connection) -> list[PushResult]:
        records = {push.request_id: record_of(self._records, push) for push in group}
        recorder = ResultRecorder(records=self._records, journal=self._journal)
        posting = self._posting(connection, recorder)
        results = []
        for push in group:
            claimed = claimed_again(push, records[push.request_id], connection)
            result = self._settle_one(claimed, posting)
            if result is not None:
                results.append(result)
        try:
            recorder.flush()
        except AppError as error:
            log.warning("outcomes cannot be brought to the CRM now: %s", error)
        return [recorder.final(result) for result in results]

    def _settle_one(self, claimed: ClaimedPush, posting: Posting) -> PushResult | None:
        push, record = claimed.push, claimed.record
        try:
            if push.step in NEVER_SENT:
                return self._never_sent(claimed)
            if _is_settled_elsewhere(push, record):
                return self._follow(claimed, posting)
            if push.step is PushStep.CONFIRMED:
                document = self._read_confirmed(claimed)
                return posting.record_confirmed(claimed, document)
            if push.step is PushStep.REJECTED:
                finding = blocker(Cause.REFUSED, push.outcome, "Correct the cause, then try again.")
                return posting.record_refused(claimed, finding)
            renewed = self._renewed(claimed)
            if _is_settled_elsewhere(push, renewed.record):
                return self._follow(renewed, posting)
            return posting.settle(renewed)
        except AppError as error:
            log.warning("request %s cannot be settled now: %s", push.request_id, error)
            return still_unknown(push, record, f"{error} {error.details}")
        except Exception as error:
            log.exception("request %s ended unexpectedly", push.request_id)
            return still_unknown(push, record, f"{type(error).__name__}: {error}")

    def _renewed(self, claimed: ClaimedPush) -> ClaimedPush:
        """Take the claim anew, so that nobody sets it free while QuickBooks is asked.

        Where the CRM does not take it, QuickBooks is looked at only; nothing is sent again.
        """
        push, record = claimed.push, claimed.record
        mine = replace(
            record,
            state=record.state if record.state.is_open else PostingState.UNKNOWN,
            claimed_by=claimant(self._pusher.name(), self._pusher.machine),
            claimed_on=opened_on(record) or push.prepared_on,
        )
        answer = self._records.write([mine])[push.invoice_id]
        if isinstance(answer, SyncRecord):
            return replace(claimed, record=answer, renewed_on=self._clock.now())
        if isinstance(answer, StaleRecordError):
            current = record_of(self._records, push)
            return replace(claimed, record=current) if current else claimed
        log.warning("the claim of %s cannot be renewed: %s", push.request_id, answer)
        return claimed

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
        current = record_of(self._records, push) or record
        if current.request_id != push.request_id:
            second = self._second_document(replace(claimed, record=current), posting)
            if second is not None:
                return second
        elif not record.state.is_posted:
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

    def _second_document(self, claimed: ClaimedPush, posting: Posting) -> PushResult | None:
        """Look whether an overtaken push left a document beside that of the later one."""
        push, current = claimed.push, claimed.record
        found = None if push.step is PushStep.REJECTED else self._standing_document(claimed)
        if found is None:
            return None
        if current.state.is_open:
            text = (
                f"QuickBooks has {found.number} (id {found.id}), while a later push is under way."
            )
            return still_unknown(push, current, text)
        if not current.state.is_posted:
            if push.step is PushStep.CONFIRMED:
                return posting.record_confirmed(claimed, found)
            return posting.confirm(claimed, found)
        both = reconciled(current.posted(found), current)
        answer = self._records.write([both])[push.invoice_id]
        if isinstance(answer, AppError):
            raise answer
        if push.step is PushStep.SENT:
            self._journal.advance([push.request_id], PushStep.CONFIRMED, document=found)
        self._journal.advance([push.request_id], PushStep.RECORDED)
        finding = warning(Cause.POSTED_DIFFERENTLY, answer.finding, "Void one of them, then pull.")
        return PushResult(push.invoice_id, answer.state, answer, (finding,))

    def _standing_document(self, claimed: ClaimedPush) -> PostedDocument | None:
        push = claimed.push
        connection = self._connections.connection(push.connection_id)
        for document in self._companies.open(connection).find(push.draft, claimed.since):
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

    def _posting(self, connection: Connection, recorder: ResultRecorder) -> Posting:
        return Posting(
            company=self._companies.open(connection),
            journal=self._journal,
            recorder=recorder,
            clock=self._clock,
            pushed_by=self._pusher.name(),
        )


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
