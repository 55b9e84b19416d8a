"""The standard library's threads, locks, queues and pools, on fibres."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import greenlet

from tests.simulation.fibres import Fibre, Hub, Place


class FibreLock:
    hub: Hub

    def __init__(self) -> None:
        self._is_held = False
        self._line: deque[Place] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as the library's
        if not self._is_held:
            self._is_held = True
            return True
        if not blocking or timeout == 0:
            return False
        return self.hub.wait_in(self._line, None if timeout < 0 else timeout)

    def release(self) -> None:
        if not self._is_held:
            msg = "release unlocked lock"
            raise RuntimeError(msg)
        # The lock goes from hand to hand: nobody is overtaken.
        self._is_held = self.hub.serve(self._line)

    def locked(self) -> bool:
        return self._is_held

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class FibreRLock:
    hub: Hub

    def __init__(self) -> None:
        self._lock = FibreLock()
        self._lock.hub = self.hub
        self._owner: Any = None
        self._depth = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as the library's
        here = greenlet.getcurrent()
        if self._owner is not here:
            if not self._lock.acquire(blocking, timeout):
                return False
            self._owner = here
        self._depth += 1
        return True

    def release(self) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
            self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    # What conditions ask of their lock.

    def _release_save(self) -> int:
        depth, self._depth = self._depth, 1
        self.release()
        return depth

    def _acquire_restore(self, depth: int) -> None:
        self.acquire()
        self._depth = depth

    def _is_owned(self) -> bool:
        return self._owner is greenlet.getcurrent()


class FibreThread:
    hub: Hub

    def __init__(
        self,
        group: None = None,  # noqa: ARG002 - as the library's
        target: Callable[..., object] = lambda: None,
        name: str = "",
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        self.name, self.daemon = name, daemon
        self._target, self._args, self._kwargs = target, args, kwargs or {}
        self._fibre: Fibre | None = None

    def start(self) -> None:
        self._fibre = self.hub.spawn(lambda: self._target(*self._args, **self._kwargs))

    def join(self, timeout: float | None = None) -> None:
        if self._fibre is not None:
            self._fibre.join(timeout)

    def is_alive(self) -> bool:
        return self._fibre is not None and self._fibre.is_alive


@contextmanager
def threads_are_fibres(hub: Hub) -> Iterator[None]:
    """Let the standard library's threads be fibres of this hub."""
    lock, rlock, thread = (
        type(kind.__name__, (kind,), {"hub": hub}) for kind in (FibreLock, FibreRLock, FibreThread)
    )
    replaced: dict[tuple[Any, str], object] = {
        (threading, "Lock"): lock,
        (threading, "_allocate_lock"): lock,
        (threading, "RLock"): rlock,
        (threading, "Thread"): thread,
        (threading, "_time"): lambda: hub.seconds,
        (queue, "SimpleQueue"): getattr(queue, "_PySimpleQueue"),  # noqa: B009 - unknown to typeshed
    }
    original = {place: getattr(*place) for place in replaced}
    for (module, name), stand_in in replaced.items():
        setattr(module, name, stand_in)
    try:
        yield
    finally:
        for (module, name), value in original.items():
            setattr(module, name, value)
