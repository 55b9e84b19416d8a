"""SealedFile: secrets in one file, sealed with a passphrase, for machines without a keyring.

scrypt makes the key of the passphrase; AES-GCM seals all secrets as one, so that neither a
secret nor its name can be read, changed or put back one by one.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock, Timeout

from psaqb_desktop.adapters.secrets.durable_file import replace_file
from psaqb_desktop.domain.errors import SecretStoreError

_KIND = "PSAQB sealed secrets 1"
COST = 2**17
_HIGHEST_COST = 2**20
"""A changed file must not make us ask for all memory there is."""
_LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Salt:
    salt: bytes
    cost: int


class SealedFile:
    """A SecretStore in one file. The passphrase is asked for once, when it is first needed."""

    def __init__(self, path: Path, passphrase: Callable[[Path], str], *, cost: int = COST) -> None:
        self._path = path
        self._passphrase = passphrase
        self._cost = cost
        self._keys: dict[_Salt, bytes] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None."""
        with self._lock, _told_plainly(self._path):
            return self._read()[1].get(name)

    def set(self, name: str, secret: str) -> None:
        """Store a secret; it is on the disk when this returns."""
        with self._changing() as secrets:
            secrets[name] = secret

    def delete(self, name: str) -> None:
        """Forget a secret; a missing one is fine."""
        with self._changing() as secrets:
            secrets.pop(name, None)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        with self._lock, _told_plainly(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._path}.lock", timeout=_LOCK_SECONDS):
                salt, secrets = self._read()
                before = dict(secrets)
                yield secrets
                if secrets != before:
                    replace_file(self._path, self._seal(salt, secrets))

    def _read(self) -> tuple[_Salt, dict[str, str]]:
        try:
            outer = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return _Salt(os.urandom(16), self._cost), {}
        if outer["kind"] != _KIND or not 2 <= outer["cost"] <= _HIGHEST_COST:
            raise ValueError(outer["kind"])
        salt = _Salt(_bytes(outer["salt"]), outer["cost"])
        cipher = AESGCM(self._key(salt))
        try:
            plain = cipher.decrypt(_bytes(outer["nonce"]), _bytes(outer["sealed"]), _bound_to(salt))
        except InvalidTag:
            self._keys.pop(salt)  # so that the passphrase can be typed again
            raise
        secrets: dict[str, str] = json.loads(plain)
        return salt, secrets

    def _seal(self, salt: _Salt, secrets: dict[str, str]) -> bytes:
        nonce = os.urandom(12)
        sealed = AESGCM(self._key(salt)).encrypt(
            nonce, json.dumps(secrets).encode(), _bound_to(salt)
        )
        outer: dict[str, Any] = {
            "kind": _KIND,
            "cost": salt.cost,
            "salt": _text(salt.salt),
            "nonce": _text(nonce),
            "sealed": _text(sealed),
        }
        return json.dumps(outer, indent=1).encode()

    def _key(self, salt: _Salt) -> bytes:
        if salt not in self._keys:
            scrypt = Scrypt(salt=salt.salt, length=32, n=salt.cost, r=8, p=1)
            self._keys[salt] = scrypt.derive(self._passphrase(self._path).encode())
        return self._keys[salt]


def _bound_to(salt: _Salt) -> bytes:
    return f"{_KIND} {salt.cost}".encode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@contextmanager
def _told_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except InvalidTag as error:
        raise SecretStoreError(
            "The secret file does not open: the passphrase is wrong, or the file was changed.",
            remedy="Check the passphrase (PSAQB_KEYRING_PASSPHRASE). If it is lost, delete the "
            "file and sign in again.",
            details=str(path),
        ) from error
    except Timeout as error:
        raise SecretStoreError(
            "Another program keeps the secret file locked.",
            remedy="Close other windows of this program and try again.",
            details=str(path),
        ) from error
    except OSError as error:
        raise SecretStoreError(
            "The secret file cannot be read or written.",
            remedy="Check the file's place, its permissions and the free space of the disk.",
            details=f"{path}: {error}",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SecretStoreError(
            "The secret file is damaged, or it is not one of this program.",
            remedy="Restore it from a backup, or delete it and sign in again.",
            details=f"{path}: {type(error).__name__}",
        ) from error
