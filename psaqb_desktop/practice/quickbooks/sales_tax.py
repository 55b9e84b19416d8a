"""Sales tax: per rate over the summed net of that rate, rounded half up once.

Summing taxes that were rounded line by line gives other cents. QuickBooks does not do that, so a
client that does must see the difference here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psaqb_desktop.practice.quickbooks.books import CENT, rounded

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Rate:
    """One rate of a tax code; a compound one is taken from the amount with the taxes before it."""

    id: str
    percent: Decimal
    compounds: bool = False


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


def tax_on_top(
    amounts: Sequence[CodedAmount], rates: Rates, unit: Decimal = CENT
) -> tuple[RateTax, ...]:
    """Taxes that come on top of net amounts."""
    of_code: dict[str, Decimal] = {}
    for coded in amounts:
        of_code[coded.code] = of_code.get(coded.code, _ZERO) + coded.amount
    nets: dict[Rate, Decimal] = {}
    for code, amount in of_code.items():
        for rate, base, _ in _taxes_of(amount, rates[code], unit):
            nets[rate] = nets.get(rate, _ZERO) + base
    return tuple(
        RateTax(rate, net, rounded(net * rate.percent / _HUNDRED, unit))
        for rate, net in nets.items()
    )


def tax_within(amounts: Sequence[CodedAmount], rates: Rates, unit: Decimal = CENT) -> InclusiveTax:
    """Takes taxes out of gross amounts: per code once, the odd cent on its largest amount."""
    nets = [_ZERO] * len(amounts)
    sums: dict[Rate, tuple[Decimal, Decimal]] = {}
    for code in dict.fromkeys(coded.code for coded in amounts):
        places = [place for place, coded in enumerate(amounts) if coded.code == code]
        gross = sum((amounts[place].amount for place in places), _ZERO)
        divisor = _factor(rates[code])
        net = rounded(gross / divisor, unit)
        for place in places:
            nets[place] = rounded(amounts[place].amount / divisor, unit)
        largest = max(places, key=lambda place: abs(amounts[place].amount))
        nets[largest] += net - sum((nets[place] for place in places), _ZERO)
        for rate, base, tax in _split(gross - net, net, rates[code], unit):
            net_before, tax_before = sums.get(rate, (_ZERO, _ZERO))
            sums[rate] = (net_before + base, tax_before + tax)
    taxes = tuple(RateTax(rate, net, tax) for rate, (net, tax) in sums.items())
    return InclusiveTax(tuple(nets), taxes)


def _taxes_of(
    net: Decimal, rates: Sequence[Rate], unit: Decimal
) -> list[tuple[Rate, Decimal, Decimal]]:
    """Each rate of a code with what it is taken from and what it comes to."""
    taxes: list[tuple[Rate, Decimal, Decimal]] = []
    for rate in rates:
        before = sum((tax for _, _, tax in taxes), _ZERO) if rate.compounds else _ZERO
        base = net + before
        taxes.append((rate, base, rounded(base * rate.percent / _HUNDRED, unit)))
    return taxes


def _factor(rates: Sequence[Rate]) -> Decimal:
    """What one unit of net becomes with its taxes, unrounded."""
    factor = Decimal(1)
    for rate in rates:
        factor += (factor if rate.compounds else 1) * rate.percent / _HUNDRED
    return factor


def _split(
    tax: Decimal, net: Decimal, rates: Sequence[Rate], unit: Decimal
) -> list[tuple[Rate, Decimal, Decimal]]:
    """Shares a code's tax among its rates; the last one takes what rounding left."""
    shares = _taxes_of(net, rates, unit)
    if shares:
        odd = tax - sum((share for _, _, share in shares), _ZERO)
        rate, base, share = shares[-1]
        shares[-1] = (rate, base, share + odd)
    return shares
