"""Recording outcomes: written to the CRM in groups, and only then closed in the journal.

The writing may be done on a lane beside the posts, so that a CRM that asks for patience keeps
nobody from QuickBooks. Outcomes that come while a group is being written go with the next one: the
slower the CRM, the larger its groups.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from psaqb_desktop.domain.errors import AppError, StaleRecordError
from psaqb_desktop.domain.findings import Cause, blocker, warning
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.push import PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.adoption import record_at
from psaqb_desktop.services.lanes import Lanes, OwnLane
from psaqb_desktop.services.ports import PushJournal, SyncRecordStore

GROUP = 20
TRIES = 3

log = logging.getLogger("psaqb.push")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written of one push; ``is_final`` closes it in the journal."""

    request_id: RequestId
    record: SyncRecord
    is_final: bool


class ResultRecorder:
    """Gathers outcomes and writes them in groups; a crash in between is healed by settling.

    The journal knows each outcome before it comes here, so nothing is lost with this object.
    """

    def __init__(
        self, *, records: SyncRecordStore, journal: PushJournal, lane: Lanes | None = None
    ) -> None:
        """``lane`` is where groups are written; the caller's own thread if none is given."""
        self._records = records
        self._journal = journal
        self._lane = lane or OwnLane()
        self._waiting: list[Outcome] = []
        self._due_at = GROUP
        self._is_due = False
        self._written: dict[InvoiceId, SyncRecord] = {}
        self._added: set[InvoiceId] = set()
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many outcomes the CRM has not been told yet."""
        return len(self._waiting)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; every so many are written at once.

        Trouble with the CRM is no news about this invoice: what could not be written waits for
        the next group, and ``flush`` tells.
        """
        with self._lock:
            self._waiting.append(outcome)
            self._added.add(outcome.record.invoice_id)
            # What was written of an earlier push of the same invoice is no news any more.
            self._written.pop(outcome.record.invoice_id, None)
            is_news = not self._is_due and len(self._waiting) >= self._due_at
            self._is_due = self._is_due or is_news
        if is_news:
            self._lane.start(self._write_due)

    def _write_due(self) -> None:
        try:
            while group := self._take_due():
                self._write(group)
        except AppError as error:
            log.warning("outcomes wait, the CRM cannot be written just now: %s", error)
            with self._lock:
                # Not again with the very next outcome: the CRM may have asked for patience.
                self._is_due, self._due_at = False, len(self._waiting) + GROUP

    def flush(self) -> None:
        """Write everything that still waits.

        Raises:
            AppError: the CRM cannot be written; the journal keeps the outcomes open.
        """
        with self._lock:
            group = self._take()
        self._write(group)

    def written(self, invoice_id: InvoiceId) -> SyncRecord | None:
        """Return the record as the CRM now has it."""
        return self._written.get(invoice_id)

    def final(self, result: PushResult) -> PushResult:
        """Return a result as the CRM now has it, with a word where the CRM could not be told."""
        written = self._written.get(result.invoice_id)
        if result.invoice_id not in self._added:
            return result
        if written is None:
            if result.record is None or result.state is PostingState.UNKNOWN:
                return result
            finding = blocker(
                Cause.OUTCOME_UNKNOWN,
                f"QuickBooks' answer ({result.state.value.lower()}) is not in the CRM yet.",
                "Choose “Check outcome”; it is brought at the next start as well.",
            )
            return replace(result, findings=(*result.findings, finding))
        if written.state is result.state:
            if result.record is None:
                return replace(result, record=written)
            if written.finding == result.record.finding:
                return result
        told = warning(
            Cause.POSTED_DIFFERENTLY,
            written.finding or f"Another desktop has recorded it as {written.state.value.lower()}.",
            "Look at it in QuickBooks.",
        )
        return PushResult(result.invoice_id, written.state, written, (told,))

    def _take(self) -> list[Outcome]:
        group, self._waiting = self._waiting, []
        self._due_at = GROUP
        return group

    def _take_due(self) -> list[Outcome]:
        with self._lock:
            self._is_due = len(self._waiting) >= self._due_at
            return self._take() if self._is_due else []

    def _write(self, group: Sequence[Outcome]) -> None:
        """Write a group; one after the other, whoever calls."""
        with self._writing:
            self._write_group(group)

    def _write_group(self, group: Sequence[Outcome]) -> None:
        waiting = {outcome.record.invoice_id: outcome for outcome in group}
        try:
            for _ in range(TRIES):
                if not waiting:
                    return
                answers = self._records.write([outcome.record for outcome in waiting.values()])
                done = [i for i, answer in answers.items() if isinstance(answer, SyncRecord)]
                self._close([waiting.pop(i) for i in done if i in waiting], answers)
                refused = {i: a for i, a in answers.items() if isinstance(a, AppError)}
                waiting = self._freshened(waiting, refused)
        except AppError:
            with self._lock:
                self._waiting = [*waiting.values(), *self._waiting]
            raise
        for outcome in waiting.values():
            log.warning(
                "the outcome of invoice %s is not in the CRM yet; it will be brought later",
                outcome.record.invoice_id,
            )

    def _close(
        self, outcomes: Sequence[Outcome], answers: Mapping[InvoiceId, SyncRecord | AppError]
    ) -> None:
        for outcome in outcomes:
            answer = answers[outcome.record.invoice_id]
            if isinstance(answer, SyncRecord):
                self._written[outcome.record.invoice_id] = answer
        final = [outcome.request_id for outcome in outcomes if outcome.is_final]
        if final:
            self._journal.advance(final, PushStep.RECORDED)

    def _freshened(
        self, waiting: Mapping[InvoiceId, Outcome], refused: Mapping[InvoiceId, AppError]
    ) -> dict[InvoiceId, Outcome]:
        """Take the records anew that somebody else has written, and say what is true of both."""
        stale = [i for i in waiting if isinstance(refused[i], StaleRecordError)]
        for invoice_id in waiting.keys() - set(stale):
            log.warning("the CRM refused the outcome of %s: %s", invoice_id, refused[invoice_id])
        current = self._records.every_record_of(stale) if stale else {}
        again = {}
        for invoice_id in stale:
            outcome = waiting[invoice_id]
            fresh = record_at(current.get(invoice_id, ()), outcome.record.realm_id)
            if fresh is None:
                again[invoice_id] = replace(outcome, record=replace(outcome.record, version=""))
                continue
            record = reconciled(outcome.record, fresh)
            if record is fresh:
                log.warning("the CRM knows of a later state of invoice %s", invoice_id)
                self._close([outcome], {invoice_id: fresh})
            else:
                again[invoice_id] = replace(outcome, record=record)
        return again


