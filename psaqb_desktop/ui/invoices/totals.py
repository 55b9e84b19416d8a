"""Totals of rows: per company and currency, never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    """0 where nothing but the balance of an invoice in another currency is told."""
    net: Decimal
    tax: Decimal
    total: Decimal
    balance: Decimal
    """What QuickBooks still waits for in this currency, less the credit that is left."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of some rows, with how many of them could be pushed now and how many are blocked."""

    count: int = 0
    lines: tuple[Total, ...] = ()
    ready: int = 0
    blocked: int = 0


Key = tuple[str, str]
"""Company and currency."""
Figures = tuple[Key, Decimal, Decimal, Decimal, Decimal, tuple[Key, Decimal] | None]
"""Net, tax, total and balance of one row, and the balance that is in another currency."""
_BLOCKED = frozenset({RowStatus.NOT_READY, RowStatus.FAILED})


def figures_of(row: InvoiceRow) -> Figures:
    """Return what a row adds to the totals."""
    invoice, record = row.listed.invoice, row.listed.record
    key = (row.company, invoice.currency)
    balance = (record.signed(record.balance) if record is not None else None) or ZERO
    elsewhere = None
    if balance and (booked := row.listed.booked_currency) != invoice.currency:
        elsewhere, balance = ((row.company, booked), balance), ZERO
    return key, invoice.net, invoice.tax, invoice.total, balance, elsewhere


def totals_of(figures: Sequence[Figures], tally: Tally) -> Totals:
    """Add up the figures of rows that were counted by status."""
    groups: dict[Key, list[Figures]] = {}
    for one in figures:
        group = groups.get(one[0])
        if group is None:
            group = groups[one[0]] = []
        group.append(one)
    lines = [_total(key, group) for key, group in groups.items()]
    lines += [
        Total(*key, count=0, net=ZERO, tax=ZERO, total=ZERO, balance=balance)
        for key, balance in [one[5] for one in figures if one[5] is not None]
    ]
    return Totals(
        count=len(figures),
        lines=_put_together(lines),
        ready=tally.of(RowStatus.READY),
        blocked=tally.of(*_BLOCKED),
    )


def _total(key: Key, figures: list[Figures]) -> Total:
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
    return Totals(
        count=sum(part.count for part in parts),
        lines=_put_together(line for part in parts for line in part.lines),
        ready=sum(part.ready for part in parts),
        blocked=sum(part.blocked for part in parts),
    )


def _put_together(lines: Iterable[Total]) -> tuple[Total, ...]:
    """Return one line for each company and currency, in their order."""
    found: dict[Key, Total] = {}
    for line in lines:
        key = (line.company, line.currency)
        known = found.get(key)
        found[key] = line if known is None else _sum(known, line)
    return tuple(found[key] for key in sorted(found))


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
