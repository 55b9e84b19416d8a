"""The published limits: calls in a second, calls and batches in a minute.

Some count what all apps do to a company, some what one app does to it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

_BATCH = "batch"
_CALL = "call of the Accounting API"
_OTHER = "call of another API"


@dataclass(frozen=True)
class Limit:
    """At most ``most`` calls of the ``kinds`` in any ``seconds``.

    Attributes:
        per_app: Counted for each app by itself; otherwise over all apps of a company.
    """

    most: int
    seconds: float
    kinds: frozenset[str]
    per_app: bool


PER_SECOND = Limit(10, 1.0, frozenset({_CALL, _BATCH}), per_app=True)
PER_MINUTE = Limit(500, 60.0, frozenset({_CALL, _BATCH}), per_app=False)
BATCHES_OF_AN_APP = Limit(40, 60.0, frozenset({_BATCH}), per_app=True)
BATCHES_OF_A_COMPANY = Limit(120, 60.0, frozenset({_BATCH}), per_app=False)
ALL_APIS = Limit(800, 60.0, frozenset({_CALL, _BATCH, _OTHER}), per_app=True)
LIMITS = (PER_SECOND, PER_MINUTE, BATCHES_OF_AN_APP, BATCHES_OF_A_COMPANY, ALL_APIS)


@dataclass
class _Window:
    """The moments of the calls that were let through in the last ``seconds``."""

    seconds: float
    moments: deque[float] = field(default_factory=deque)

    def is_full(self, now: float, most: float) -> bool:
        if self.moments and self.moments[-1] > now:  # the clock was set back
            self.moments.clear()
        while self.moments and self.moments[0] <= now - self.seconds:
            self.moments.popleft()
        return len(self.moments) >= most


class Limits:
    """Counts calls in sliding windows; a refused call does not count."""

    def __init__(self, options: QuickBooksOptions, clock: Callable[[], float]) -> None:
        """``clock`` tells seconds; only their differences matter."""
        self._clock = clock
        self._options = options
        self._lock = threading.Lock()
        self._windows: dict[tuple[Limit, str, str], _Window] = {}

    def admit(self, realm: str, app: str, *, is_batch: bool = False) -> bool:
        """Whether one more call of the Accounting API is within the limits; counts it if so."""
        return self._admit(realm, app, _BATCH if is_batch else _CALL)

    def admit_other(self, realm: str, app: str) -> bool:
        """The same for a call of another of Intuit's APIs on behalf of this company."""
        return self._admit(realm, app, _OTHER)

    def clear(self) -> None:
        """Forgets all calls."""
        with self._lock:
            self._windows.clear()

    def _admit(self, realm: str, app: str, kind: str) -> bool:
        if not self._options.limits_enabled:
            return True
        factor = self._options.limit_factor
        with self._lock:
            now = self._clock()
            counting = [
                (limit, self._window(limit, realm, app)) for limit in LIMITS if kind in limit.kinds
            ]
            if any(window.is_full(now, limit.most * factor) for limit, window in counting):
                return False
            for _, window in counting:
                window.moments.append(now)
        return True

    def _window(self, limit: Limit, realm: str, app: str) -> _Window:
        key = (limit, realm, app if limit.per_app else "")
        return self._windows.setdefault(key, _Window(limit.seconds))