def reconciled(ours: SyncRecord, fresh: SyncRecord) -> SyncRecord:
    """Return what is to be written where another desktop has written meanwhile.

    Nothing of what it found is overwritten silently: ``fresh`` itself where there is nothing to
    add to it; a record that names both documents where there are two.
    """
    is_same_push = fresh.request_id in {ours.request_id, ""}
    if ours.state.is_posted and fresh.state.is_posted:
        if fresh.quickbooks_id == ours.quickbooks_id:
            return replace(ours, version=fresh.version) if is_same_push else fresh
        return replace(
            fresh,
            state=PostingState.POSTED_REVIEW,
            finding=_two_documents(fresh, ours),
            finding_cause=Cause.POSTED_DIFFERENTLY.value,
        )
    if fresh.state.is_posted:
        return fresh
    if is_same_push:
        return replace(ours, version=fresh.version)
    if not ours.state.is_posted:
        return fresh
    return replace(
        ours,
        version=fresh.version,
        state=PostingState.POSTED_REVIEW,
        request_id=fresh.request_id,
        generation=max(ours.generation, fresh.generation),
        finding=_pushed_twice(ours, fresh),
        finding_cause=Cause.POSTED_DIFFERENTLY.value,
    )


def _two_documents(one: SyncRecord, other: SyncRecord) -> str:
    return (
        f"It is in QuickBooks twice: {one.number or 'without number'} (id {one.quickbooks_id}) "
        f"and {other.number or 'without number'} (id {other.quickbooks_id}). Void one of them."
    )


def _pushed_twice(ours: SyncRecord, fresh: SyncRecord) -> str:
    return (
        f"{ours.number or 'A document without number'} (id {ours.quickbooks_id}) came of request "
        f"{ours.request_id}, while {fresh.claimed_by or 'another desktop'} had begun "
        f"{fresh.request_id}. Look in QuickBooks whether there is a second document."
    )
