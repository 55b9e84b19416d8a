"""Service-protection limits: requests and execution time in a sliding window, and concurrency."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from psaqb_desktop.practice.crm.errors import (
    CONCURRENCY_LIMIT,
    REQUEST_LIMIT,
    TIME_LIMIT,
    ApiError,
)
from psaqb_desktop.practice.crm.options import CrmOptions

WINDOW_SECONDS = 300
REQUESTS = 6000
EXECUTION_SECONDS = 1200
CONCURRENT = 52


class ServiceProtection:
    """Counts each user's requests and turns them away above the limits."""

    def __init__(self, options: CrmOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._recent: dict[str, deque[tuple[float, float]]] = {}
        self._running: dict[str, int] = {}

    @contextmanager
    def admit(self, user_id: str) -> Iterator[None]:
        """Let one request run and take its time.

        Raises:
            ApiError: 429 with Retry-After.
        """
        if not self._options.limits_enabled:
            yield
            return
        started = self._now()
        self._enter(user_id, started)
        try:
            yield
        finally:
            ended = self._now()
            with self._lock:
                self._running[user_id] -= 1
                self._recent[user_id].append((ended, ended - started))

    def _now(self) -> float:
        return time.monotonic() + self._options.clock_offset_seconds

    def _enter(self, user_id: str, now: float) -> None:
        factor = self._options.limit_factor
        with self._lock:
            recent = self._recent.setdefault(user_id, deque())
            while recent and recent[0][0] < now - WINDOW_SECONDS:
                recent.popleft()
            running = self._running.get(user_id, 0)
            if running >= max(1, CONCURRENT * factor):
                message = "Number of concurrent requests exceeded the limit of 52."
                raise _too_many(CONCURRENCY_LIMIT, message, 2)
            wait = max(1, round(recent[0][0] + WINDOW_SECONDS - now)) if recent else 1
            if len(recent) >= REQUESTS * factor:
                message = (
                    "Number of requests exceeded the limit of 6000 over the time window of "
                    "300 seconds."
                )
                raise _too_many(REQUEST_LIMIT, message, wait)
            if sum(spent for _, spent in recent) >= EXECUTION_SECONDS * factor:
                message = (
                    "Combined execution time of incoming requests exceeded limit of 1200 seconds "
                    "over time window of 300 seconds."
                )
                raise _too_many(TIME_LIMIT, message, wait)
            self._running[user_id] = running + 1


def _too_many(code: str, message: str, wait: int) -> ApiError:
    return ApiError(429, code, message, {"Retry-After": str(wait)})
