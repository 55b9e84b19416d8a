"""Posting one claimed push and finding out what became of it.

Whatever happens, a push ends in one of three ways: a document is confirmed, QuickBooks refused
it, or the outcome is unknown and stays so until QuickBooks has been asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import (
    AppError,
    LeaseTakenError,
    NumberTakenError,
    OutcomeUnknownError,
    RequestIdUsedError,
    RequestRejectedError,
    SecretHiddenError,
    ServiceUnavailableError,
    SignInNeededError,
    TurnGivenUpError,
    UntrustedHostError,
)
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import PostedDocument, Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.domain.texts import has_any_key, has_key_of
from psaqb_desktop.services.document_differences import differences
from psaqb_desktop.services.ports import Clock, PushJournal
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany
from psaqb_desktop.services.refusals import (
    number_taken,
    refusal,
    request_id_used,
    unknown_outcome,
)
from psaqb_desktop.services.result_recorder import Outcome, ResultRecorder

NOTHING_SENT = (
    ServiceUnavailableError,
    SignInNeededError,
    LeaseTakenError,
    UntrustedHostError,
    SecretHiddenError,
)
"""Errors after which it is certain that this call created nothing."""

WAITS = (1.0, 3.0)
"""Seconds between the questions about an unknown outcome within one run."""

CLAIM_LASTS = timedelta(minutes=5)
"""Half the time after which another desktop takes a claim over: a machine may have slept."""

_CLOCK_SLIPS = timedelta(minutes=1)
"""How far a clock may be put back in its everyday corrections."""

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the clocks of a desktop, the CRM and QuickBooks may be apart."""

LONGEST_REQUEST = timedelta(minutes=2)
"""Intuit ends a request after 120 seconds: a document that is older was not made by it."""

STILL_UNDER_WAY = timedelta(minutes=15)
"""How long after a claim a request of it might still be at work somewhere."""

log = logging.getLogger("psaqb.push")


@dataclass(frozen=True, slots=True)
class ClaimedPush:
    """A push that the journal and the CRM know of; ``record`` is the CRM's, as claimed."""

    push: Push
    record: SyncRecord
    total_tolerance: Decimal = ZERO
    is_repeat_of_refused: bool = False
    """The same draft was refused under the same request id before."""
    renewed_on: datetime | None = None
    """When settling took the claim anew."""

    @property
    def since(self) -> datetime:
        """From when on a document of this push may have been made, by anybody's clock."""
        return made_since(self.record, self.push.prepared_on)


def opened_on(record: SyncRecord) -> datetime | None:
    """Return since when the outcome of a record is open.

    The claimant's own clock may go wrong; the CRM's says when the claim was written.
    """
    known = [moment for moment in (record.claimed_on, record.modified_on) if moment]
    return min(known) if known else None


def made_since(record: SyncRecord, *more: datetime) -> datetime:
    """Return a moment before which no document of an open record can have been made."""
    opened = opened_on(record)
    known = [*more, opened] if opened else [*more]
    return min(known) - CLOCKS_DIFFER


def _differences(claimed: ClaimedPush, document: PostedDocument) -> tuple[Finding, ...]:
    push = claimed.push
    return differences(push.draft, push.invoice_number, document, claimed.total_tolerance)


def _is_repetition(document: PostedDocument, claimed: ClaimedPush) -> bool:
    """Tell whether an answer may be that of an earlier request under the same id.

    By QuickBooks' own clock where it told the time of its answer.
    """
    if document.created is None or document.answered_on is None:
        return _is_older(document, claimed)
    return document.answered_on - document.created > LONGEST_REQUEST


def _is_older(document: PostedDocument, claimed: ClaimedPush) -> bool:
    """Tell whether a document was there before this push."""
    return document.created is None or document.created < claimed.since


