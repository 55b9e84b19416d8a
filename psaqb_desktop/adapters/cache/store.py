"""SqliteInvoiceCache: the last list in a file that may be thrown away at any time."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

from psaqb_desktop.adapters.cache import packed_list
from psaqb_desktop.domain.listing import InvoiceList

_log = logging.getLogger(__name__)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS parts"
    " (name TEXT PRIMARY KEY, body TEXT NOT NULL, checksum INTEGER NOT NULL)"
)


class SqliteInvoiceCache:
    """An InvoiceCache in one SQLite file. Neither method ever raises for the file's sake."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> InvoiceList | None:
        """Return the last list without checks, marked ``is_from_cache``; None if there is none.

        A damaged file, or one of another version of the program, counts as none.
        """
        if not self._path.is_file():
            return None
        try:
            with closing(sqlite3.connect(self._path, timeout=2)) as connection:
                rows = connection.execute("SELECT name, body, checksum FROM parts").fetchall()
            for name, body, checksum in rows:
                if zlib.crc32(body.encode()) != checksum:
                    _log.warning("The cache is damaged (%s); the list is read afresh.", name)
                    return None
            return packed_list.read({name: body for name, body, _ in rows})
        except (sqlite3.Error, OSError, *packed_list.UNREADABLE) as error:
            _log.warning("The cache cannot be used (%r); the list is read afresh.", error)
            return None

    def store(self, invoices: InvoiceList) -> None:
        """Keep the list (no secrets are in it). A file that refuses is replaced."""
        texts = packed_list.write(invoices)
        try:
            try:
                self._write(texts)
            except sqlite3.OperationalError:
                raise  # locked by another window, or a full disk: not the file's fault
            except sqlite3.DatabaseError as error:
                _log.warning("The cache is written anew (%r).", error)
                self._forget()
                self._write(texts)
        except (sqlite3.Error, OSError) as error:
            _log.warning("The list could not be kept for the next start (%r).", error)

    def _write(self, texts: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Names and amounts of customers: for the owner's eyes.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.execute("DELETE FROM parts")
            connection.executemany(
                "INSERT INTO parts VALUES (?, ?, ?)",
                [(name, body, zlib.crc32(body.encode())) for name, body in texts.items()],
            )
            connection.execute("COMMIT")

    def _forget(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()
