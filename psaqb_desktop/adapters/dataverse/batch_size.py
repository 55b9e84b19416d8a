"""How many writes go into one ``$batch``: as many as are answered in good time.

A thousand are allowed. How long the platform takes for them depends on the customer's plug-ins and
on the hour, so it is measured: what takes longer than it should is sent in smaller pieces next
time, several of which are under way at once.
"""

from __future__ import annotations

import threading

MOST = 1000
"""The platform takes no more in one batch."""
_FEWEST = 100
_GOOD_TIME = 10.0
"""Seconds; far below the 120 after which an answer is given up for lost."""


class BatchSize:
    """Learns from each batch; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._size = MOST

    @property
    def size(self) -> int:
        """The number of writes for the next batch."""
        with self._lock:
            return self._size

    def took(self, writes: int, seconds: float) -> None:
        """Note how long a batch took to be answered."""
        if writes < _FEWEST:
            return  # it says more of the way there and back than of the writes
        possible = int(_GOOD_TIME * writes / max(seconds, 0.001))
        with self._lock:
            self._size = max(_FEWEST, min(MOST, possible))

    def was_lost(self) -> None:
        """Note that a batch was not answered."""
        with self._lock:
            self._size = _FEWEST
