"""A clock that only moves when it is told to, or when somebody sleeps."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)
        # Who waits for another thread must not let a lease run out before that thread's turn.
        time.sleep(0.001)

    def advance(self, **parts: float) -> None:
        with self._lock:
            self._now += timedelta(**parts)
