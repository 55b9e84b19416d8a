"""The push of one company's invoices: looked up, claimed in groups, posted by a few threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
)
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import Checked, RowStatus
from psaqb_desktop.domain.push import PostingState, Push, PushResult, PushStep
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.claims import Claims
from psaqb_desktop.services.look_first import LookFirst
from psaqb_desktop.services.ports import PushJournal
from psaqb_desktop.services.posting import ClaimedPush, Posting
from psaqb_desktop.services.push_progress import (
    OnProgress,
    PushProgress,
    progress_of,
    progress_of_stopped,
)
from psaqb_desktop.services.refusals import unknown_outcome
from psaqb_desktop.services.result_recorder import ResultRecorder

LOOKED_UP_AT_ONCE = 200
"""Invoices of one company that are looked up together before they are claimed."""
CLAIMS_AT_ONCE = 50
"""Claims are taken in groups: what a crash leaves to settle stays small."""

NEW_IDS_AT_ONCE = 5
"""How many request ids are tried, one after the other, whose answers are of no use."""
COMPANY_READ_ONLY = "6190"
"""QuickBooks' code for a company whose subscription has lapsed."""

log = logging.getLogger("psaqb.push")


@dataclass(frozen=True, slots=True)
class PushTools:
    """What the run of a company works with."""

    claims: Claims
    recorder: ResultRecorder
    journal: PushJournal


class CompanyRun:
    """The run of one company: groups of claims, each posted by a few threads."""

    def __init__(
        self,
        connection: Connection,
        tools: PushTools,
        on_progress: OnProgress,
        cancellation: Cancellation,
        *,
        in_flight: int,
    ) -> None:
        self._connection = connection
        self._claims = tools.claims
        self._recorder = tools.recorder
        self._journal = tools.journal
        self._on_progress = on_progress
        self._cancellation = cancellation
        self._in_flight = in_flight
        self._stopped_by: AppError | None = None
        self._results: list[PushResult] = []

    def run(
        self,
        checked: Sequence[Checked],
        open_company: Callable[[], tuple[LookFirst, Posting]],
    ) -> list[PushResult]:
        """Push; every invoice gets a result, whatever happens."""
        try:
            look, self._posting = open_company()
            for start in range(0, len(checked), LOOKED_UP_AT_ONCE):
                group = checked[start : start + LOOKED_UP_AT_ONCE]
                self._push_all(group if self._is_over else self._looked_up(group, look))
        except AppError as error:
            self._stopped_by = error
            log.warning("the run of %s stopped: %s", self._connection.name, error)
        except Exception as error:  # noqa: BLE001 - the other companies' results must be told
            self._stopped_by = _unexpected(self._connection, error)
        self._tell_the_rest(checked)
        return self._results

    def _looked_up(self, group: Sequence[Checked], look: LookFirst) -> Sequence[Checked]:
        """Return what may be pushed; what is in QuickBooks, or seems to be, is told."""
        looked = look.run(group)
        for result in looked.results:
            self._results.append(result)
            self._on_progress(progress_of_stopped(result))
        return looked.to_push

    def _push_all(self, checked: Sequence[Checked]) -> None:
        for start in range(0, len(checked), CLAIMS_AT_ONCE):
            if self._is_over:
                return
            self._push_group(checked[start : start + CLAIMS_AT_ONCE])

    def _push_group(self, group: Sequence[Checked]) -> None:
        again = self._post_all(group, is_new_generation=False)
        by_id = {c.invoice.id: c for c in group}
        for _ in range(NEW_IDS_AT_ONCE):
            if not again or self._is_over:
                break
            # Whether QuickBooks replays a refusal under the same request id is not documented.
            # These were refused before, were refused in the same words now, and are not there:
            # only a new id can tell whether the cause has been mended on QuickBooks' side. And
            # some ids are answered with documents that were voided long ago.
            repeats = [by_id[r.invoice_id] for r in again]
            again = self._post_all(repeats, is_new_generation=True)
        for result in again:
            self._tell(result)

    def _post_all(self, group: Sequence[Checked], *, is_new_generation: bool) -> list[PushResult]:
        claimed, refused = self._claims.take(
            group, self._connection, is_new_generation=is_new_generation
        )
        for result in refused:
            self._tell(result)
        unsent: list[ClaimedPush] = []
        refused_again: list[PushResult] = []
        told: list[PushResult] = []
        with ThreadPoolExecutor(self._in_flight, thread_name_prefix="push") as pool:
            for claim, posted in zip(claimed, pool.map(self._post_one, claimed), strict=True):
                if posted is None:
                    unsent.append(claim)
                elif _wants_new_id(claim, posted):
                    refused_again.append(posted)
                else:
                    told.append(posted)
        try:
            self._recorder.flush()
        finally:
            for result in told:
                final = self._recorder.final(result)
                self._tell(final, is_told=final == result)
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
                else not_sent(claim.push.invoice_number, error)
            )
            result = PushResult(claim.push.invoice_id, state, None, (finding,))
        except Exception as error:  # noqa: BLE001 - the other pushes' results must be told
            self._stopped_by = _unexpected(self._connection, error)
            finding = unknown_outcome(claim.push, self._stopped_by.details)
            result = PushResult(claim.push.invoice_id, PostingState.UNKNOWN, None, (finding,))
        if any(finding.cause is Cause.COMPANY_READ_ONLY for finding in result.findings):
            self._stopped_by = company_closed(result.findings[0], self._connection)
        if not _wants_new_id(claim, result):
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
        return replace(result, findings=(not_sent(claim.push.invoice_number, error),))

    @property
    def _is_over(self) -> bool:
        return self._cancellation.is_cancelled or self._stopped_by is not None

    def _tell(self, result: PushResult, *, is_told: bool = False) -> None:
        self._results.append(result)
        if not is_told:
            self._on_progress(progress_of(result))

    def _tell_the_rest(self, checked: Sequence[Checked]) -> None:
        """Tell of those whose turn did not come; what the journal has open may have been sent."""
        told = {result.invoice_id for result in self._results}
        rest = [one for one in checked if one.invoice.id not in told]
        error = self._stopped_by
        opened = self._open_in_journal() if rest and error else {}
        for one in rest:
            push = opened.get(one.invoice.id)
            if push is not None and error is not None:
                finding = unknown_outcome(push, f"{error} {error.details}")
                self._tell(PushResult(one.invoice.id, PostingState.UNKNOWN, None, (finding,)))
                continue
            findings = (not_sent(one.invoice.number, error),) if error else ()
            self._tell(PushResult(one.invoice.id, PostingState.NOT_POSTED, None, findings))

    def _open_in_journal(self) -> dict[InvoiceId, Push]:
        try:
            pushes = self._journal.open_pushes()
        except AppError as error:
            log.warning("the journal cannot say what is open: %s", error)
            return {}
        was_sent = {PushStep.SENT, PushStep.CONFIRMED, PushStep.REJECTED}
        return {push.invoice_id: push for push in pushes if push.step in was_sent}


