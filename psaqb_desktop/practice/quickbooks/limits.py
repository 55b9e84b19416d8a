"""The published limits: calls in a second, calls and batches in a minute, per company."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

PER_SECOND = 10
PER_MINUTE = 500
BATCHES_PER_MINUTE = 40

_SECOND = 1.0
_MINUTE = 60.0


@dataclass
class _Window:
    """The moments of the calls that were let through in the last ``seconds``."""

    seconds: float
    moments: deque[float] = field(default_factory=deque)

    def is_full(self, now: float, most: float) -> bool:
        while self.moments and self.moments[0] <= now - self.seconds:
            self.moments.popleft()
        return len(self.moments) >= most


class Limits:
    """Counts calls in sliding windows; a refused call does not count."""

    def __init__(
        self, options: QuickBooksOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._options = options
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[_Window, _Window, _Window]] = {}

    def admit(self, realm: str, *, is_batch: bool) -> bool:
        """Whether one more call of this company is within the limits; counts it if so."""
        if not self._options.limits_enabled:
            return True
        now = self._clock()
        factor = self._options.limit_factor
        with self._lock:
            second, minute, batches = self._windows.setdefault(
                realm, (_Window(_SECOND), _Window(_MINUTE), _Window(_MINUTE))
            )
            if second.is_full(now, PER_SECOND * factor) or minute.is_full(now, PER_MINUTE * factor):
                return False
            if is_batch:
                if batches.is_full(now, BATCHES_PER_MINUTE * factor):
                    return False
                batches.moments.append(now)
            second.moments.append(now)
            minute.moments.append(now)
        return True

    def clear(self) -> None:
        """Forgets all calls."""
        with self._lock:
            self._windows.clear()
