"""Rows of the grid put together where they stand side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Put sorted places together: first and last of each run without a gap."""
    if places and places[-1] - places[0] + 1 == len(places):
        yield places[0], places[-1]
        return
    start = 0
    for at, place in enumerate(places):
        if at + 1 == len(places) or places[at + 1] != place + 1:
            yield places[start], place
            start = at + 1
