"""Giving each part of a line its share of the line's tax, exact to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from psaqb_desktop.domain.money import CENT, ZERO, to_cents

_FINEST = Decimal("0.0001")
"""Dataverse keeps no more than four decimals of an amount."""


def shares(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Split ``total`` in proportion to ``weights``; the shares add up to it exactly.

    The largest remainders get the cents that rounding leaves over. Weights that add up to
    nothing put all of it on the first part.
    """
    if not weights:
        return ()
    whole = sum(weights, ZERO)
    if not total or not whole:
        return (total, *(ZERO for _ in weights[1:]))
    step = CENT if to_cents(total) == total else _FINEST
    exact = [total * weight / whole for weight in weights]
    floors = [share.quantize(step, rounding=ROUND_FLOOR) for share in exact]
    left = int((total - sum(floors, ZERO)) / step)
    by_remainder = sorted(range(len(weights)), key=lambda i: (floors[i] - exact[i], i))
    for index in by_remainder[:left]:
        floors[index] += step
    return tuple(floors)
