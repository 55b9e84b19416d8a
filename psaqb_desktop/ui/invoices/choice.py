"""What may be done with the chosen invoices; buttons are available by it and say why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.rows import InvoiceRow

_WAITING = frozenset(
    {RowStatus.NOT_CHECKED, RowStatus.NOT_READY, RowStatus.READY, RowStatus.FAILED}
)
_POSTED = frozenset({RowStatus.POSTED, RowStatus.POSTED_REVIEW})
_AGAIN = frozenset({RowStatus.FAILED, RowStatus.NOT_READY, RowStatus.CHECKING})


def may_be_pushed(row: InvoiceRow) -> bool:
    """Confirmed, not in QuickBooks, not left out, and not on its way already."""
    return row.is_in_scope and row.status in _WAITING


def may_be_left_out(row: InvoiceRow) -> bool:
    """Anything that waits to be posted may be left out, with a reason."""
    return may_be_pushed(row)


def is_gone(row: InvoiceRow) -> bool:
    """The document was voided or deleted in QuickBooks."""
    return row.listed.record is not None and row.listed.record.is_gone


@dataclass(frozen=True, slots=True)
class Choice:
    """How many of the chosen invoices each action would take."""

    count: int = 0
    pushable: int = 0
    again: int = 0
    left_out: int = 0
    posted: int = 0
    gone: int = 0
    to_review: int = 0


def choice_of(rows: Sequence[InvoiceRow]) -> Choice:
    """Count what may be done with rows."""
    statuses = Counter([row.status for row in rows if row.is_in_scope])
    return Choice(
        count=len(rows),
        # By status alone, for speed with many rows: the same as asking each of them.
        pushable=sum(statuses[status] for status in _WAITING),
        again=sum(statuses[status] for status in _AGAIN),
        left_out=statuses[RowStatus.LEFT_OUT],
        gone=sum(1 for row in rows if row.status in _POSTED and is_gone(row)),
        to_review=statuses[RowStatus.POSTED_REVIEW],
        posted=statuses[RowStatus.POSTED] + statuses[RowStatus.POSTED_REVIEW],
    )
