"""Small answers of QuickBooks: some invoices fill a page, as thousands do in truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psaqb_desktop.adapters.quickbooks import changes, queries

SIZES = (1000, 1000, 5, 8)
"""QuickBooks' own, and what a handful of invoices and payments can fill."""


@contextmanager
def answers_hold(most: int) -> Iterator[None]:
    """Let the adapter take so many objects for a full answer."""
    kept = {
        (changes, "_MOST_OBJECTS"): most,
        (queries, "PAGE"): most,
        (queries, "_MANY_IDS"): most,
        (queries, "_SHIFT"): min(100, most // 2),
    }
    original = {place: getattr(*place) for place in kept}
    for (module, name), value in kept.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name), value in original.items():
            setattr(module, name, value)
