"""SystemKeyring: the keyring of the operating system, through the keyring library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from psaqb_desktop.adapters.secrets import long_secrets
from psaqb_desktop.adapters.secrets.backends import (
    NO_KEYRING,
    NO_KEYRING_REMEDY,
    discover,
    longest_entry,
)
from psaqb_desktop.domain.errors import AppError, SecretStoreError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "PSAQB Desktop"


class SystemKeyring:
    """A SecretStore in the system's keyring. A call may wait until a person unlocks it."""

    def __init__(
        self,
        find_backend: Callable[[], KeyringBackend] = discover,
        longest: int | None = longest_entry(),
    ) -> None:
        self._find_backend = find_backend
        self._longest = longest
        self._backend: KeyringBackend | None = None
        # Replacing a secret of several entries takes several calls.
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None."""
        with self._entries() as entries:
            return long_secrets.read(entries, name)

    def set(self, name: str, secret: str) -> None:
        """Store a secret durably; until it is whole the old one stays in force."""
        with self._entries() as entries:
            long_secrets.write(entries, name, secret, self._longest)

    def delete(self, name: str) -> None:
        """Forget a secret; a missing one is fine."""
        with self._entries() as entries:
            long_secrets.remove(entries, name)

    @contextmanager
    def _entries(self) -> Iterator[_Entries]:
        with self._lock:
            try:
                if self._backend is None:
                    self._backend = self._find_backend()
                yield _Entries(self._backend)
            except AppError:
                raise
            except Exception as error:  # backends raise whatever their system raises
                raise _told_plainly(error) from error


class _Entries:
    """The single entries of our service in a backend."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def get(self, name: str) -> str | None:
        return self._backend.get_password(SERVICE, name)

    def set(self, name: str, text: str) -> None:
        self._backend.set_password(SERVICE, name, text)

    def delete(self, name: str) -> None:
        # Some backends refuse to delete what is not there, each in its own words.
        if self.get(name) is not None:
            self._backend.delete_password(SERVICE, name)


_WORDS = {
    "NoKeyringError": (NO_KEYRING, NO_KEYRING_REMEDY),
    "KeyringLocked": ("The system's keyring is locked.", "Unlock it and try again."),
    "InitError": (
        "The system's keyring could not be opened; it may be locked.",
        "Unlock it and try again.",
    ),
}


def _told_plainly(error: Exception) -> SecretStoreError:
    kinds = [kind.__name__ for kind in type(error).__mro__]
    words, remedy = next(
        (_WORDS[kind] for kind in kinds if kind in _WORDS),
        ("The system's keyring refused.", ""),
    )
    # Only the keyring library's own messages are known to hold no secret.
    text = f": {error}" if "KeyringError" in kinds else ""
    return SecretStoreError(words, remedy=remedy, details=f"{type(error).__name__}{text}")
