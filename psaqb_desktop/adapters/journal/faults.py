"""SQLite's faults told as what a person can do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psaqb_desktop.domain.errors import JournalDamagedError, JournalError

_WORDS = {
    "SQLITE_FULL": (
        "The disk is full, so the journal cannot be written.",
        "Free some space, then try again: what had been sent before is settled first.",
    ),
    "SQLITE_IOERR": (
        "The disk refused to read or write the journal.",
        "Check the disk and its free space, then start the program again.",
    ),
    "SQLITE_BUSY": (
        "Another program keeps the journal locked.",
        "Close other windows of this program (or a backup of the folder) and try again.",
    ),
    "SQLITE_LOCKED": (
        "Another program keeps the journal locked.",
        "Close other windows of this program (or a backup of the folder) and try again.",
    ),
    "SQLITE_READONLY": (
        "The journal may not be written.",
        "Give your user the right to write the file and its folder.",
    ),
    "SQLITE_CANTOPEN": (
        "The journal cannot be opened.",
        "Give your user the right to write the file and its folder.",
    ),
}
_DAMAGED = {
    "SQLITE_CORRUPT": "The journal is damaged.",
    "SQLITE_NOTADB": "The journal is damaged: the file is not a journal any more.",
}


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors into JournalError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        # Extended names such as SQLITE_IOERR_WRITE begin with the plain one.
        name = getattr(error, "sqlite_errorname", "") or type(error).__name__
        plain = "_".join(name.split("_")[:2])
        if plain in _DAMAGED:
            raise JournalDamagedError(
                _DAMAGED[plain], details=f"{path}: {name}: {error}"
            ) from error
        words, remedy = _WORDS.get(plain, ("The journal could not be used.", ""))
        raise JournalError(words, remedy=remedy, details=f"{path}: {name}: {error}") from error
    except OSError as error:
        raise JournalError(
            "The journal's folder cannot be used.",
            remedy="Give your user the right to write the folder, and check the disk.",
            details=f"{path}: {error}",
        ) from error


def damaged(path: Path, where: str) -> JournalDamagedError:
    """Return the error for contents that cannot be what the program wrote."""
    return JournalDamagedError(
        "The journal is damaged or was changed by hand.", details=f"{path}: {where}"
    )
