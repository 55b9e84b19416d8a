"""Keeping to Intuit's limits for one company, over all threads.

Published: 10 requests a second and 500 a minute for each company and app; after a 429, a wait of
a minute. The windows slide and are kept by the clock, never by counting sleeps, which come late.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from psaqb_desktop.domain.identifiers import RealmId

THROTTLE_PAUSE_SECONDS = 60.0
LIMITS = ((10, 1.0), (500, 60.0))
_MARGIN_SECONDS = 0.05
"""Requests reach Intuit a little later or earlier than they leave here."""


class Clock(Protocol):
    """Time of day and waiting; tests bring their own."""

    def now(self) -> datetime:
        """Return the moment, aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(slots=True)
class _Window:
    """At most ``limit`` requests within any ``length``; remembers when the last ones left."""

    limit: int
    length: timedelta
    left: deque[datetime]

    def free_at(self, now: datetime) -> datetime:
        if len(self.left) < self.limit:
            return now
        return self.left[0] + self.length


class Pacing:
    """Lets requests of one company go, one after the other, as fast as the limits allow."""

    def __init__(self, clock: Clock, limits: tuple[tuple[int, float], ...] = LIMITS) -> None:
        """``limits`` are pairs of a number of requests and a length in seconds."""
        self._clock = clock
        self._turn = threading.Lock()
        self._pause_lock = threading.Lock()
        self._paused_until: datetime | None = None
        self._windows = tuple(
            _Window(limit, timedelta(seconds=length + _MARGIN_SECONDS), deque(maxlen=limit))
            for limit, length in limits
        )

    def wait_turn(self) -> None:
        """Wait until a request may leave, and count it."""
        # Who waits keeps the turn: the others queue here and cannot all wake for one free place.
        with self._turn:
            while True:
                now = self._clock.now()
                self._forgive_clock_set_back(now)
                seconds = (self._free_at(now) - now).total_seconds()
                if seconds <= 0:
                    break
                self._clock.sleep(seconds)
            for window in self._windows:
                window.left.append(now)

    def pause(self, seconds: float) -> None:
        """Let no request go for so long: the service asked to slow down."""
        until = self._clock.now() + timedelta(seconds=seconds)
        with self._pause_lock:
            if self._paused_until is None or until > self._paused_until:
                self._paused_until = until

    def _free_at(self, now: datetime) -> datetime:
        moments = [window.free_at(now) for window in self._windows]
        with self._pause_lock:
            if self._paused_until is not None:
                moments.append(self._paused_until)
        return max(moments)

    def _forgive_clock_set_back(self, now: datetime) -> None:
        """Start over when the computer's clock was set back, or a wait could last for hours."""
        newest = max((w.left[-1] for w in self._windows if w.left), default=now)
        if newest <= now:
            return
        for window in self._windows:
            window.left.clear()
        with self._pause_lock:
            self._paused_until = None


class CompanyPacings:
    """One pacing for each company, shared by whoever calls it: Intuit counts them together."""

    def __init__(self, clock: Clock, limits: tuple[tuple[int, float], ...] = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._pacings: dict[RealmId, Pacing] = {}

    def of(self, realm_id: RealmId) -> Pacing:
        """Return the pacing of a company."""
        with self._lock:
            if realm_id not in self._pacings:
                self._pacings[realm_id] = Pacing(self._clock, self._limits)
            return self._pacings[realm_id]
