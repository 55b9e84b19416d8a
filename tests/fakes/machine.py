"""What belongs to one machine: its keyring and its file locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from psaqb_desktop.domain.errors import LeaseTakenError, SecretStoreError


class FakeSecrets:
    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self.is_locked = False

    def get(self, name: str) -> str | None:
        self._require_unlocked()
        return self.stored.get(name)

    def set(self, name: str, secret: str) -> None:
        self._require_unlocked()
        self.stored[name] = secret

    def delete(self, name: str) -> None:
        self._require_unlocked()
        self.stored.pop(name, None)

    def _require_unlocked(self) -> None:
        if self.is_locked:
            raise SecretStoreError("The keyring is locked.")


class FakeLocks:
    """Not re-entrant; the lock of a program that dies is free."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @contextmanager
    def hold(self, name: str, *, timeout_seconds: float) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        # What would wait for long in the world waits here as long as any test may hang.
        if not lock.acquire(timeout=20 if timeout_seconds else 0):
            raise LeaseTakenError(f"{name} is busy.")
        try:
            yield
        finally:
            lock.release()
