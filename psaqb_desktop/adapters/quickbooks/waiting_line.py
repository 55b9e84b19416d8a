"""A line of threads that are let in one at a time, some before the others."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class WaitingLine:
    """Lets one in at a time: first who goes first, then the others, each as they came."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._numbers = itertools.count()
        self._waiting: list[tuple[bool, int]] = []
        self._is_front_taken = False

    @contextmanager
    def at_front(self, *, goes_first: bool) -> Iterator[None]:
        """Wait for the front, and keep it until the block ends."""
        with self._moved:
            ticket = (not goes_first, next(self._numbers))
            heapq.heappush(self._waiting, ticket)
            self._moved.wait_for(lambda: not self._is_front_taken and self._waiting[0] == ticket)
            heapq.heappop(self._waiting)
            self._is_front_taken = True
        try:
            yield
        finally:
            with self._moved:
                self._is_front_taken = False
                self._moved.notify_all()
