"""Which invoices are seeded: how many of each state, when, for whom, and which are broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random

from psaqb_desktop.practice.crm.seed.parties import Contract


class Standing(Enum):
    """State, status and project status of an invoice."""

    CONFIRMED = (0, 1, 192350002)
    DRAFT = (0, 1, 192350000)
    IN_REVIEW = (0, 1, 192350001)
    PROJECT_PAID = (2, 100001, 192350003)
    CANCELED = (3, 100003, 192350000)
    SALES_BILLED = (0, 4, None)
    SALES_NEW = (0, 1, None)

    @property
    def is_project(self) -> bool:
        """Whether the invoice came out of a project."""
        return self.value[2] is not None


class Flaw(Enum):
    """What is wrong with an invoice on purpose."""

    NONE = "none"
    TOTAL = "total does not add up"
    TAX = "tax does not add up"
    LONG_NUMBER = "number longer than QuickBooks takes"
    PRICING_ERROR = "pricing error"
    CLOSED_PERIOD = "dated in a closed period"
    NEGATIVE = "correction with a negative total"


@dataclass
class Planned:
    """One invoice to be planted."""

    standing: Standing
    contract: Contract
    day: date
    flaw: Flaw = Flaw.NONE


_SHARES = (
    (Standing.CONFIRMED, 190),
    (Standing.DRAFT, 25),
    (Standing.IN_REVIEW, 12),
    (Standing.PROJECT_PAID, 18),
    (Standing.CANCELED, 10),
    (Standing.SALES_BILLED, 30),
    (Standing.SALES_NEW, 15),
)
_FLAWS = (
    *[Flaw.LONG_NUMBER] * 3,
    *[Flaw.CLOSED_PERIOD] * 3,
    Flaw.TOTAL,
    Flaw.TAX,
    Flaw.PRICING_ERROR,
    *[Flaw.NEGATIVE] * 8,
)
_UNROUTABLE = 3
_FIRST_DAY = (6, 1)
_OPEN_FROM = {"DE": (8, 8)}
"""Month and day from which a company's books are open; earlier days are left to the flawed ones."""


def plan_invoices(
    random: Random, contracts: list[Contract], count: int, today: date
) -> list[Planned]:
    """The list of invoices to plant, in the order of their days; one of each standing at least."""
    routable = [contract for contract in contracts if not contract.is_unroutable]
    planned = []
    numbers = {standing: max(1, round(share * count / 300)) for standing, share in _SHARES}
    rounded_away = count - sum(numbers.values())
    numbers[Standing.CONFIRMED] = max(1, numbers[Standing.CONFIRMED] + rounded_away)
    for standing, share in _SHARES:
        number = numbers[standing]
        for place in range(number):
            contract = routable[(place * 7 + share) % len(routable)]
            planned.append(Planned(standing, contract, _day(random, contract, today)))
    _add_flaws(planned, contracts)
    for each in planned:
        if each.flaw is Flaw.CLOSED_PERIOD:
            each.day = date(today.year, 7, random.randint(1, 28))
    planned.sort(key=lambda each: each.day)
    return planned


def _add_flaws(planned: list[Planned], contracts: list[Contract]) -> None:
    confirmed = [each for each in planned if each.standing is Standing.CONFIRMED]
    unroutable = [contract for contract in contracts if contract.is_unroutable]
    # One in five at most, so that a small seed keeps sound invoices as well.
    chosen = confirmed[:: max(1, len(confirmed) // (len(_FLAWS) + _UNROUTABLE))]
    german = [each for each in confirmed if each.contract.entity.country == "DE"]
    flaws = list(_FLAWS)
    for each in chosen[:_UNROUTABLE]:
        each.contract = unroutable[0]
    for each in chosen[_UNROUTABLE:]:
        if not flaws:
            break
        flaw = flaws.pop(0)
        if flaw is Flaw.CLOSED_PERIOD:
            each = next((g for g in german if g.flaw is Flaw.NONE and g not in chosen), each)  # noqa: PLW2901
        each.flaw = flaw


def _day(random: Random, contract: Contract, today: date) -> date:
    first = date(today.year, *_OPEN_FROM.get(contract.entity.country, _FIRST_DAY))
    return first + timedelta(days=random.randint(0, (today - first).days))
