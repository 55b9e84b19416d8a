"""Money: a decimal amount with its currency, and the rounding rule of the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


def to_decimal(value: object) -> Decimal:
    """Make a Decimal of a JSON number or a string; None is zero.

    Raises:
        TypeError: a float came in; amounts are read from JSON as Decimal or not at all.
    """
    if value is None:
        return ZERO
    if isinstance(value, Decimal):
        return value
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        return Decimal(value)
    msg = f"{type(value).__name__} is not an amount"
    raise TypeError(msg)


def to_cents(amount: Decimal) -> Decimal:
    """Round half away from zero to two places, as QuickBooks does."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency (ISO 4217). Two currencies never add up."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        # mypy sees to our own code; JSON that slipped through as float must not pass either.
        to_decimal(self.amount)

    def __add__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"

    def _require_same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            msg = f"{self.currency} and {other.currency} do not add up"
            raise ValueError(msg)


def totals_by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Add amounts up, a total for each currency, in the order of the currency codes."""
    totals: dict[str, Decimal] = {}
    for money in amounts:
        totals[money.currency] = totals.get(money.currency, ZERO) + money.amount
    return tuple(Money(totals[currency], currency) for currency in sorted(totals))
