"""Pushing: checked invoices into QuickBooks, company by company side by side, journal first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Alone, Claims, Pusher
from psaqb_desktop.services.company_run import CompanyRun, PushTools
from psaqb_desktop.services.lanes import COMPANIES_AT_ONCE, OwnLane, ThreadLanes, lanes_of
from psaqb_desktop.services.look_first import LookFirst
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.posting import Posting
from psaqb_desktop.services.push_progress import OnProgress, PushProgress, progress_of
from psaqb_desktop.services.quickbooks_ports import CompanyGateway
from psaqb_desktop.services.result_recorder import ResultRecorder

IN_FLIGHT = 32
"""Threads that post to one company. How many posts are under way is up to its pacing."""

__all__ = ["OnProgress", "PushInvoices", "PushProgress", "progress_of"]


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
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> tuple[PushResult, ...]:
        """Push; a cancel finishes what is in flight and gives the other claims back.

        One failed invoice never stops the others; a company that needs a person to sign in stops
        for itself only. What seems to have been entered by hand is told and not sent, except for
        the invoices of ``accept_similar``.

        Raises:
            LeaseTakenError: another program of this machine is pushing or settling.
            AppError: the CRM cannot be read; nothing was sent.
        """
        with self._alone():
            return self._run(checked, on_progress, cancellation, accept_similar)

    def _run(
        self,
        checked: Sequence[Checked],
        on_progress: OnProgress,
        cancellation: Cancellation,
        accept_similar: frozenset[InvoiceId],
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
                pool.submit(self._run_company, group, on_progress, cancellation, accept_similar)
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
        self,
        checked: Sequence[Checked],
        on_progress: OnProgress,
        cancellation: Cancellation,
        accept_similar: frozenset[InvoiceId],
    ) -> list[PushResult]:
        connection = checked[0].connection
        if connection is None:
            return []
        with (
            lanes_of(self._in_flight, "push") as posts,
            OwnLane() if self._in_flight == 1 else ThreadLanes(1, "record") as writes,
        ):
            recorder = ResultRecorder(records=self._records, journal=self._journal, lane=writes)
            tools = PushTools(
                claims=self._claims,
                recorder=recorder,
                journal=self._journal,
                clock=self._clock,
                posts=posts,
                writes=writes,
            )
            run = CompanyRun(connection, tools, on_progress, cancellation)
            return run.run(checked, self._opener(connection, recorder, accept_similar))

    def _opener(
        self,
        connection: Connection,
        recorder: ResultRecorder,
        accept_similar: frozenset[InvoiceId],
    ) -> Callable[[], tuple[LookFirst, Posting]]:
        def open_company() -> tuple[LookFirst, Posting]:
            company, name = self._companies.open(connection), self._pusher.name()
            look = LookFirst(
                company=company,
                connection=connection,
                records=self._records,
                journal=self._journal,
                clock=self._clock,
                pushed_by=name,
                accept_similar=accept_similar,
            )
            posting = Posting(
                company=company,
                journal=self._journal,
                recorder=recorder,
                clock=self._clock,
                pushed_by=name,
            )
            return look, posting

        return open_company


def _changed(checked: Checked) -> Finding:
    return blocker(
        Cause.CHANGED_AFTER_POSTING,
        f"Invoice {checked.invoice.number} has changed in the CRM since it was checked.",
        "Nothing was sent. Look at the new draft and push again.",
    )