def _unexpected(connection: Connection, error: Exception) -> AppError:
    log.error("the run of %s ended unexpectedly", connection.name, exc_info=error)
    return ServiceUnavailableError(
        "something unexpected happened within the program.",
        service=connection.name,
        remedy="Choose “Check outcome”, then push again; the log has the details.",
        details=f"{type(error).__name__}: {error}",
    )


def _wants_new_id(claim: ClaimedPush, result: PushResult) -> bool:
    """Tell whether only another request id can tell more.

    QuickBooks itself said no once more under an id that it had refused before, or the id is used
    up for a document that does not stand.
    """
    return result.wants_new_id or (
        claim.is_repeat_of_refused
        and result.state is PostingState.FAILED
        and all(finding.cause is not Cause.NOT_CONNECTED for finding in result.findings)
    )


def company_closed(finding: Finding, connection: Connection) -> AppError:
    """Return why the run of a company that accepts no entries ends: the next one would be told so.

    The others' claims are given back, and none of them counts as refused.
    """
    return RequestRejectedError(
        f"{connection.company_name or connection.name} accepts no entries any more.",
        service=connection.name,
        code=COMPANY_READ_ONLY,
        remedy=finding.remedy,
        details=finding.details,
    )


def not_sent(number: str, error: AppError) -> Finding:
    """Say that an invoice was not sent, and why."""
    is_closed = isinstance(error, RequestRejectedError) and error.code == COMPANY_READ_ONLY
    return blocker(
        Cause.COMPANY_READ_ONLY if is_closed else Cause.NOT_CONNECTED,
        f"Invoice {number} was not sent: {error}",
        error.remedy,
        details=error.details,
    )
