"""Recording outcomes: written to the CRM in groups, and only then closed in the journal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from psaqb_desktop.domain.errors import AppError, StaleRecordError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.push import PushStep, SyncRecord
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

    def __init__(self, *, records: SyncRecordStore, journal: PushJournal) -> None:
        self._records = records
        self._journal = journal
        self._waiting: list[Outcome] = []
        self._written: dict[InvoiceId, SyncRecord] = {}
        self._lock = threading.Lock()

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; every so many are written at once, on the calling thread.

        Trouble with the CRM is no news about this invoice: what could not be written waits for
        the next group, and ``flush`` tells.
        """
        with self._lock:
            self._waiting.append(outcome)
            group = self._take() if len(self._waiting) >= GROUP else []
        try:
            self._write(group)
        except AppError as error:
            log.warning("outcomes wait, the CRM cannot be written just now: %s", error)

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

    def _take(self) -> list[Outcome]:
        group, self._waiting = self._waiting, []
        return group

    def _write(self, group: Sequence[Outcome]) -> None:
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
        """Take the versions anew: what QuickBooks answered stands, whoever wrote meanwhile."""
        stale = [i for i in waiting if isinstance(refused[i], StaleRecordError)]
        for invoice_id in waiting.keys() - set(stale):
            log.warning("the CRM refused the outcome of %s: %s", invoice_id, refused[invoice_id])
        current = self._records.records_of(stale) if stale else {}
        return {
            invoice_id: replace(
                waiting[invoice_id],
                record=replace(
                    waiting[invoice_id].record,
                    version=current[invoice_id].version if invoice_id in current else "",
                ),
            )
            for invoice_id in stale
        }
