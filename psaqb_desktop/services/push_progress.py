"""News of a push, told while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord


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
    """Return a result as news: what was stopped for a reason is not ready.

    A person's own cancel gives none; what it kept from being sent is as ready as before.
    """
    status = STATUS_OF_STATE[result.state]
    if status is RowStatus.READY and any(finding.is_blocker for finding in result.findings):
        status = RowStatus.NOT_READY
    return PushProgress(result.invoice_id, status, result.record, result.findings)
