"""SqliteInvoiceCache: the list in a file that may be thrown away at any time."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from psaqb_desktop.adapters.cache import kept_file
from psaqb_desktop.adapters.cache.kept_file import UNREADABLE
from psaqb_desktop.domain.kept_rows import KeptHead, KeptRows

if TYPE_CHECKING:
    from psaqb_desktop.domain.refreshing import RowChanges

_log = logging.getLogger(__name__)
T = TypeVar("T")
_SUFFIXES = ("", "-journal", "-wal", "-shm")


class SqliteInvoiceCache:
    """An InvoiceCache in one SQLite file, shared by all programs of this machine and user.

    No method ever raises for the file's sake. A damaged file, or one of another version of the
    program, is made anew; where no file can be written, the list is kept in memory until the
    program ends.
    """

    def __init__(self, path: Path, *, patience_seconds: float = 20) -> None:
        """``patience_seconds`` is how long another program that writes is waited for."""
        self._path = path
        self._patience = patience_seconds
        self._opened: _Opened | None = None
        self._lock = threading.Lock()

    def head(self) -> KeptHead:
        """Return what is known of the kept rows as a whole."""
        return self._do(kept_file.read_head)

    def rows(self, known: KeptHead | None = None) -> KeptRows:
        """Return all rows, or those that changed since ``known``."""
        return self._do(lambda connection: kept_file.read_rows(connection, known))

    def first_rows(self, limit: int) -> KeptRows:
        """Return the newest rows that wait to be posted, at most ``limit``."""
        return self._do(lambda connection: kept_file.read_first_rows(connection, limit))

    def write(self, base: KeptHead, changes: RowChanges, head: KeptHead | None = None) -> bool:
        """Keep changed rows, and the new ``head`` with them, all or nothing.

        ``base`` is the head from which the changes were worked out: rows that somebody else has
        written since stay, and so does a watermark that has moved since.

        Returns False where the rows of ``base`` are lost, and nothing was kept.
        """
        return self._do(lambda connection: kept_file.write(connection, base, changes, head))

    # -- the file ----------------------------------------------------------------------------

    def _do(self, act: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                try:
                    return act(self._connection())
                except sqlite3.OperationalError:
                    raise  # locked by another program, or a full disk: not the file's fault
                except (sqlite3.DatabaseError, *UNREADABLE) as error:
                    _log.warning("The cache is damaged (%r); the list is read afresh.", error)
                    self._forget()
                    return act(self._connection())
            except (sqlite3.Error, OSError, *UNREADABLE) as error:
                _log.warning(
                    "The list could not be kept for the next start (%r); it is kept in memory.",
                    error,
                )
                self._move_to_memory()
                return act(self._connection())

    def _connection(self) -> sqlite3.Connection:
        """Return the open file; one that another program threw away is left to itself."""
        opened = self._opened
        if opened is not None and (opened.is_in_memory or opened.file == _file_at(self._path)):
            kept_file.prepare(opened.connection)  # another version of the program may be about
            return opened.connection
        self._close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Names and amounts of customers: for the owner's eyes.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        self._opened = _Opened(connection, _file_at(self._path))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        kept_file.prepare(connection)
        return connection

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None

    def _forget(self) -> None:
        self._close()
        for suffix in _SUFFIXES:
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()

    def _move_to_memory(self) -> None:
        """Go on without a file, with what can still be read of it."""
        self._close()
        memory = _in_memory()
        with contextlib.suppress(sqlite3.Error), closing(self._read_only()) as kept:
            kept.backup(memory)
        try:
            kept_file.prepare(memory)
            kept_file.read_head(memory)
        except (sqlite3.Error, *UNREADABLE):
            memory = _in_memory()
            kept_file.prepare(memory)
        self._opened = _Opened(memory, (0, 0), is_in_memory=True)

    def _read_only(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)


class _Opened(NamedTuple):
    connection: sqlite3.Connection
    file: tuple[int, int]
    is_in_memory: bool = False


def _in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _file_at(path: Path) -> tuple[int, int]:
    """Tell one file from another that was put in its place."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_dev, found.st_ino
