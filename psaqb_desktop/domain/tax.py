"""Sales tax: which code a line has, and what QuickBooks will make of it.

QuickBooks taxes the summed net of each rate and rounds once, half up; the CRM adds up tax that
was rounded on each line. A cent of difference is therefore normal and is settled before sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from psaqb_desktop.domain.draft import DraftTaxLine
from psaqb_desktop.domain.money import CENT, ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import TaxCode


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """Net and tax of a line, as the CRM has them."""

    net: Decimal
    tax: Decimal


def codes_that_fit(
    amount: TaxedAmount, codes: Iterable[TaxCode], slack: Decimal = CENT
) -> tuple[TaxCode, ...]:
    """Return the active codes whose rates give this tax on this net, within ``slack`` of rounding.

    The nearest percentage comes first. An amount without tax fits codes of 0 % only.
    """
    fitting = []
    for code in codes:
        if not code.is_active:
            continue
        if (amount.tax == 0) != (code.percent == 0):
            # A taxed line is never zero-rated and the other way round, however small it is.
            continue
        distance = abs(expected_tax(amount.net, code) - amount.tax)
        if distance <= slack:
            fitting.append((distance, code))
    fitting.sort(key=lambda pair: (pair[0], pair[1].name))
    return tuple(code for _, code in fitting)


def expected_tax(net: Decimal, code: TaxCode) -> Decimal:
    """Return the tax of a code on a net amount, each rate rounded half up."""
    return sum((line.amount for line in tax_of(net, code)), ZERO)


def tax_of(net: Decimal, code: TaxCode) -> tuple[DraftTaxLine, ...]:
    """Return the tax lines of one code on the summed net of its lines."""
    lines: list[DraftTaxLine] = []
    before = ZERO
    for rate in code.rates:
        base = net + before if rate.is_on_tax else net
        amount = to_cents(base * rate.percent / 100)
        before += amount
        lines.append(DraftTaxLine(rate.id, rate.name, rate.percent, base, amount))
    return tuple(lines)


def tax_lines(nets: Sequence[tuple[TaxCode, Decimal]]) -> tuple[DraftTaxLine, ...]:
    """Return what QuickBooks will reckon: a tax line a rate, over the net of all its codes."""
    by_rate: dict[str, DraftTaxLine] = {}
    by_code: dict[str, tuple[TaxCode, Decimal]] = {}
    for code, net in nets:
        known = by_code.get(code.id, (code, ZERO))
        by_code[code.id] = (code, known[1] + net)
    for code, net in by_code.values():
        for line in tax_of(net, code):
            known_line = by_rate.get(line.rate_id)
            if known_line is not None:
                base = known_line.net + line.net
                line = replace(line, net=base, amount=to_cents(base * line.percent / 100))  # noqa: PLW2901
            by_rate[line.rate_id] = line
    return tuple(by_rate.values())


def total_tax(lines: Iterable[DraftTaxLine]) -> Decimal:
    """Add up tax lines."""
    return sum((line.amount for line in lines), ZERO)


def adjusted(lines: tuple[DraftTaxLine, ...], wanted: Decimal) -> tuple[DraftTaxLine, ...]:
    """Return the tax lines with the difference to ``wanted`` put on the largest one.

    Raises:
        ValueError: there is no tax line to carry it.
    """
    difference = wanted - total_tax(lines)
    if difference == 0:
        return lines
    if not lines:
        msg = "there is no tax line to carry a difference"
        raise ValueError(msg)
    largest = max(range(len(lines)), key=lambda i: abs(lines[i].amount))
    return tuple(
        replace(line, amount=line.amount + difference) if i == largest else line
        for i, line in enumerate(lines)
    )
