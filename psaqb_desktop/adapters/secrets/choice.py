"""Which secret store is used: the keyring unless a person chose the sealed file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from psaqb_desktop.adapters.secrets.system_keyring import SystemKeyring
from psaqb_desktop.domain.errors import SecretStoreError

if TYPE_CHECKING:
    from psaqb_desktop.adapters.secrets.sealed_file import SealedFile

FILE_VARIABLE = "PSAQB_KEYRING_FILE"
PASSPHRASE_VARIABLE = "PSAQB_KEYRING_PASSPHRASE"  # noqa: S105 - the name of the variable


def choose_secret_store(
    environ: Mapping[str, str], passphrase: Callable[[Path], str] | None = None
) -> SystemKeyring | SealedFile:
    """Return the sealed file if PSAQB_KEYRING_FILE names one, else the system's keyring.

    Never one in place of the other: a keyring that does not work is an error, not a reason to
    write secrets elsewhere.

    Args:
        environ: the environment of the process.
        passphrase: asks a person for the passphrase of that file, where
            PSAQB_KEYRING_PASSPHRASE does not hold it.
    """
    chosen = environ.get(FILE_VARIABLE, "")
    if not chosen:
        return SystemKeyring()
    # Brings cryptography, which a machine with a keyring never needs.
    from psaqb_desktop.adapters.secrets.sealed_file import SealedFile  # noqa: PLC0415

    def ask(path: Path) -> str:
        known = environ.get(PASSPHRASE_VARIABLE, "")
        if not known and passphrase is not None:
            known = passphrase(path)
        if not known:
            raise SecretStoreError(
                "The secret file has no passphrase.",
                remedy=f"Set {PASSPHRASE_VARIABLE}, or type the passphrase when asked.",
                details=str(path),
            )
        return known

    return SealedFile(Path(chosen).expanduser(), ask)
