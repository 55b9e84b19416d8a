"""Sales tax on seeded lines: a rate by seller and customer, an amount per line to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from random import Random

from psaqb_desktop.practice.group import CustomerSeed, LegalEntitySeed

CENT = Decimal("0.01")
_AMERICAN = {"CA": Decimal("8.25"), "NY": Decimal("8.875")}
_CANADIAN = {"ON": Decimal(13), "QC": Decimal("14.975"), "BC": Decimal(12)}
_HOME = {"US": "USA", "GB": "GBR", "CA": "CAN", "DE": "DEU"}
_REDUCED = {"GB": (Decimal(0), Decimal(5)), "DE": (Decimal(7), Decimal(0))}
_STANDARD = {"GB": Decimal(20), "DE": Decimal(19)}


def invoice_rate(entity: LegalEntitySeed, customer: CustomerSeed, random: Random) -> Decimal:
    """Percent for one invoice; abroad nothing is charged, at home mostly the standard rate."""
    if customer.address.country != _HOME[entity.country]:
        return Decimal(0)
    if entity.country == "US":
        return _AMERICAN.get(customer.address.region, Decimal(0))
    if entity.country == "CA":
        return _CANADIAN.get(customer.address.region, Decimal(5))
    chance = random.random()
    first, second = _REDUCED[entity.country]
    if chance < 0.1:
        return first
    return second if chance < 0.16 else _STANDARD[entity.country]


def line_rate(entity: LegalEntitySeed, rate: Decimal, random: Random) -> Decimal:
    """Percent for one line; now and then a standard-rated invoice holds another rate."""
    if rate == _STANDARD.get(entity.country) and random.random() < 0.03:
        return _REDUCED[entity.country][0]
    return rate


def tax_on(net: Decimal, percent: Decimal) -> Decimal:
    """Tax amount of one line, rounded half up to the cent."""
    return cents(net * percent / 100)


def cents(amount: Decimal) -> Decimal:
    """An amount rounded half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
