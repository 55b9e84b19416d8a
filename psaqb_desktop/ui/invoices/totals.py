"""Totals of rows: per company and currency, never mixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.ui.invoices.rows import InvoiceRow


@dataclass(frozen=True, slots=True)
class Total:
    """What the invoices of one company in one currency come to."""

    company: str
    currency: str
    count: int
    net: Decimal
    tax: Decimal
    total: Decimal
    balance: Decimal
    """What QuickBooks still waits for; posted invoices only."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of some rows, with how many of them could be pushed now and how many are blocked."""

    count: int = 0
    lines: tuple[Total, ...] = ()
    ready: int = 0
    blocked: int = 0


_BLOCKED = frozenset({RowStatus.NOT_READY, RowStatus.FAILED})


def totals_of(rows: Sequence[InvoiceRow]) -> Totals:
    """Add rows up."""
    groups: dict[tuple[str, str], list[InvoiceRow]] = {}
    for row in rows:
        groups.setdefault((row.company, row.listed.invoice.currency), []).append(row)
    statuses = [row.status for row in rows if row.is_in_scope]
    return Totals(
        count=len(rows),
        lines=tuple(_total(key, groups[key]) for key in sorted(groups)),
        ready=statuses.count(RowStatus.READY),
        blocked=sum(statuses.count(status) for status in _BLOCKED),
    )


def _total(key: tuple[str, str], rows: list[InvoiceRow]) -> Total:
    invoices = [row.listed.invoice for row in rows]
    records = [row.listed.record for row in rows]
    return Total(
        company=key[0],
        currency=key[1],
        count=len(rows),
        net=sum([invoice.net for invoice in invoices], ZERO),
        tax=sum([invoice.tax for invoice in invoices], ZERO),
        total=sum([invoice.total for invoice in invoices], ZERO),
        balance=sum([r.balance for r in records if r is not None and r.balance], ZERO),
    )
