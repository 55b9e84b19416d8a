"""What a run came to, in one sentence that stays on the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.pull import PullSummary
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.invoices.rows import InvoiceRow

_NOT_STARTED = frozenset(
    {RowStatus.READY, RowStatus.QUEUED, RowStatus.POSTING, RowStatus.NOT_CHECKED}
)
_FAILED = frozenset({RowStatus.FAILED, RowStatus.NOT_READY})


@dataclass(frozen=True, slots=True)
class Summary:
    """A sentence, how good the news is (good, caution, bad, info), and whether to look closer."""

    kind: str
    text: str
    has_problems: bool = False


def push_summary(rows: Sequence[InvoiceRow], *, was_stopped: bool) -> Summary:
    """Sum up what became of the invoices of a push, failures by cause."""
    statuses = Counter(row.status for row in rows)
    posted = statuses[RowStatus.POSTED]
    review = statuses[RowStatus.POSTED_REVIEW]
    unknown = statuses[RowStatus.CHECKING]
    failed = [row for row in rows if row.status in _FAILED]
    not_started = sum(statuses[status] for status in _NOT_STARTED)
    words = [f"{posted:,} posted"]
    if review:
        words.append(f"{review:,} posted, to review")
    if unknown:
        words.append(f"{unknown:,} with unknown outcome")
    if failed:
        words.append(f"{len(failed):,} failed ({_causes(failed)})")
    if not_started:
        words.append(f"{not_started:,} not started")
    start = "Push stopped" if was_stopped else "Push finished"
    if failed or unknown:
        kind = "bad" if not posted and not review else "caution"
    else:
        kind = "caution" if review or not_started else "good"
    return Summary(kind, f"{start}: {' · '.join(words)}.", bool(failed or review or unknown))


def _causes(rows: Sequence[InvoiceRow]) -> str:
    causes = Counter(
        row.findings[0].cause.value if row.findings else "no reason given" for row in rows
    )
    if len(causes) == 1:
        return next(iter(causes))
    return ", ".join(f"{cause} {count:,}" for cause, count in causes.most_common())


def check_summary(rows: Sequence[InvoiceRow], *, was_stopped: bool) -> Summary:
    """Sum up a check."""
    ready = sum(1 for row in rows if row.status is RowStatus.READY)
    blocked = sum(1 for row in rows if row.status in _FAILED)
    warned = sum(1 for row in rows if row.status is RowStatus.READY and row.findings)
    words = [f"{ready:,} ready"]
    words += [f"{warned:,} of them with a warning"] if warned else []
    words += [f"{blocked:,} with problems"] if blocked else []
    rest = len(rows) - ready - blocked
    words += [f"{rest:,} not checked"] if rest else []
    start = "Check stopped" if was_stopped else f"Checked {plural(len(rows), 'invoice')}"
    kind = "caution" if blocked or rest else "good"
    return Summary(kind, f"{start}: {' · '.join(words)}. Nothing was written.", blocked > 0)


def pull_summary(summaries: Sequence[PullSummary], *, was_stopped: bool = False) -> Summary:
    """Sum up a pull: what was written, also where it failed or was stopped, and what failed."""
    failed = [one for one in summaries if one.error]
    went_through = [one for one in summaries if not one.error and not one.was_stopped]
    words = _written(summaries)
    if was_stopped:
        start = "Pull stopped"
    elif went_through or not failed:
        start = f"Pulled from {plural(len(went_through), 'company', 'companies')}"
    else:
        start = "Pull not finished"
    if not words and not failed and not was_stopped:
        words = ["nothing has changed"]
    text = f"{start}: {' · '.join(words)}." if words else f"{start}."
    if failed:
        label = "Not pulled in full" if _written(failed) else "Not pulled"
        errors = "; ".join(f"{one.company_name}: {one.error}" for one in failed)
        text = f"{text} {label}: {errors}"
    has_surprise = any(
        one.voided or one.missing or one.edited or one.duplicates for one in summaries
    )
    kind = "caution" if failed or was_stopped or has_surprise else "good"
    return Summary(kind, text, bool(failed) or has_surprise)


def _written(summaries: Sequence[PullSummary]) -> list[str]:
    """Say what pulls have brought to the CRM; nothing where they brought nothing."""
    documents = sum(one.documents_changed for one in summaries)
    payments = sum(one.payments_written for one in summaries)
    removed = sum(one.payments_removed for one in summaries)
    voided = sum(one.voided for one in summaries)
    missing = sum(one.missing for one in summaries)
    edited = sum(one.edited for one in summaries)
    twice = sum(len(one.duplicates) for one in summaries)
    words = [f"{plural(documents, 'document')} changed"] if documents else []
    words += [f"{plural(payments, 'payment')} written"] if payments else []
    words += [f"{plural(removed, 'payment')} no longer applied"] if removed else []
    words += [f"{voided:,} voided in QuickBooks"] if voided else []
    words += [f"{missing:,} missing in QuickBooks"] if missing else []
    words += [f"{edited:,} changed in QuickBooks after posting"] if edited else []
    words += [f"{twice:,} more than once in QuickBooks"] if twice else []
    return words


def settle_summary(rows: Sequence[InvoiceRow]) -> Summary:
    """Sum up how pushes with unknown outcome were settled."""
    statuses = Counter(row.status for row in rows)
    words = [f"{count:,} {status.value.lower()}" for status, count in statuses.items()]
    still = statuses[RowStatus.CHECKING] > 0
    text = f"Outcome of {plural(len(rows), 'earlier push', 'earlier pushes')}: {' · '.join(words)}."
    return Summary("caution" if still else "info", text, still)
