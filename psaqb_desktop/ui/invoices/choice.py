"""What may be done with the chosen invoices; buttons are available by it and say why not."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.tally import Tally

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


def choice_of(tally: Tally) -> Choice:
    """Tell what may be done with rows that were counted."""
    return Choice(
        count=tally.count,
        # By status alone, for speed with many rows: the same as asking each of them.
        pushable=tally.of(*_WAITING),
        again=tally.of(*_AGAIN),
        left_out=tally.of(RowStatus.LEFT_OUT),
        gone=tally.gone,
        to_review=tally.of(RowStatus.POSTED_REVIEW),
        posted=tally.of(*_POSTED),
    )
