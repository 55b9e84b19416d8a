"""SystemClock: the machine's time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """A Clock."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))
