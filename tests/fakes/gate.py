"""Gates: every port call of one program passes its gate.

There it is counted, may be the last thing the program does, may be disturbed, and may have to wait
for its turn among several programs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from psaqb_desktop.domain.errors import AppError

T = TypeVar("T")


class KilledError(BaseException):
    """The program is gone: nothing in it may catch this, and nothing of it happens any more."""


@dataclass(frozen=True)
class Death:
    """At which of its port calls a program dies, before or after the call's effect."""

    call: int
    is_after: bool


@dataclass(frozen=True)
class Disturbance:
    """A call that fails before its effect, or whose effect stays while the answer is lost."""

    error: AppError
    is_after: bool


class Turns(Protocol):
    def wait(self, gate: Gate) -> None:
        """Return when the program of the gate may go on."""


class Gate:
    def __init__(
        self,
        name: str = "program",
        *,
        death: Death | None = None,
        disturb: Callable[[int, str], Disturbance | None] | None = None,
        turns: Turns | None = None,
    ) -> None:
        self.name = name
        self.calls: list[str] = []
        self.is_dead = False
        self._death = death
        self._disturb = disturb
        self._turns = turns
        self._lock = threading.Lock()

    def guard(self, port: T, name: str) -> T:
        """Return the port with all its methods behind this gate."""
        return cast("T", _Guarded(port, name, self))

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        if self._turns is not None:
            self._turns.wait(self)
        number = self._enter(what)
        if self._death == Death(number, is_after=False):
            self._die()
        disturbance = self._disturb(number, what) if self._disturb else None
        if disturbance is not None and not disturbance.is_after:
            raise disturbance.error
        try:
            result = action()
        except AppError:
            self._die_after(number)
            raise
        self._die_after(number)
        if disturbance is not None:
            raise disturbance.error
        return result

    def _enter(self, what: str) -> int:
        with self._lock:
            if self.is_dead:
                raise KilledError
            self.calls.append(what)
            return len(self.calls)

    def _die_after(self, number: int) -> None:
        if self._death == Death(number, is_after=True):
            self._die()
        if self.is_dead:
            raise KilledError

    def _die(self) -> None:
        self.is_dead = True
        raise KilledError


class _Guarded:
    def __init__(self, port: object, name: str, gate: Gate) -> None:
        self._port, self._name, self._gate = port, name, gate

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._gate.pass_through(f"{self._name}.{method}", lambda: found(*args, **kwargs))

        return call


class WatchedGate(Gate):
    """Does something of the test's own before or after the first call of a name."""

    def __init__(
        self,
        *,
        before: Mapping[str, Callable[[], Any]] | None = None,
        after: Mapping[str, Callable[[], Any]] | None = None,
    ) -> None:
        super().__init__()
        self._before = dict(before or {})
        self._after = dict(after or {})

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        self._before.pop(what, _nothing)()
        result = super().pass_through(what, action)
        self._after.pop(what, _nothing)()
        return result


class DeadlyGate(Gate):
    """Dies at the nth call of a name."""

    def __init__(self, call: str, *, nth: int = 1, is_after: bool = False) -> None:
        super().__init__()
        self._call, self._nth, self._is_after = call, nth, is_after

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        if what == self._call and self.calls.count(what) + 1 == self._nth:
            self._death = Death(len(self.calls) + 1, self._is_after)
        return super().pass_through(what, action)


def _nothing() -> None:
    """Do nothing."""
