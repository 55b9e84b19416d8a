"""When a request may be sent again, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_TRIES = 4
LONGEST_WAIT_SECONDS = 120.0
_FIRST_WAIT_SECONDS = 0.5
_NOT_CURED_BY_WAITING = frozenset({501, 505})


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Read Retry-After (seconds or a date), at most 120 s; None where there is none to read."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    if seconds != seconds:  # noqa: PLR0124 - NaN is the one number that differs from itself
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def backoff(tries: int, jitter: Callable[[], float]) -> float:
    """Return the wait after ``tries`` tries: doubling, spread by a random half.

    Spread, so that desktops that failed together do not come back together.
    """
    whole = _FIRST_WAIT_SECONDS * float(2 ** (tries - 1))
    return float(min(whole * (0.5 + jitter() / 2), LONGEST_WAIT_SECONDS))


def is_throttled(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether the service turned the request away unprocessed, for want of patience."""
    return status == 429 or (status == 503 and "Retry-After" in headers)


def is_passing_failure(status: int) -> bool:
    """Tell whether a 5xx may be gone at the next try."""
    return status >= 500 and status not in _NOT_CURED_BY_WAITING