class Posting:
    """Posts to one company, journal first, and settles what is unknown."""

    def __init__(
        self,
        *,
        company: QuickBooksCompany,
        journal: PushJournal,
        recorder: ResultRecorder,
        clock: Clock,
        pushed_by: str,
    ) -> None:
        self._company = company
        self._journal = journal
        self._recorder = recorder
        self._clock = clock
        self._pushed_by = pushed_by

    def is_too_late(self, claimed: ClaimedPush) -> bool:
        """Tell whether the claim is so old that another desktop may be about to settle it.

        So it is as well where nobody can tell: the clock was set back since.
        """
        taken_on = claimed.renewed_on or claimed.push.prepared_on
        return not -_CLOCK_SLIPS <= self._clock.now() - taken_on <= CLAIM_LASTS

    def post(
        self,
        claimed: ClaimedPush,
        is_over: Callable[[], bool] = lambda: False,
        on_leaving: Callable[[], None] = lambda: None,
    ) -> PushResult | None:
        """Send the draft once and follow it to its end; None where it was not sent.

        It is not sent once ``is_over`` says so, or once the claim has become too old. Both are
        looked at last when the limits let it leave, however long that took: nothing leaves under a
        claim that another desktop may have taken over. Then the journal says SENT, and only then
        does it leave. One that QuickBooks turns away asks again before its next try; given up
        there, its record is as before the claim.

        Raises:
            SignInNeededError: after recording that nothing was sent; the run of this company ends.
            JournalError: nothing was sent, or the outcome stays open in the journal.
        """

        def gives_up() -> bool:
            return is_over() or self.is_too_late(claimed)

        with self._company.turn(gives_up) as turn:
            if turn is None or gives_up():
                return None
            on_leaving()
            self._journal.advance([claimed.push.request_id], PushStep.SENT)
            answer = self._send(claimed.push, turn)
        return self._follow(claimed, answer)

    def _send(self, push: Push, turn: Any) -> PostedDocument | AppError:
        try:
            return self._company.post(push.draft, push.request_id, turn)
        except AppError as error:
            return error

    def _follow(self, claimed: ClaimedPush, answer: PostedDocument | AppError) -> PushResult:
        if isinstance(answer, RequestRejectedError):
            return self._refused(claimed, answer)
        if isinstance(answer, TurnGivenUpError):
            return self._give_back(claimed, answer)
        if isinstance(answer, NOTHING_SENT):
            result = self._close_refused(claimed, answer)
            if isinstance(answer, SignInNeededError):
                raise answer
            return result
        if isinstance(answer, AppError):
            # OutcomeUnknownError, and anything else that does not prove the contrary.
            log.warning("no answer for request %s: %s", claimed.push.request_id, answer)
            return self.settle(claimed)
        if not _is_repetition(answer, claimed):
            return self.confirm(claimed, answer)
        try:
            return self._accept(claimed, answer)
        except AppError as error:
            return self._leave_unknown(claimed, error)

    def _give_back(self, claimed: ClaimedPush, error: TurnGivenUpError) -> PushResult:
        """Close a push that QuickBooks turned away, and that was then cancelled or came too late.

        It is as if it had never left: that is no failure of the invoice.
        """
        number, record = claimed.push.invoice_number, claimed.record.given_back()
        said = f"Invoice {number} was not sent: {error}"
        self._journal.advance([claimed.push.request_id], PushStep.REJECTED, outcome=said)
        self._recorder.add(Outcome(claimed.push.request_id, record, is_final=True))
        return PushResult(claimed.push.invoice_id, record.state, record)

    def settle(self, claimed: ClaimedPush) -> PushResult:
        """Ask QuickBooks what became of a push that was sent; repeat it under the same id."""
        push = claimed.push
        last: AppError | None = None
        for wait in (*WAITS, None):
            try:
                document = self._own_document(claimed)
                if document is None:
                    if self.is_too_late(claimed):
                        break
                    answered = self._company.post(push.draft, push.request_id)
                    return self._accept(claimed, answered)
                return self.confirm(claimed, document)
            except RequestRejectedError as error:
                return self._refused(claimed, error)
            except OutcomeUnknownError as error:
                last = error
                if isinstance(error, RequestIdUsedError) and self._is_long_open(claimed):
                    return self._give_up_id(claimed, None, error.details)
            except AppError as error:
                last = error
                break
            if wait is not None:
                self._clock.sleep(wait)
        return self._leave_unknown(claimed, last)

    def _accept(self, claimed: ClaimedPush, answered: PostedDocument) -> PushResult:
        """Take the answer to a request id that may have been used before.

        QuickBooks repeats the answer of the first time, whatever has become of the document
        since: so it is read. One that does not stand and is older than this push, or stands for
        another invoice, is not this push's.
        """
        push = claimed.push
        try:
            current = self._company.read(answered.type, answered.id)
        except RequestRejectedError as error:
            raise OutcomeUnknownError(str(error), details=error.details) from error
        note = current.private_note if current else ""
        is_others = has_any_key(note) and not has_key_of(note, push.invoice_id)
        if current is not None and not current.is_voided and not is_others:
            return self.confirm(claimed, replace(current, trace_id=answered.trace_id))
        if is_others or _is_older(answered, claimed):
            log.warning("request %s was answered with old %s", push.request_id, answered.id)
            return self._give_up_id(claimed, current or answered)
        return self.confirm(claimed, current or replace(answered, is_deleted=True, balance=ZERO))

    def _give_up_id(
        self, claimed: ClaimedPush, document: PostedDocument | None, details: str = ""
    ) -> PushResult:
        """Close a push whose request id will never make a document; another id can."""
        finding = request_id_used(claimed.push, document, details)
        self._journal.advance([claimed.push.request_id], PushStep.REJECTED, outcome=finding.message)
        # Without its digest, no later push takes this one's id for its own.
        forgetful = replace(claimed, record=replace(claimed.record, digest=""))
        return replace(self.record_refused(forgetful, finding), wants_new_id=True)

    def _is_long_open(self, claimed: ClaimedPush) -> bool:
        """Tell whether the first request of this id cannot be under way any more.

        By the desktop's own clock alone: it may be hours ahead of the CRM's.
        """
        return self._clock.now() - claimed.push.prepared_on > STILL_UNDER_WAY

    def confirm(self, claimed: ClaimedPush, document: PostedDocument) -> PushResult:
        """Take a document as the one of this push, and compare what QuickBooks made of it."""
        push = claimed.push
        self._journal.advance([push.request_id], PushStep.CONFIRMED, document=document)
        return self.record_confirmed(claimed, document)

    def record_confirmed(self, claimed: ClaimedPush, document: PostedDocument) -> PushResult:
        """Bring a confirmed document to the CRM."""
        is_gone = document.is_voided or document.is_deleted
        findings = () if is_gone else _differences(claimed, document)
        state = PostingState.POSTED_REVIEW if findings else PostingState.POSTED
        now = self._clock.now()
        record = replace(
            claimed.record.posted(document),
            state=state,
            finding=" ".join(f.message for f in findings),
            finding_cause=findings[0].cause.value if findings else "",
            pushed_on=now,
            pushed_by=self._pushed_by,
            last_checked=now,
        )
        self._recorder.add(Outcome(claimed.push.request_id, record, is_final=True))
        return PushResult(claimed.push.invoice_id, state, record, findings)

    def record_refused(self, claimed: ClaimedPush, finding: Finding) -> PushResult:
        """Bring a refusal to the CRM."""
        record = replace(
            claimed.record,
            state=PostingState.FAILED,
            finding=finding.message,
            finding_cause=finding.cause.value,
            last_checked=self._clock.now(),
        )
        self._recorder.add(Outcome(claimed.push.request_id, record, is_final=True))
        return PushResult(claimed.push.invoice_id, record.state, record, (finding,))

    def _refused(self, claimed: ClaimedPush, error: RequestRejectedError) -> PushResult:
        """Record a refusal, unless the document is there after all (an earlier try made it)."""
        try:
            document = self._own_document(claimed)
        except AppError as failure:
            return self._leave_unknown(claimed, failure)
        if document is not None:
            return self.confirm(claimed, document)
        return self._close_refused(claimed, error)

    def _holder(self, error: NumberTakenError) -> PostedDocument | None:
        """Read the document that has the number; None where it is not told or not to be had."""
        types = {document_type.value: document_type for document_type in DocumentType}
        if error.holder is None or error.holder[0] not in types:
            return None
        try:
            return self._company.read(types[error.holder[0]], QuickBooksId(error.holder[1]))
        except AppError as failure:
            log.warning("the document with the same number cannot be read: %s", failure)
            return None

    def _close_refused(self, claimed: ClaimedPush, error: AppError) -> PushResult:
        finding = refusal(claimed.push, error)
        holder = self._holder(error) if isinstance(error, NumberTakenError) else None
        if holder is not None:
            finding = number_taken(claimed.push, holder, error)
        self._journal.advance(
            [claimed.push.request_id],
            PushStep.REJECTED,
            outcome=finding.message,
            trace_id=getattr(error, "trace_id", ""),
        )
        return self.record_refused(claimed, finding)

    def _leave_unknown(self, claimed: ClaimedPush, error: AppError | None) -> PushResult:
        finding = unknown_outcome(claimed.push, error.details if error else "")
        record = replace(
            claimed.record,
            state=PostingState.UNKNOWN,
            claimed_on=opened_on(claimed.record),
            finding=finding.message,
            finding_cause=finding.cause.value,
            last_checked=self._clock.now(),
        )
        self._recorder.add(Outcome(claimed.push.request_id, record, is_final=False))
        return PushResult(claimed.push.invoice_id, PostingState.UNKNOWN, record, (finding,))

    def _own_document(self, claimed: ClaimedPush) -> PostedDocument | None:
        """Find the document of this push: not a voided one, not that of an earlier generation."""
        earlier = claimed.record.quickbooks_id
        for document in self._company.find(claimed.push.draft, claimed.since):
            if not document.is_voided and not document.is_deleted and document.id != earlier:
                return document
        return None
