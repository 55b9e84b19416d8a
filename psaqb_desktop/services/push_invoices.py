"""Pushing: checked invoices into QuickBooks, company by company side by side, journal first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError, ServiceUnavailableError, SignInNeededError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId
from psaqb_desktop.domain.listing import Checked, ListedInvoice, RowStatus
from psaqb_desktop.domain.push import PostingState, PushResult, SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Alone, Claims, Pusher
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.posting import ClaimedPush, Posting
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.refusals import unknown_outcome
from psaqb_desktop.services.result_recorder import ResultRecorder

CLAIMS_AT_ONCE = 50
"""Claims are taken in groups: what a crash leaves to settle stays small."""
IN_FLIGHT = 8
"""Pushes of one company that are under way at once; pacing keeps them within the limits."""
COMPANIES_AT_ONCE = 8

log = logging.getLogger("psaqb.push")


@dataclass(frozen=True, slots=True)
class PushProgress:
    """News of one invoice, told while the run goes on."""

    invoice_id: InvoiceId
    status: RowStatus
    record: SyncRecord | None = None
    findings: tuple[Finding, ...] = ()


OnProgress = Callable[[PushProgress], None]

STATUS_OF_STATE = {
    PostingState.NOT_POSTED: RowStatus.READY,
    PostingState.CLAIMED: RowStatus.CHECKING,
    PostingState.UNKNOWN: RowStatus.CHECKING,
    PostingState.POSTED: RowStatus.POSTED,
    PostingState.POSTED_REVIEW: RowStatus.POSTED_REVIEW,
    PostingState.FAILED: RowStatus.FAILED,
    PostingState.LEFT_OUT: RowStatus.LEFT_OUT,
}


def progress_of(result: PushResult) -> PushProgress:
    """Return a result as news."""
    return PushProgress(
        result.invoice_id, STATUS_OF_STATE[result.state], result.record, result.findings
    )


class PushInvoices:
    """Pushes selected invoices that a person has confirmed."""

    def __init__(  # noqa: PLR0913 - a use case names all it needs
        self,
        *,
        check: CheckInvoices,
        companies: CompanyGateway,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
        pusher: Pusher,
        alone: Alone = nullcontext,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._check = check
        self._companies = companies
        self._records = records
        self._journal = journal
        self._clock = clock
        self._pusher = pusher
        self._alone = alone
        self._in_flight = in_flight
        self._claims = Claims(records=records, journal=journal, clock=clock, pusher=pusher)

    def run(
        self,
        checked: Sequence[Checked],
        *,
        on_progress: OnProgress,
        cancellation: Cancellation,
    ) -> tuple[PushResult, ...]:
        """Push; a cancel finishes what is in flight and gives the other claims back.

        One failed invoice never stops the others; a company that needs a person to sign in stops
        for itself only.

        Raises:
            LeaseTakenError: another program of this machine is pushing or settling.
            AppError: the CRM cannot be read; nothing was sent.
        """
        with self._alone():
            return self._run(checked, on_progress, cancellation)

    def _run(
        self, checked: Sequence[Checked], on_progress: OnProgress, cancellation: Cancellation
    ) -> tuple[PushResult, ...]:
        by_company: dict[ConnectionId, list[Checked]] = {}
        once = tuple({one.invoice.id: one for one in checked}.values())
        results: list[PushResult] = []
        for one in self._unchanged(once, on_progress, results):
            if one.connection is not None:
                by_company.setdefault(one.connection.id, []).append(one)
                on_progress(PushProgress(one.invoice.id, RowStatus.QUEUED))
        with ThreadPoolExecutor(COMPANIES_AT_ONCE, thread_name_prefix="company") as pool:
            runs = [
                pool.submit(self._run_company, group, on_progress, cancellation)
                for group in by_company.values()
            ]
            for run in runs:
                results.extend(run.result())
        return tuple(results)

    def _unchanged(
        self, checked: Sequence[Checked], on_progress: OnProgress, results: list[PushResult]
    ) -> list[Checked]:
        """Check once more against the CRM; only what the person has seen may go."""
        rows = [ListedInvoice(c.invoice, c.connection, None, None) for c in checked if c.is_ready]
        seen = {c.invoice.id: c.draft.digest for c in checked if c.draft is not None}
        ready = []
        for again in self._check.run(rows):
            if again.is_ready and again.draft and again.draft.digest == seen[again.invoice.id]:
                ready.append(again)
                continue
            findings = again.findings or (_changed(again),)
            results.append(PushResult(again.invoice.id, PostingState.NOT_POSTED, None, findings))
            on_progress(PushProgress(again.invoice.id, RowStatus.NOT_READY, None, findings))
        return ready

    def _run_company(
        self, checked: Sequence[Checked], on_progress: OnProgress, cancellation: Cancellation
    ) -> list[PushResult]:
        connection = checked[0].connection
        if connection is None:
            return []
        run = _CompanyRun(
            connection=connection,
            claims=self._claims,
            recorder=ResultRecorder(records=self._records, journal=self._journal),
            posting=lambda recorder: Posting(
                company=self._companies.open(connection),
                journal=self._journal,
                recorder=recorder,
                clock=self._clock,
                pushed_by=self._pusher.name(),
            ),
            on_progress=on_progress,
            cancellation=cancellation,
            in_flight=self._in_flight,
        )
        return run.run(checked)


class _CompanyRun:
    """The run of one company: groups of claims, each posted by a few threads."""

    def __init__(  # noqa: PLR0913 - private
        self,
        *,
        connection: Connection,
        claims: Claims,
        recorder: ResultRecorder,
        posting: Callable[[ResultRecorder], Posting],
        on_progress: OnProgress,
        cancellation: Cancellation,
        in_flight: int,
    ) -> None:
        self._connection = connection
        self._claims = claims
        self._recorder = recorder
        self._posting = posting(recorder)
        self._on_progress = on_progress
        self._cancellation = cancellation
        self._in_flight = in_flight
        self._stopped_by: AppError | None = None
        self._results: list[PushResult] = []

    def run(self, checked: Sequence[Checked]) -> list[PushResult]:
        for start in range(0, len(checked), CLAIMS_AT_ONCE):
            group = checked[start : start + CLAIMS_AT_ONCE]
            if self._is_over:
                self._not_started(group)
                continue
            try:
                self._push_group(group)
            except AppError as error:
                self._stopped_by = error
                log.warning("the run of %s stopped: %s", self._connection.name, error)
                self._not_started(group, but=frozenset(r.invoice_id for r in self._results))
        return self._results

    def _push_group(self, group: Sequence[Checked]) -> None:
        refused_again = self._post_all(group, is_new_generation=False)
        by_id = {c.invoice.id: c for c in group}
        repeats = [by_id[r.invoice_id] for r in refused_again]
        if repeats and not self._is_over:
            # Whether QuickBooks replays a refusal under the same request id is not documented.
            # These were refused before, were refused in the same words now, and are not there:
            # only a new id can tell whether the cause has been mended on QuickBooks' side.
            self._post_all(repeats, is_new_generation=True)
        else:
            for result in refused_again:
                self._tell(result)

    def _post_all(self, group: Sequence[Checked], *, is_new_generation: bool) -> list[PushResult]:
        claimed, refused = self._claims.take(
            group, self._connection, is_new_generation=is_new_generation
        )
        for result in refused:
            self._tell(result)
        unsent: list[ClaimedPush] = []
        refused_again: list[PushResult] = []
        with ThreadPoolExecutor(self._in_flight, thread_name_prefix="push") as pool:
            for claim, posted in zip(claimed, pool.map(self._post_one, claimed), strict=True):
                if posted is None:
                    unsent.append(claim)
                elif _is_refused_again(claim, posted):
                    refused_again.append(posted)
                else:
                    self._tell(posted, is_told=True)
        self._recorder.flush()
        for result, claim in zip(self._claims.release(unsent), unsent, strict=True):
            self._tell(self._why_unsent(result, claim))
        return refused_again

    def _post_one(self, claim: ClaimedPush) -> PushResult | None:
        """Post one; None when the run ended before it was sent."""
        if self._is_over or self._posting.is_too_late(claim):
            return None
        self._on_progress(PushProgress(claim.push.invoice_id, RowStatus.POSTING))
        try:
            result = self._posting.post(claim)
        except AppError as error:
            # The posting has recorded what it could; the journal knows the rest.
            self._stopped_by = error
            is_sent = not isinstance(error, SignInNeededError)
            state = PostingState.UNKNOWN if is_sent else PostingState.FAILED
            finding = (
                unknown_outcome(claim.push, f"{error} {error.details}")
                if is_sent
                else _stopped(claim.push.invoice_number, error)
            )
            result = PushResult(claim.push.invoice_id, state, None, (finding,))
        if not _is_refused_again(claim, result):
            self._on_progress(progress_of(result))
        return result

    def _why_unsent(self, result: PushResult, claim: ClaimedPush) -> PushResult:
        """Say why a claim was given back; a person's own cancel needs no words."""
        if result.findings or result.state.is_posted:
            return result
        error = self._stopped_by
        if error is None and not self._cancellation.is_cancelled:
            error = ServiceUnavailableError(
                "its turn came too late.",
                service=self._connection.name,
                remedy="Refresh the list, then push it again.",
            )
        if error is None:
            return result
        return replace(result, findings=(_stopped(claim.push.invoice_number, error),))

    @property
    def _is_over(self) -> bool:
        return self._cancellation.is_cancelled or self._stopped_by is not None

    def _tell(self, result: PushResult, *, is_told: bool = False) -> None:
        self._results.append(result)
        if not is_told:
            self._on_progress(progress_of(result))

    def _not_started(
        self, group: Sequence[Checked], but: frozenset[InvoiceId] = frozenset()
    ) -> None:
        for one in group:
            if one.invoice.id in but:
                continue
            error = self._stopped_by
            findings = (_stopped(one.invoice.number, error),) if error else ()
            self._tell(PushResult(one.invoice.id, PostingState.NOT_POSTED, None, findings))


def _is_refused_again(claim: ClaimedPush, result: PushResult) -> bool:
    """Tell whether QuickBooks itself said no once more under an id that it had refused before."""
    return (
        claim.is_repeat_of_refused
        and result.state is PostingState.FAILED
        and all(finding.cause is not Cause.NOT_CONNECTED for finding in result.findings)
    )


def _changed(checked: Checked) -> Finding:
    return blocker(
        Cause.CHANGED_AFTER_POSTING,
        f"Invoice {checked.invoice.number} has changed in the CRM since it was checked.",
        "Nothing was sent. Look at the new draft and push again.",
    )


def _stopped(number: str, error: AppError) -> Finding:
    return blocker(
        Cause.NOT_CONNECTED,
        f"Invoice {number} was not sent: {error}",
        error.remedy,
        details=error.details,
    )
