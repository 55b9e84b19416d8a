"""Sales tax: per rate over the summed net of that rate, rounded half up once.

Summing taxes that were rounded line by line gives other cents. QuickBooks does not do that, so a
client that does must see the difference here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psaqb_desktop.practice.quickbooks.books import to_cents

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Rate:
    """One rate of a tax code."""

    id: str
    percent: Decimal


@dataclass(frozen=True)
class RateTax:
    """What one rate comes to on one document."""

    rate: Rate
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class CodedAmount:
    """An amount of a line (or, negative, of a discount) under a tax code."""

    code: str
    amount: Decimal


@dataclass(frozen=True)
class InclusiveTax:
    """Amounts that held their tax, taken apart.

    Attributes:
        nets: Of each amount, in the order they were given; they add up exactly.
        taxes: Per rate.
    """

    nets: tuple[Decimal, ...]
    taxes: tuple[RateTax, ...]


Rates = Mapping[str, Sequence[Rate]]


def tax_on_top(amounts: Sequence[CodedAmount], rates: Rates) -> tuple[RateTax, ...]:
    """Taxes that come on top of net amounts."""
    nets: dict[Rate, Decimal] = {}
    for coded in amounts:
        for rate in rates[coded.code]:
            nets[rate] = nets.get(rate, _ZERO) + coded.amount
    return tuple(
        RateTax(rate, net, to_cents(net * rate.percent / _HUNDRED)) for rate, net in nets.items()
    )


def tax_within(amounts: Sequence[CodedAmount], rates: Rates) -> InclusiveTax:
    """Takes taxes out of gross amounts: per code once, the odd cent on its largest amount."""
    nets = [_ZERO] * len(amounts)
    sums: dict[Rate, tuple[Decimal, Decimal]] = {}
    for code in dict.fromkeys(coded.code for coded in amounts):
        places = [place for place, coded in enumerate(amounts) if coded.code == code]
        gross = sum((amounts[place].amount for place in places), _ZERO)
        divisor = 1 + sum((rate.percent for rate in rates[code]), _ZERO) / _HUNDRED
        net = to_cents(gross / divisor)
        for place in places:
            nets[place] = to_cents(amounts[place].amount / divisor)
        largest = max(places, key=lambda place: abs(amounts[place].amount))
        nets[largest] += net - sum((nets[place] for place in places), _ZERO)
        for rate, tax in _split(gross - net, net, rates[code]):
            net_before, tax_before = sums.get(rate, (_ZERO, _ZERO))
            sums[rate] = (net_before + net, tax_before + tax)
    taxes = tuple(RateTax(rate, net, tax) for rate, (net, tax) in sums.items())
    return InclusiveTax(tuple(nets), taxes)


def _split(tax: Decimal, net: Decimal, rates: Sequence[Rate]) -> list[tuple[Rate, Decimal]]:
    """Shares a code's tax among its rates; the last one takes what rounding left."""
    shares = [(rate, to_cents(net * rate.percent / _HUNDRED)) for rate in rates]
    if shares:
        odd = tax - sum((share for _, share in shares), _ZERO)
        shares[-1] = (shares[-1][0], shares[-1][1] + odd)
    return shares
