"""Totals of rows: per company and currency, never mixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.tally import Tally


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


Figures = tuple[tuple[str, str], Decimal, Decimal, Decimal, Decimal]
"""Company and currency, net, tax, total and balance of one row."""
_BLOCKED = frozenset({RowStatus.NOT_READY, RowStatus.FAILED})


def figures_of(row: InvoiceRow) -> Figures:
    """Return what a row adds to the totals."""
    invoice, record = row.listed.invoice, row.listed.record
    balance = record.balance if record is not None else None
    return (
        (row.company, invoice.currency),
        invoice.net,
        invoice.tax,
        invoice.total,
        balance or ZERO,
    )


def totals_of(figures: Sequence[Figures], tally: Tally) -> Totals:
    """Add up the figures of rows that were counted by status."""
    groups: dict[tuple[str, str], list[Figures]] = {}
    for one in figures:
        group = groups.get(one[0])
        if group is None:
            group = groups[one[0]] = []
        group.append(one)
    return Totals(
        count=len(figures),
        lines=tuple(_total(key, groups[key]) for key in sorted(groups)),
        ready=tally.of(RowStatus.READY),
        blocked=tally.of(*_BLOCKED),
    )


def _total(key: tuple[str, str], figures: list[Figures]) -> Total:
    return Total(
        company=key[0],
        currency=key[1],
        count=len(figures),
        net=sum([one[1] for one in figures], ZERO),
        tax=sum([one[2] for one in figures], ZERO),
        total=sum([one[3] for one in figures], ZERO),
        balance=sum([one[4] for one in figures], ZERO),
    )


def merged(parts: Sequence[Totals]) -> Totals:
    """Put totals of parts together."""
    lines: dict[tuple[str, str], Total] = {}
    for line in (line for part in parts for line in part.lines):
        key = (line.company, line.currency)
        known = lines.get(key)
        lines[key] = line if known is None else _sum(known, line)
    return Totals(
        count=sum(part.count for part in parts),
        lines=tuple(lines[key] for key in sorted(lines)),
        ready=sum(part.ready for part in parts),
        blocked=sum(part.blocked for part in parts),
    )


def _sum(one: Total, other: Total) -> Total:
    return Total(
        company=one.company,
        currency=one.currency,
        count=one.count + other.count,
        net=one.net + other.net,
        tax=one.tax + other.tax,
        total=one.total + other.total,
        balance=one.balance + other.balance,
    )
