"""How many rows stand in which status, counted over bytes: quick with any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.rows import InvoiceRow

_PLACES = {status: place for place, status in enumerate(RowStatus)}
_GONE = 0x40
"""Added where the posted document was voided or deleted in QuickBooks."""
_OUT_OF_SCOPE = 0xFF


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of some rows; what is out of scope counts in no status."""

    count: int = 0
    statuses: Mapping[RowStatus, int] = field(default_factory=dict)
    gone: int = 0

    def of(self, *statuses: RowStatus) -> int:
        """Return how many rows stand in one of these."""
        return sum(self.statuses.get(status, 0) for status in statuses)


def code_of(row: InvoiceRow) -> int:
    """Return the byte that stands for a row."""
    if not row.is_in_scope:
        return _OUT_OF_SCOPE
    record = row.listed.record
    is_gone = record is not None and record.is_gone and row.status in _POSTED
    return _PLACES[row.status] | (_GONE if is_gone else 0)


def tally_of(codes: bytes) -> Tally:
    """Count rows by their bytes."""
    gone = {status: codes.count(place | _GONE) for status, place in _PLACES.items()}
    whole = {status: codes.count(place) + gone[status] for status, place in _PLACES.items()}
    return Tally(len(codes), {s: n for s, n in whole.items() if n}, sum(gone.values()))


_POSTED = frozenset({RowStatus.POSTED, RowStatus.POSTED_REVIEW})
