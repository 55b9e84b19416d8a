"""Taking as long as the real service takes, so that throughput can be measured honestly.

Nothing is slept unless it is asked for: ``REALISTIC`` posted to ``/_practice/options`` or given
to ``QuickBooksOptions`` switches it on, ``latency_factor`` scales it. The time passes after the
work is committed and no lock is held, so calls side by side wait side by side, and one that its
client gives up on has done its work all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions

REALISTIC: dict[str, float] = {
    "latency_seconds": 0.3,
    "write_seconds": 0.3,
    "read_seconds": 0.002,
}
"""An assumption, since Intuit publishes no service times: a created invoice takes 0.6 s, a batch
of 30 takes 9 s (batches of 30 are known to time out in clients that wait 10 s), a page of 1,000
rows takes 2.3 s."""


class Work(threading.local):
    """What the present call has done so far; each of the server's threads has a count of its own.

    Attributes:
        admitted: The call passed the gateway; a refusal takes no time.
        writes: Objects created, changed, voided or deleted.
        reads: Records that stand in the answer.
        spoils_item: The last item of the next batch is turned away; ordered by a fault plan.
    """

    admitted = False
    writes = 0
    reads = 0
    spoils_item = False

    def begin(self) -> None:
        """Starts counting for a new call."""
        self.admitted, self.writes, self.reads = False, 0, 0


class ServiceTimes:
    """Lets a call take its time."""

    def __init__(self, options: QuickBooksOptions, sleep: Callable[[float], None]) -> None:
        self._options = options
        self._sleep = sleep

    def pass_for(self, work: Work) -> None:
        """Waits for as long as this work takes."""
        seconds = self.seconds(work)
        if seconds > 0:
            self._sleep(seconds)

    def seconds(self, work: Work) -> float:
        """How long this work takes."""
        if not work.admitted:
            return 0.0
        options = self._options
        return options.latency_factor * (
            options.latency_seconds
            + work.writes * options.write_seconds
            + work.reads * options.read_seconds
        )
