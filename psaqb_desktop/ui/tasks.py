"""Tasks: the one place where coroutines are started and blocking work goes to threads.

Python keeps only weak references to running tasks, and the event loop drops their errors
quietly; :class:`TaskRunner` holds the one and tells the other.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, ParamSpec, TypeVar

from psaqb_desktop.domain.errors import Cancelled

P = ParamSpec("P")
T = TypeVar("T")

FLUSH_SECONDS = 0.033
"""Reports from threads are shown at most this often: thirty times a second looks live."""


class TaskRunner:
    """Starts coroutines, runs blocking functions in threads, and reports what goes wrong.

    ``on_error`` gets a few words on what was being done and the error; it is called in the
    event loop. A person's own cancelling is no error. Without a callback the loop's exception
    handler gets it.
    """

    def __init__(
        self, on_error: Callable[[str, Exception], None] | None = None, *, threads: int = 6
    ) -> None:
        self.on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="work")

    def start(self, coroutine: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """Start a coroutine from a slot or a plain function; cancel it by the returned task."""
        # The one allowed call: this class keeps the task and reports its error.
        task = asyncio.create_task(self._guarded(coroutine, what), name=what)  # noqa: TID251
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before its first step would leave this one never awaited.
        task.add_done_callback(lambda _task: coroutine.close())
        return task

    async def _guarded(self, coroutine: Coroutine[Any, Any, None], what: str) -> None:
        try:
            await coroutine
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - the seam where every error is told
            if self.on_error is not None:
                self.on_error(what, error)
                return
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"Error while: {what}", "exception": error}
            )

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code in a thread and wait for it.

        Cancelling the awaiting task does not stop the thread: long work takes a
        :class:`~psaqb_desktop.services.cancellation.Cancellation`.
        """
        job = functools.partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, job)

    def reports(self, deliver: Callable[[list[T]], None]) -> Reports[T]:
        """Make a callback for worker threads whose reports are delivered here, in bundles."""
        return Reports(asyncio.get_running_loop(), deliver)

    @property
    def running(self) -> tuple[str, ...]:
        """What is being done just now, in words."""
        return tuple(task.get_name() for task in self._tasks)

    async def wait_all(self) -> None:
        """Wait until every started coroutine has ended, those started meanwhile included."""
        me = asyncio.current_task()
        while others := [task for task in self._tasks if task is not me]:
            await asyncio.wait(others)

    def cancel(self) -> None:
        """Cancel every started coroutine but the one that calls this."""
        me = asyncio.current_task()
        for task in self._tasks:
            if task is not me:
                task.cancel()

    def close(self) -> None:
        """Drop queued work and let running threads end by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Reports(Generic[T]):
    """A callback for worker threads: bundles their reports and hands them to the event loop.

    Thousands of row changes a second would otherwise be thousands of repaints.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[list[T]], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._waiting: list[T] = []
        self._lock = threading.Lock()

    def __call__(self, report: T) -> None:
        """Take a report, in any thread."""
        with self._lock:
            self._waiting.append(report)
            is_first = len(self._waiting) == 1
        if is_first:
            # A thread may outlive the loop by a moment when the program is closed.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._loop.call_later, FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Deliver what is waiting now; called once more by the presenter when the work is done."""
        with self._lock:
            bundle, self._waiting = self._waiting, []
        if bundle:
            self._deliver(bundle)
