"""What may be done with the chosen invoices; buttons are available by it and say why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.rows import InvoiceRow

_BUSY = frozenset({RowStatus.QUEUED, RowStatus.POSTING, RowStatus.CHECKING})
_AGAIN = frozenset({RowStatus.FAILED, RowStatus.NOT_READY, RowStatus.CHECKING})


def may_be_pushed(row: InvoiceRow) -> bool:
    """Confirmed, not in QuickBooks, not left out, and not on its way already."""
    return row.is_in_scope and row.listed.is_to_post and row.status not in _BUSY


def may_be_left_out(row: InvoiceRow) -> bool:
    """Anything that waits to be posted may be left out, with a reason."""
    return may_be_pushed(row)


@dataclass(frozen=True, slots=True)
class Choice:
    """How many of the chosen invoices each action would take."""

    count: int = 0
    pushable: int = 0
    again: int = 0
    left_out: int = 0
    posted: int = 0


def choice_of(rows: Sequence[InvoiceRow]) -> Choice:
    """Count what may be done with rows."""
    return Choice(
        count=len(rows),
        pushable=sum(map(may_be_pushed, rows)),
        again=sum(row.status in _AGAIN and row.is_in_scope for row in rows),
        left_out=sum(row.status is RowStatus.LEFT_OUT for row in rows),
        posted=sum(bool(row.listed.record and row.listed.record.quickbooks_id) for row in rows),
    )
