"""The push of one company's invoices: looked up, claimed ahead, posted beside, recorded behind.

Three things go on at once, so that QuickBooks is never kept waiting by the CRM. This thread looks
up and claims, as long as there are fewer claims than the posts of some seconds need
(:mod:`~psaqb_desktop.services.claim_tempo`); a few threads post, each when the company's limits
let it; one writes outcomes to the CRM. Back-pressure runs the other way: no claim is taken while
too many are waiting, or while the CRM has not heard of too many outcomes. So what is held in memory
and what stands claimed in the CRM is bounded, however many invoices were chosen.

The order of rule 1 is that of each push, not of the run: a push comes to the posting threads only
after journal and CRM have its request id (:meth:`Claims.take`), leaves only after the journal says
SENT (:meth:`Posting.post`), and is closed in the journal only after the CRM has its outcome. A
cancel, or an error that ends the run, lets what has left come to its end and gives the other claims
back. With one thread (``in_flight`` = 1) all of it happens on the caller's, in one order.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    ServiceUnavailableError,
    SignInNeededError,
)
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import NEVER_SENT, Push, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.claim_tempo import MOST_IN_A_GROUP, ClaimTempo
from psaqb_desktop.services.claims import Claims
from psaqb_desktop.services.lanes import Lanes
from psaqb_desktop.services.look_first import LookFirst
from psaqb_desktop.services.ports import Clock, PushJournal
from psaqb_desktop.services.posting import ClaimedPush, Posting
from psaqb_desktop.services.push_progress import OnProgress, PushProgress, progress_of
from psaqb_desktop.services.refusals import announced_only, unknown_outcome
from psaqb_desktop.services.result_recorder import ResultRecorder

LOOKED_UP_AT_ONCE = 200
"""Invoices of one company that are looked up together before they are claimed. The first time
only as many as are claimed at once, so that posts begin soon."""
MOST_UNRECORDED = 200
"""Outcomes that the CRM has not heard of, beyond which nothing more is claimed."""

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
    clock: Clock
    posts: Lanes
    """Where pushes are posted."""
    writes: Lanes
    """Where the recorder writes."""


class CompanyRun:
    """The run of one company."""

    def __init__(
        self,
        connection: Connection,
        tools: PushTools,
        on_progress: OnProgress,
        cancellation: Cancellation,
    ) -> None:
        self._connection = connection
        self._tools = tools
        self._recorder = tools.recorder
        self._on_progress = on_progress
        self._cancellation = cancellation
        self._tempo = ClaimTempo()
        self._stopped_by: AppError | None = None
        self._lock = threading.Lock()
        self._ended: list[tuple[ClaimedPush, PushResult | None]] = []
        """Posted, or not sent (None), and not told for good."""
        self._want_new_ids: list[PushResult] = []
        self._asked_again: dict[InvoiceId, PushResult] = {}
        """What became of the first requests of those that are tried under new ids."""
        self._results: list[PushResult] = []

    def run(
        self,
        checked: Sequence[Checked],
        open_company: Callable[[], tuple[LookFirst, Posting]],
    ) -> list[PushResult]:
        """Push; every invoice gets a result, whatever happens."""
        try:
            look, self._posting = open_company()
            self._push_all(self._looked_up(checked, look), is_new_generation=False)
            self._try_new_ids(checked)
        except AppError as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001 - the other companies' results must be told
            self._stop(error)
        self._tell_the_rest(checked)
        return self._results

    def _looked_up(self, checked: Sequence[Checked], look: LookFirst) -> Iterator[Checked]:
        """Yield what may be pushed; what is in QuickBooks, or seems to be, is told."""
        left = iter(checked)
        sizes = chain([MOST_IN_A_GROUP], repeat(LOOKED_UP_AT_ONCE))
        while group := list(islice(left, next(sizes))):
            if self._is_over:
                return
            looked = look.run(group)
            for result in looked.results:
                self._results.append(result)
                self._on_progress(progress_of(result))
            yield from looked.to_push

    def _push_all(self, wanted: Iterator[Checked], *, is_new_generation: bool) -> None:
        """Claim group by group while the posts go on; then wait for the last of them.

        Raises:
            AppError: outcomes cannot be written to the CRM; the journal knows them.
        """
        try:
            self._claim_all(wanted, is_new_generation=is_new_generation)
        except AppError as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001 - what is under way must come to its end
            self._stop(error)
        self._tools.posts.wait_until(0)
        self._tools.writes.wait_until(0)
        try:
            self._recorder.flush()
        finally:
            self._tell_ended(is_last=True)

    def _claim_all(self, wanted: Iterator[Checked], *, is_new_generation: bool) -> None:
        while group := self._next_group(wanted):
            claimed, refused = self._tools.claims.take(
                group, self._connection, is_new_generation=is_new_generation
            )
            for result in refused:
                self._tell(result)
            for claim in claimed:
                self._tools.posts.start(lambda claim=claim: self._post_one(claim))  # type: ignore[misc]
            self._make_room()
            self._tell_ended()

    def _next_group(self, wanted: Iterator[Checked]) -> list[Checked]:
        group: list[Checked] = []
        most = self._tempo.group
        while not self._is_over and len(group) < most and (one := next(wanted, None)):
            group.append(one)
        return [] if self._is_over else group

    def _make_room(self) -> None:
        """Wait until more claims are wanted, and the CRM has heard of enough outcomes."""
        while True:
            ahead = self._tempo.ahead
            self._tools.posts.wait_until(ahead)
            if ahead <= self._tempo.ahead or self._is_over:
                break
        if self._recorder.waiting > MOST_UNRECORDED:
            self._tools.writes.wait_until(0)
            self._recorder.flush()

    def _try_new_ids(self, checked: Sequence[Checked]) -> None:
        """Push once more, under new request ids, those of which only that can tell more.

        Whether QuickBooks replays a refusal under the same request id is not documented. Some were
        refused before, were refused in the same words now, and are not there: only a new id can
        tell whether the cause has been mended on QuickBooks' side. And some ids are answered with
        documents that were voided long ago.
        """
        for _ in range(NEW_IDS_AT_ONCE):
            if not self._want_new_ids or self._is_over:
                break
            wanted = {result.invoice_id for result in self._want_new_ids}
            self._want_new_ids = []
            repeats = [one for one in checked if one.invoice.id in wanted]
            self._push_all(iter(repeats), is_new_generation=True)

    def _post_one(self, claim: ClaimedPush) -> None:
        result = self._posted(claim)
        if result is not None:
            self._tempo.posted(self._tools.clock.now())
            if any(finding.cause is Cause.COMPANY_READ_ONLY for finding in result.findings):
                self._stop(company_closed(result.findings[0], self._connection))
            if not _wants_new_id(claim, result):
                self._on_progress(progress_of(result))
        with self._lock:
            self._ended.append((claim, result))

    def _posted(self, claim: ClaimedPush) -> PushResult | None:
        """Post one; None when the run ended before it was sent."""
        push = claim.push

        def on_leaving() -> None:
            self._on_progress(PushProgress(push.invoice_id, RowStatus.POSTING))

        try:
            result = self._posting.post(claim, lambda: self._is_over, on_leaving)
            return result and self._why_unsent(result, claim)
        except SignInNeededError as error:
            # The posting has recorded it.
            self._stop(error)
            finding = not_sent(push.invoice_number, error)
            return PushResult(push.invoice_id, PostingState.FAILED, None, (finding,))
        except Exception as error:  # noqa: BLE001 - the other pushes' results must be told
            stopped_by = self._stop(error)
            opened = self._open_in_journal().get(push.invoice_id)
            # What the journal does not say may have been sent.
            return _left_open(opened or replace(push, step=PushStep.SENT), stopped_by)

    def _tell_ended(self, *, is_last: bool = False) -> None:
        """Tell what has ended and is in the CRM, or could not be brought there until the end.

        Claims that were not sent are given back.
        """
        with self._lock:
            ended, self._ended = self._ended, []
        unsent: list[ClaimedPush] = []
        for claim, posted in ended:
            if posted is None:
                unsent.append(claim)
            elif _wants_new_id(claim, posted):
                self._want_new_ids.append(posted)
                self._asked_again[posted.invoice_id] = posted
            elif is_last or self._recorder.written(posted.invoice_id) is not None:
                final = self._recorder.final(posted)
                self._tell(final, is_told=final == posted)
            else:
                with self._lock:
                    self._ended.append((claim, posted))
        for result, claim in zip(self._tools.claims.release(unsent), unsent, strict=True):
            self._tell(self._why_unsent(result, claim))

    def _stop(self, error: Exception) -> AppError:
        """Let nothing more be sent, because of this error."""
        if isinstance(error, AppError):
            log.warning("the run of %s stopped: %s", self._connection.name, error)
            self._stopped_by = error
            return error
        self._stopped_by = _unexpected(self._connection, error)
        return self._stopped_by

    def _why_unsent(self, result: PushResult, claim: ClaimedPush) -> PushResult:
        """Say why a claim was given back, if it was; a person's own cancel needs no words."""
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
            push, asked = opened.get(one.invoice.id), self._asked_again.get(one.invoice.id)
            if push is not None and error is not None and (not asked or push.step in NEVER_SENT):
                self._tell(_left_open(push, error))
            elif asked is not None:
                # Its turn under a new id did not come: what became of the first one stands.
                self._tell(self._recorder.final(asked))
            else:
                findings = (not_sent(one.invoice.number, error),) if error else ()
                self._tell(PushResult(one.invoice.id, PostingState.NOT_POSTED, None, findings))

    def _open_in_journal(self) -> dict[InvoiceId, Push]:
        try:
            pushes = self._tools.journal.open_pushes()
        except AppError as error:
            log.warning("the journal cannot say what is open: %s", error)
            return {}
        return {push.invoice_id: push for push in pushes}


def _left_open(push: Push, error: AppError) -> PushResult:
    """Tell of a push that a run has to leave open; settling finds out what became of it."""
    if push.step in NEVER_SENT:
        finding = announced_only(push, error)
        return PushResult(push.invoice_id, PostingState.CLAIMED, None, (finding,))
    finding = unknown_outcome(push, f"{error} {error.details}")
    return PushResult(push.invoice_id, PostingState.UNKNOWN, None, (finding,))


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
        and any(finding.cause is not Cause.NOT_CONNECTED for finding in result.findings)
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
