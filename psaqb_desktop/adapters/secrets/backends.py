"""Which backends of the keyring library are good enough for tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from psaqb_desktop.domain.errors import SecretStoreError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SEALING = frozenset(
    {
        "keyring.backends.Windows",
        "keyring.backends.macOS",
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
    }
)
"""Backends of the systems themselves. Others may keep passwords in clear (keyrings.alt), throw
them away (null) or be someone's plug-in; a list of the bad ones would never be complete."""

NO_KEYRING = "This machine has no keyring to keep secrets in."
NO_KEYRING_REMEDY = (
    "Install and start one (GNOME Keyring, KWallet, KeePassXC), or choose a "
    "passphrase-sealed file (PSAQB_KEYRING_FILE) on a machine without one."
)
WINDOWS_LIMIT = 1280
"""Characters (UTF-16 units) of one entry of the Windows credential store: 2,560 bytes."""


def discover() -> KeyringBackend:
    """Find this system's keyring.

    Raises:
        SecretStoreError: there is none, or it is not one that seals what it keeps.
    """
    # Finding backends looks at all installed packages and at D-Bus; not at the start, therefore.
    import keyring  # noqa: PLC0415

    return trusted(keyring.get_keyring())


def trusted(backend: KeyringBackend) -> KeyringBackend:
    """Return the backend if it seals what it keeps; of a chain, its first that does.

    Raises:
        SecretStoreError: it does not.
    """
    module = type(backend).__module__
    if module in _SEALING:
        # Else Windows copies the entries to other machines with the user's profile.
        if hasattr(backend, "persist"):
            backend.persist = "local machine"
        return backend
    for inner in getattr(backend, "backends", ()) if module == "keyring.backends.chainer" else ():
        if type(inner).__module__ in _SEALING:
            return trusted(inner)
    if module in {"keyring.backends.fail", "keyring.backends.chainer"}:
        raise SecretStoreError(NO_KEYRING, remedy=NO_KEYRING_REMEDY, details=module)
    raise SecretStoreError(
        "The keyring that is set up on this machine is not known to protect what it keeps.",
        remedy="Remove the choice from keyringrc.cfg or PYTHON_KEYRING_BACKEND, so that the "
        "system's own keyring is used.",
        details=f"{module}.{type(backend).__name__}",
    )


def longest_entry() -> int | None:
    """Return how long one entry may be here; None where any length will do."""
    return WINDOWS_LIMIT if sys.platform == "win32" else None
