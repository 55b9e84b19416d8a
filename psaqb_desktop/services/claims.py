"""Claiming: announce pushes in the journal and in the CRM before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.content_digest import content_digest
from psaqb_desktop.domain.errors import AppError, StaleRecordError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import InvoiceId, request_id
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.push import NEVER_SENT, Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.adoption import blank_record, generation_known_to, record_at
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.posting import ClaimedPush
from psaqb_desktop.services.refusals import announced_only, unknown_outcome

LAST_GENERATION = 98
"""Two digits are all that a request id has room for."""


Alone = Callable[[], AbstractContextManager[None]]
"""Keeps other programs of this machine that share its journal from pushing or settling.

Raises LeaseTakenError where one is at it: its open pushes are under way, not left behind.
"""


@dataclass(frozen=True, slots=True)
class Pusher:
    """Who pushes, from where; goes into journal and CRM."""

    name: Callable[[], str]
    machine: str


class Claims:
    """Takes and gives back claims of one environment."""

    def __init__(
        self, *, records: SyncRecordStore, journal: PushJournal, clock: Clock, pusher: Pusher
    ) -> None:
        self._records = records
        self._journal = journal
        self._clock = clock
        self._pusher = pusher

    def take(
        self,
        checked: Sequence[Checked],
        connection: Connection,
        *,
        is_new_generation: bool = False,
    ) -> tuple[list[ClaimedPush], list[PushResult]]:
        """Claim what can be claimed; the rest is answered with the reason.

        The journal has the drafts on disk before the CRM hears of them, and the CRM has the
        request ids before QuickBooks does.

        Raises:
            AppError: journal or CRM cannot be written; nothing was sent.
        """
        known = self._records.every_record_of([c.invoice.id for c in checked])
        open_here = {push.invoice_id: push for push in self._journal.open_pushes()}
        wanted: list[ClaimedPush] = []
        refused: list[PushResult] = []
        for one in checked:
            records = known.get(one.invoice.id, ())
            record = records[0] if records else None
            own = record_at(records, connection.realm_id)
            obstacle = _obstacle(record) or _too_often(own)
            if obstacle is not None and record is not None:
                refused.append(PushResult(one.invoice.id, record.state, record, (obstacle,)))
            elif one.invoice.id in open_here:
                refused.append(_open_already(open_here[one.invoice.id], record))
            else:
                wanted.append(self._plan(one, connection, own, is_new_generation))
        if not wanted:
            return [], refused
        self._journal.prepare([claimed.push for claimed in wanted])
        answers = self._records.write([claimed.record for claimed in wanted])
        claimed, lost = _sort_answers(wanted, answers)
        if lost:
            self._journal.advance([c.push.request_id for c, _ in lost], PushStep.ABANDONED)
            refused.extend(_lost_claim(c, error) for c, error in lost)
        if claimed:
            self._journal.advance([c.push.request_id for c in claimed], PushStep.CLAIMED)
        return claimed, refused

    def release(self, claimed: Sequence[ClaimedPush]) -> list[PushResult]:
        """Give back claims of pushes that were never sent.

        The CRM is told first: should the program die in between, settling finds the journal still
        claiming and does the same again.
        """
        if not claimed:
            return []
        answers = self._records.write([c.record.given_back() for c in claimed])
        results: list[PushResult] = []
        given_back = []
        for one in claimed:
            answer = answers[one.push.invoice_id]
            if isinstance(answer, StaleRecordError):
                answer = self._free_again(one, answer)
            if isinstance(answer, AppError):
                # The journal keeps the claim open, and settling gives it back later.
                results.append(_still_claimed(one, answer))
            else:
                given_back.append(one.push.request_id)
                results.append(PushResult(answer.invoice_id, answer.state, answer))
        self._journal.advance(given_back, PushStep.ABANDONED)
        return results

    def _free_again(self, one: ClaimedPush, stale: AppError) -> SyncRecord | AppError:
        """Give a claim back that changed meanwhile, if it is still ours and not taken over."""
        invoice_id = one.push.invoice_id
        found = self._records.every_record_of([invoice_id]).get(invoice_id, ())
        current = record_at(found, one.push.realm_id)
        if current is None:
            return stale
        if not is_own_claim(current, one.push):
            return current
        return self._records.write([current.given_back()])[invoice_id]

    def _plan(
        self,
        one: Checked,
        connection: Connection,
        record: SyncRecord | None,
        is_new_generation: bool,  # noqa: FBT001 - private
    ) -> ClaimedPush:
        if one.draft is None:
            msg = "only a draft can be pushed"
            raise ValueError(msg)
        digest = one.draft.digest
        now, name = self._clock.now(), self._pusher.name()
        base = record or blank_record(one.invoice.id, connection)
        is_repeat = _is_same_payload(base, digest) and not is_new_generation
        generation = self._generation(base, is_repeat=is_repeat)
        is_repeat = generation == base.generation
        identifier = request_id(one.invoice.id, connection.realm_id, generation)
        claim = replace(
            base,
            state=PostingState.CLAIMED,
            request_id=identifier,
            generation=generation,
            digest=digest,
            document_type=one.draft.document_type,
            # Kept while the claim lasts: should it be given back, the failure stands as before.
            finding=base.finding if base.state is PostingState.FAILED else "",
            finding_cause=base.finding_cause if base.state is PostingState.FAILED else "",
            reason_left_out="",
            claimed_by=claimant(name, self._pusher.machine),
            claimed_on=now,
            invoice_version=one.invoice.version,
            content_digest=content_digest(one.invoice),
        )
        push = Push(
            request_id=identifier,
            generation=generation,
            invoice_id=one.invoice.id,
            invoice_number=one.invoice.number,
            invoice_version=one.invoice.version,
            connection_id=connection.id,
            realm_id=connection.realm_id,
            draft=one.draft,
            digest=digest,
            step=PushStep.PREPARED,
            prepared_on=now,
            pushed_by=name,
            machine=self._pusher.machine,
        )
        tolerance = read_mapping(connection.mapping_text).total_tolerance
        was_refused = base.state is PostingState.FAILED and (
            base.finding_cause != Cause.NOT_CONNECTED.value
        )
        return ClaimedPush(push, claim, tolerance, is_repeat and was_refused)

    def _generation(self, base: SyncRecord, *, is_repeat: bool) -> int:
        """Return the generation of the next request.

        A document of this machine that the CRM has forgotten is gone (it would have been adopted):
        QuickBooks would answer its request id with it.
        """
        made = generation_known_to(self._journal, base.invoice_id, base.realm_id)
        return max(base.generation if is_repeat else base.generation + 1, made + 1 if made else 0)


def _is_same_payload(record: SyncRecord, digest: str) -> bool:
    """The same draft keeps its request id, unless its document was voided or deleted."""
    return record.generation > 0 and record.digest == digest and not record.quickbooks_id


def _obstacle(record: SyncRecord | None) -> Finding | None:
    if record is None:
        return None
    if record.state.is_open:
        return blocker(
            Cause.OUTCOME_UNKNOWN,
            f"It is being pushed by {record.claimed_by or 'another desktop'}, or its outcome is "
            "still unknown.",
            "Wait, or choose “Check outcome”; it cannot be pushed again until that is settled.",
        )
    if record.state.is_posted and not record.is_gone:
        return blocker(
            Cause.NUMBER_TAKEN,
            f"It is in QuickBooks already (number {record.number or record.quickbooks_id}).",
            "Nothing is to be done; refresh the list.",
        )
    if record.state is PostingState.LEFT_OUT:
        return blocker(
            Cause.NOTHING_TO_POST,
            f"It was left out: {record.reason_left_out}",
            "Take it back into the list first.",
        )
    return None


def _open_already(push: Push, record: SyncRecord | None) -> PushResult:
    """Tell of an earlier push of this machine that is not settled yet."""
    if push.step in NEVER_SENT:
        finding = announced_only(push)
        return PushResult(push.invoice_id, PostingState.CLAIMED, record, (finding,))
    finding = unknown_outcome(push)
    return PushResult(push.invoice_id, PostingState.UNKNOWN, record, (finding,))


def _too_often(record: SyncRecord | None) -> Finding | None:
    if record is None or record.generation < LAST_GENERATION:
        return None
    return blocker(
        Cause.REFUSED,
        f"It has been tried {record.generation} times.",
        "Enter it in QuickBooks by hand, and leave it out here with that reason.",
    )


def _sort_answers(
    wanted: Sequence[ClaimedPush], answers: Mapping[InvoiceId, SyncRecord | AppError]
) -> tuple[list[ClaimedPush], list[tuple[ClaimedPush, AppError]]]:
    claimed, lost = [], []
    for one in wanted:
        answer = answers[one.push.invoice_id]
        if isinstance(answer, SyncRecord):
            claimed.append(replace(one, record=answer))
        else:
            lost.append((one, answer))
    return claimed, lost


def _lost_claim(claimed: ClaimedPush, error: AppError) -> PushResult:
    number = claimed.push.invoice_number
    if isinstance(error, StaleRecordError):
        finding = blocker(
            Cause.OUTCOME_UNKNOWN,
            f"Invoice {number} was claimed by another desktop at this very moment.",
            "Nothing was sent from here. Refresh to see what became of it.",
            details=error.details,
        )
        return PushResult(claimed.push.invoice_id, PostingState.CLAIMED, None, (finding,))
    finding = blocker(
        Cause.REFUSED,
        f"Invoice {number} could not be announced in the CRM: {error} Nothing was sent.",
        error.remedy,
        details=error.details,
    )
    return PushResult(claimed.push.invoice_id, PostingState.FAILED, None, (finding,))


def _still_claimed(claimed: ClaimedPush, error: AppError) -> PushResult:
    finding = blocker(
        Cause.OUTCOME_UNKNOWN,
        f"Invoice {claimed.push.invoice_number} was not sent, but the CRM could not be told: "
        f"{error}",
        "Choose “Check outcome”; then it can be pushed again.",
        details=error.details,
    )
    return PushResult(claimed.push.invoice_id, PostingState.CLAIMED, claimed.record, (finding,))


def claimant(name: str, machine: str) -> str:
    """Return how a claim names who has taken it."""
    return f"{name} on {machine}"


def is_own_claim(record: SyncRecord, push: Push) -> bool:
    """Tell whether the CRM's claim is that of this push, not another desktop's of the same id."""
    return (
        record.state is PostingState.CLAIMED
        and record.request_id == push.request_id
        and record.claimed_by == claimant(push.pushed_by, push.machine)
    )
