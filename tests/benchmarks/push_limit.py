"""What the published limits allow at best, and what calls of a practice service say of a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psaqb_desktop.adapters.quickbooks.allowance import LIMITS


def shortest_seconds(requests: int, before: Sequence[float] = (), factor: float = 1.0) -> float:
    """Return the time from the first to the last of so many requests, none of them over a limit.

    ``before`` are earlier requests, in seconds before the first (0 or less).
    """
    left = sorted(before)
    first = len(left)
    for _ in range(requests):
        earliest = [left[-1]] if len(left) > first else [0.0]
        for most, seconds in LIMITS:
            within = max(1, round(most * factor))
            if len(left) >= within:
                earliest.append(left[-within] + seconds)
        left.append(max(earliest))
    return left[-1] - left[first]


def arrived(call: dict[str, Any]) -> float:
    """Return when a call of the log came in; it is noted when it is answered."""
    return datetime.fromisoformat(call["time"]).timestamp() - float(call["seconds"])


def is_post(call: dict[str, Any]) -> bool:
    """Tell whether a call creates a document."""
    return call["method"] == "POST" and str(call["path"]).endswith(("/invoice", "/creditmemo"))
