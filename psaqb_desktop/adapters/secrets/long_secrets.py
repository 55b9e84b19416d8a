"""Secrets longer than an entry of the keyring may be, as several entries replaced in one step.

The entry ``name`` either holds the secret (``=secret``) or says where its parts are
(``#a 3 digest``: entries ``name#a1`` to ``name#a3``). A new secret's parts go under the other
letter first; then the one entry ``name`` is rewritten, which brings the new secret into force;
then the old parts are removed. Whatever dies in between, ``name`` leads to a whole secret.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from psaqb_desktop.domain.errors import SecretStoreError

_WHOLE = "="
_PARTS = "#"
_LETTERS = "ab"
_TRIES = 3
"""Another program may replace the secret between the reading of its entries."""


class Entries(Protocol):
    """A keyring of single entries."""

    def get(self, name: str) -> str | None:
        """Return an entry, or None."""
        ...

    def set(self, name: str, text: str) -> None:
        """Write an entry."""
        ...

    def delete(self, name: str) -> None:
        """Remove an entry; a missing one is fine."""
        ...


def read(entries: Entries, name: str) -> str | None:
    """Return a secret, or None.

    Raises:
        SecretStoreError: entries of it are missing or do not belong together.
    """
    for _ in range(_TRIES):
        head = entries.get(name)
        if head is None:
            return None
        if head.startswith(_WHOLE):
            return head[len(_WHOLE) :]
        letter, count, digest = _parts_of(head, name)
        parts = [entries.get(_part_name(name, letter, n)) for n in range(1, count + 1)]
        secret = "".join(part or "" for part in parts)
        if _digest(secret) == digest:
            return secret
    raise _unreadable(name)


def write(entries: Entries, name: str, secret: str, longest: int | None) -> None:
    """Store a secret in entries of at most ``longest`` UTF-16 units (None: any length)."""
    letter, kept = "", 0
    if longest is None or _units(_WHOLE + secret) <= longest:
        head = _WHOLE + secret
    else:
        letter = "b" if _letter_in_force(entries, name) == "a" else "a"
        size = longest // 2  # a character takes at most two units
        parts = [secret[start : start + size] for start in range(0, len(secret), size)]
        for number, part in enumerate(parts, start=1):
            entries.set(_part_name(name, letter, number), part)
        head, kept = f"{_PARTS}{letter} {len(parts)} {_digest(secret)}", len(parts)
    entries.set(name, head)
    for other in _LETTERS:
        _clear(entries, name, other, keep=kept if other == letter else 0)


def remove(entries: Entries, name: str) -> None:
    """Forget a secret with all its entries, also those of a write that was cut short."""
    entries.delete(name)
    for letter in _LETTERS:
        _clear(entries, name, letter, keep=0)


def _clear(entries: Entries, name: str, letter: str, *, keep: int) -> None:
    last = keep
    while entries.get(_part_name(name, letter, last + 1)) is not None:
        last += 1
    # From the last down: cut short, the rest is still found from the first up.
    for number in range(last, keep, -1):
        entries.delete(_part_name(name, letter, number))


def _letter_in_force(entries: Entries, name: str) -> str:
    head = entries.get(name)
    if head is None or not head.startswith(_PARTS):
        return ""
    return _parts_of(head, name)[0]


def _parts_of(head: str, name: str) -> tuple[str, int, str]:
    try:
        letter, count, digest = head.removeprefix(_PARTS).split(" ")
        return letter, int(count), digest
    except ValueError as error:
        raise _unreadable(name) from error


def _part_name(name: str, letter: str, number: int) -> str:
    return f"{name}#{letter}{number}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _unreadable(name: str) -> SecretStoreError:
    return SecretStoreError(
        "A secret in the keyring is incomplete or was changed.",
        remedy="Sign in again; this stores it anew.",
        details=name,
    )
