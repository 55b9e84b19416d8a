"""How many claims to hold: enough that posts never wait for the CRM, few enough to be kept.

A claim that has waited :data:`~psaqb_desktop.services.posting.CLAIM_LASTS` is not sent any more,
and each claim that waits when a program dies is one more to give back. So claims are counted in
seconds of work, by how fast posts have gone of late: a slow service, a company shared with another
desktop and a pause that Intuit asked for all make them fewer.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime

MOST_IN_A_GROUP = 50
"""Claims that are taken with one write; what a crash leaves to settle stays small."""
MOST_AHEAD = 100
_LEAST = 5
_BEFORE_ANY = 25
_GROUP_SECONDS = 30.0
_AHEAD_SECONDS = 12.0
"""Looking up the next invoices and claiming them takes less, at hundreds of milliseconds a call."""


class ClaimTempo:
    """Counts posts, and says how many claims there should be. May be used from any thread."""

    def __init__(self) -> None:
        self._ended: deque[datetime] = deque(maxlen=50)
        self._lock = threading.Lock()

    def posted(self, moment: datetime) -> None:
        """Count a post that has ended."""
        with self._lock:
            self._ended.append(moment)

    @property
    def group(self) -> int:
        """How many claims to take at once."""
        pace = self._pace()
        return MOST_IN_A_GROUP if pace is None else _between(pace * _GROUP_SECONDS, MOST_IN_A_GROUP)

    @property
    def ahead(self) -> int:
        """How many claims may wait or be under way before more are taken."""
        pace = self._pace()
        return _BEFORE_ANY if pace is None else _between(pace * _AHEAD_SECONDS, MOST_AHEAD)

    def _pace(self) -> float | None:
        """Return posts a second, of the last few or of the last many: a pause is soon forgotten."""
        with self._lock:
            ended = list(self._ended)
        spans = [(n, (ended[-1] - ended[-n]).total_seconds()) for n in (10, 50) if len(ended) >= n]
        return max(((n - 1) / seconds for n, seconds in spans if seconds > 0), default=None)


def _between(claims: float, most: int) -> int:
    return int(min(most, max(_LEAST, claims)))
