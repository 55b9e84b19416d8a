"""Fibres: threads that take turns only where they wait, in simulated time.

One history for one seed: nothing here looks at the real clock, and only one fibre runs at a time.
"""

from __future__ import annotations

import heapq
import traceback
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

import greenlet

MOST_STEPS = 60_000
"""A schedule takes some thousands; one that goes on for so long does not end."""


class OverError(BaseException):
    """The run has ended before its end: nobody goes on."""


class Hub:
    """Runs fibres until all have ended; time passes only where all of them wait."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Simulated time since the beginning."""
        self.problem = ""
        """Why the run ended before its end; empty where it did not."""
        self._main = greenlet.getcurrent()
        self._ready: deque[tuple[Any, object]] = deque()
        self._timed: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._alive = 0
        self._steps = 0

    def spawn(self, action: Callable[[], object]) -> Fibre:
        """Start a fibre; it runs as soon as those before it wait."""
        fibre = Fibre(self, action)
        self._alive += 1
        self._ready.append((fibre.greenlet, None))
        return fibre

    def at(self, delay: float, action: Callable[[], None]) -> None:
        """Do something of the world's own after a while; it may not wait."""
        heapq.heappush(self._timed, (self.seconds + delay, next(self._numbers), action))

    def sleep(self, seconds: float) -> None:
        """Let the present fibre wait, and the others go on."""
        here = self._here()
        if here is self._main:
            self.seconds += seconds
            return
        self.at(max(0.0, seconds), lambda: self._ready.append((here, None)))
        self._main.switch()

    def wait_in(self, line: deque[Place], timeout: float | None) -> bool:
        """Let the present fibre wait in a line; False when its time has run out."""
        here = self._here()
        if here is self._main:
            msg = "the world itself waits for a lock"
            raise RuntimeError(msg)
        place = Place(here)
        line.append(place)
        if timeout is not None:
            self.at(timeout, lambda: self._give_up(place))
        return bool(self._main.switch())

    def serve(self, line: deque[Place]) -> bool:
        """Let the first of a line go on; False where nobody waits."""
        while line:
            if self._give(line.popleft(), is_granted=True):
                return True
        return False

    def run(self) -> None:
        """Run until all fibres have ended, or something is wrong."""
        while self._alive and not self.problem:
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.problem = "it does not end"
            elif self._ready:
                fibre, value = self._ready.popleft()
                fibre.switch(value)
            elif self._timed:
                when, _, action = heapq.heappop(self._timed)
                self.seconds = max(self.seconds, when)
                action()
            else:
                self.problem = "deadlock: everybody waits for somebody else"

    def ended(self, failure: BaseException | None) -> None:
        self._alive -= 1
        if failure is not None and not self.problem:
            self.problem = "".join(traceback.format_exception(failure))

    def _give_up(self, place: Place) -> None:
        self._give(place, is_granted=False)

    def _here(self) -> Any:
        if self.problem:
            raise OverError
        return greenlet.getcurrent()

    def _give(self, place: Place, *, is_granted: bool) -> bool:
        if place.is_over:
            return False
        place.is_over = True
        self._ready.append((place.fibre, is_granted))
        return True


class Place:
    """A place in a line."""

    def __init__(self, fibre: Any) -> None:
        self.fibre = fibre
        self.is_over = False


class Fibre:
    def __init__(self, hub: Hub, action: Callable[[], object]) -> None:
        self._hub = hub
        self._action = action
        self._line: deque[Place] = deque()
        self.is_alive = True
        self.greenlet = greenlet.greenlet(self._live, hub._main)

    def join(self, timeout: float | None = None) -> None:
        if self.is_alive and not self._hub.problem:
            self._hub.wait_in(self._line, timeout)

    def _live(self, *_: object) -> None:
        failure: BaseException | None = None
        try:
            self._action()
        except BaseException as error:  # noqa: BLE001 - told by the hub
            failure = error
        self.is_alive = False
        while self._hub.serve(self._line):
            pass
        self._hub.ended(failure)
