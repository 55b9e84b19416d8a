"""Keeping to Intuit's limits for one company, over all threads: who may send waits here.

What is allowed is decided by :mod:`~psaqb_desktop.adapters.quickbooks.allowance` (rate) and
:mod:`~psaqb_desktop.adapters.quickbooks.concurrency` (writes under way); here are the clock, the
locks and the waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from psaqb_desktop.adapters.quickbooks.allowance import LIMITS, Allowance, Leave, Limit
from psaqb_desktop.adapters.quickbooks.concurrency import PlacesLimit
from psaqb_desktop.adapters.quickbooks.waiting_line import WaitingLine
from psaqb_desktop.domain.errors import TurnGivenUpError
from psaqb_desktop.domain.identifiers import RealmId

_ASKED_EVERY_SECONDS = 0.5
"""How long somebody who may give up waits before being asked again."""


class Clock(Protocol):
    """Time of day and waiting; tests bring their own."""

    def now(self) -> datetime:
        """Return the moment, aware."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Pacing:
    """Lets requests of one company go, one after the other, as fast as the limits allow."""

    def __init__(self, clock: Clock, limits: tuple[Limit, ...] = LIMITS) -> None:
        """``limits`` are pairs of a number of requests and a length in seconds."""
        self._clock = clock
        self._line = WaitingLine()
        self._state = threading.Lock()
        self._allowance = Allowance(limits)
        self._place_is_free = threading.Condition()
        self._places = PlacesLimit()
        self._under_way = 0

    @property
    def places(self) -> int:
        """How many writes may be under way just now."""
        with self._place_is_free:
            return self._places.places

    def tries(self) -> Turn:
        """Return what waits for a turn before each try of a request that needs no place.

        Such requests are reads, and posts that are repeated to settle an outcome: few, and nearly
        always what the next posts wait for. They go before the posts that are waiting.
        """
        return Turn(self, None, _never, goes_first=True)

    @contextmanager
    def turn(self, gives_up: Callable[[], bool]) -> Iterator[Turn | None]:
        """Wait for a place and a turn of one write, and keep the place.

        ``gives_up`` is asked before and while it waits; None where it answered True.
        """
        if not self._take_place(gives_up):
            yield None
            return
        try:
            leave = self.wait(gives_up)
            if leave is None:
                yield None
                return
            try:
                yield Turn(self, leave, gives_up)
            finally:
                # Not sent after all (a cancel, a journal that refuses): nobody may wait for it.
                if leave.moment is None:
                    self._give_back(leave)
        finally:
            self._give_place()

    def wait(self, gives_up: Callable[[], bool], *, goes_first: bool = False) -> Leave | None:
        """Wait for leave; None where ``gives_up`` answered True meanwhile."""
        # Only the first in the line waits for the clock: they cannot all wake for one free place.
        with self._line.at_front(goes_first=goes_first):
            while not gives_up():
                with self._state:
                    now = self._clock.now()
                    seconds = (self._allowance.free_at(now) - now).total_seconds()
                    if seconds <= 0:
                        return self._allowance.take(now)
                is_asked = gives_up is not _never
                self._clock.sleep(min(seconds, _ASKED_EVERY_SECONDS) if is_asked else seconds)
        return None

    def count(self, leave: Leave) -> None:
        """Count a request from the moment at which it really leaves."""
        with self._state:
            leave.moment = self._clock.now()

    def throttled(self, leave: Leave, seconds: float) -> None:
        """Let no request go for a while: the service turned one away."""
        with self._state:
            self._allowance.throttled(leave, self._clock.now(), seconds)

    def answered(self, leave: Leave) -> None:
        """Learn from the latency of a write."""
        with self._place_is_free:
            if leave.moment is not None:
                seconds = (self._clock.now() - leave.moment).total_seconds()
                self._places.answered(max(0.0, seconds), self._under_way)

    def failed(self) -> None:
        """Learn from a write that got no answer, or the answer that the service is unwell."""
        with self._place_is_free:
            self._places.failed()

    def _give_back(self, leave: Leave) -> None:
        with self._state:
            self._allowance.give_back(leave)

    def _take_place(self, gives_up: Callable[[], bool]) -> bool:
        with self._place_is_free:
            while not gives_up():
                if self._under_way < self._places.places:
                    self._under_way += 1
                    return True
                self._place_is_free.wait(_ASKED_EVERY_SECONDS)
        return False

    def _give_place(self) -> None:
        with self._place_is_free:
            self._under_way -= 1
            self._place_is_free.notify_all()


class Turn:
    """When one request may leave: at once where it has leave already, else after a wait.

    Each further try (after a refused connection or a 429) waits for a turn of its own.
    """

    def __init__(
        self,
        pacing: Pacing,
        leave: Leave | None,
        gives_up: Callable[[], bool],
        *,
        goes_first: bool = False,
    ) -> None:
        self._pacing = pacing
        self._waiting = leave
        self._gives_up = gives_up
        self._goes_first = goes_first
        self._gone: Leave | None = None

    def leaves(self) -> None:
        """Wait if need be, and count the request as leaving now.

        Raises:
            TurnGivenUpError: it is not to be tried any more.
        """
        leave, self._waiting = self._waiting, None
        if leave is None:
            leave = self._pacing.wait(self._gives_up, goes_first=self._goes_first)
        if leave is None:
            raise TurnGivenUpError(
                "QuickBooks did not take it, and it was not tried again.", service="QuickBooks"
            )
        self._pacing.count(leave)
        self._gone = leave

    def answered(self) -> None:
        """Learn that an answer came."""
        if self._gone is not None:
            self._pacing.answered(self._gone)

    def failed(self) -> None:
        """Learn that no answer came, or that the service is unwell."""
        self._pacing.failed()

    def throttled(self, seconds: float) -> None:
        """Pause: the request was turned away."""
        if self._gone is not None:
            self._pacing.throttled(self._gone, seconds)


class CompanyPacings:
    """One pacing for each company, shared by whoever calls it: Intuit counts them together."""

    def __init__(self, clock: Clock, limits: tuple[Limit, ...] = LIMITS) -> None:
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


def _never() -> bool:
    return False
