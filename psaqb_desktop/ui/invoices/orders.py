"""The order of one column: sorted once, off the main thread, and kept up while rows change.

Sorting a hundred thousand rows takes a good part of a blink; putting a thousand changed ones back
into an order that is there takes a few milliseconds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

Key = object | None
"""A raw value of one column; None for an empty cell."""

_SHARE_THAT_SORTS = 20
"""When more than one row in twenty has changed, sorting anew is quicker."""


class ColumnOrder:
    """Positions of rows by a key, then by position; empty cells last in either direction."""

    def __init__(self, keys: list[Key], seen: int) -> None:
        self.keys = keys
        self.seen = seen
        """How many changes of the table the keys know of."""
        self._positions: dict[bool, array[int]] = {}

    def prepare(self) -> None:
        """Sort in both directions."""
        for is_descending in (False, True):
            self._positions[is_descending] = array(
                "i", self._in_order(range(len(self.keys)), is_descending=is_descending)
            )

    def positions(self, *, is_descending: bool) -> list[int]:
        """Return all positions in order."""
        known = self._positions.get(is_descending)
        if known is not None:
            return known.tolist()
        order = self._in_order(range(len(self.keys)), is_descending=is_descending)
        self._positions[is_descending] = array("i", order)
        return order

    def take(self, changed: Mapping[int, Key], seen: int) -> None:
        """Take other keys of some rows."""
        moved = {at: key for at, key in changed.items() if key != self.keys[at]}
        for at, key in moved.items():
            self.keys[at] = key
        self.seen = seen
        if len(moved) * _SHARE_THAT_SORTS > len(self.keys):
            self._positions.clear()
        elif moved:
            for is_descending, order in self._positions.items():
                kept = [at for at in order if at not in moved]
                order[:] = array("i", self._merged(kept, moved, is_descending=is_descending))

    def _merged(
        self, kept: list[int], moved: Mapping[int, Key], *, is_descending: bool
    ) -> list[int]:
        merged: list[int] = []
        start = 0
        for at in self._in_order(moved, is_descending=is_descending):
            place = self._place(kept, at, start, is_descending=is_descending)
            merged += kept[start:place]
            merged.append(at)
            start = place
        return merged + kept[start:]

    def _in_order(self, positions: Iterable[int], *, is_descending: bool) -> list[int]:
        keys = self.keys
        ordered = sorted(positions)
        # The sort is stable, also in reverse: rows of equal keys stay in order of position.
        filled = [at for at in ordered if keys[at] is not None]
        filled.sort(key=keys.__getitem__, reverse=is_descending)  # type: ignore[arg-type]
        return filled + [at for at in ordered if keys[at] is None]

    def _place(self, order: Sequence[int], at: int, low: int, *, is_descending: bool) -> int:
        high = len(order)
        while low < high:
            middle = (low + high) // 2
            if self._is_before(order[middle], at, is_descending=is_descending):
                low = middle + 1
            else:
                high = middle
        return low

    def _is_before(self, one: int, other: int, *, is_descending: bool) -> bool:
        key, other_key = self.keys[one], self.keys[other]
        if key == other_key:
            return one < other
        if key is None or other_key is None:
            return other_key is None
        return bool(key > other_key if is_descending else key < other_key)  # type: ignore[operator]
