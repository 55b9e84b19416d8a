"""Secrets of one environment: the same store, with the environment's name before each entry."""

from __future__ import annotations

from typing import Protocol


class _Store(Protocol):
    def get(self, name: str) -> str | None: ...

    def set(self, name: str, secret: str) -> None: ...

    def delete(self, name: str) -> None: ...


class ScopedSecrets:
    """Keeps the secrets of production, sandbox and practice apart in one store."""

    def __init__(self, store: _Store, environment: str) -> None:
        self._store = store
        self._prefix = f"{environment}/"

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None."""
        return self._store.get(self._prefix + name)

    def set(self, name: str, secret: str) -> None:
        """Store a secret durably."""
        self._store.set(self._prefix + name, secret)

    def delete(self, name: str) -> None:
        """Forget a secret; a missing one is fine."""
        self._store.delete(self._prefix + name)
