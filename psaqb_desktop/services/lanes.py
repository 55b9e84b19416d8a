"""Work that goes on beside the caller, or in its place where there is to be one thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

COMPANIES_AT_ONCE = 16
"""Companies that are worked for side by side; each has limits of its own."""


class Lanes(Protocol):
    """Where work is done."""

    def start(self, work: Callable[[], None]) -> None:
        """Begin a piece of work, or have it begun when a lane is free."""
        ...

    def wait_until(self, most: int) -> None:
        """Return once at most so many pieces wait or are under way.

        Raises:
            BaseException: what a piece of work has ended with.
        """
        ...


class OwnLane:
    """Does each piece of work at once, on the thread of the caller: always in the same order."""

    def start(self, work: Callable[[], None]) -> None:
        """Do it."""
        work()

    def wait_until(self, most: int) -> None:
        """Return: nothing ever waits."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do."""


class ThreadLanes:
    """Does pieces of work on threads of its own, begun in the order in which they came.

    Whoever starts work also waits (:meth:`wait_until`) before starting more: that is what keeps
    the queue short.
    """

    def __init__(self, lanes: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix=name)
        self._changed = threading.Condition()
        self._open = 0
        self._ended_by: BaseException | None = None

    def start(self, work: Callable[[], None]) -> None:
        """Have it begun when a lane is free."""
        with self._changed:
            self._open += 1
        self._pool.submit(self._do, work)

    def wait_until(self, most: int) -> None:
        """Return once at most so many pieces wait or are under way."""
        with self._changed:
            self._changed.wait_for(lambda: self._open <= most or self._ended_by is not None)
            if self._ended_by is not None:
                raise self._ended_by

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            with self._changed:
                self._ended_by = self._ended_by or error
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()


def lanes_of(count: int, name: str) -> OwnLane | ThreadLanes:
    """Return lanes: the caller's own where there is to be one only."""
    return OwnLane() if count == 1 else ThreadLanes(count, name)


class OwnThread(Executor):
    """Does what is submitted at once, on the thread of the caller, and raises what it raises."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it; the future is done."""
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def threads_of(count: int, name: str) -> Iterator[Executor]:
    """Give threads, the caller's own where there is to be one only; in the end drop what waits."""
    pool = OwnThread() if count == 1 else ThreadPoolExecutor(count, thread_name_prefix=name)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
