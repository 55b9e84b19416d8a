"""One durable SQLite file: opening it, and transactions that several programs may compete for."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psaqb_desktop.adapters.journal.faults import told_plainly
from psaqb_desktop.adapters.journal.migrations import migrate
from psaqb_desktop.domain.errors import JournalError


class JournalDatabase:
    """The file behind the journal.

    One connection behind a lock: SQLite lets one writer in at a time anyway, and a connection
    for each thread would outlive its thread.
    """

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        with told_plainly(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Drafts name customers and amounts: for the owner's eyes. SQLite gives the
            # write-ahead log the same mode.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._identity = self.path.stat().st_ino
            self._connection = sqlite3.connect(
                self.path,
                timeout=self._busy_seconds,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def _set_up(self) -> None:
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # FULL: the commit is on the disk, not only with the operating system, when it returns.
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA fullfsync = ON")  # macOS: past the drive's own cache
        self._connection.execute("PRAGMA foreign_keys = ON")
        migrate(self._connection, self.path)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction that holds the write lock from its start."""
        with self._lock, told_plainly(self.path):
            self._require_same_file()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction: all reads see one moment."""
        with self._lock, told_plainly(self.path):
            self._require_same_file()
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """Give the path while the file is closed, so that another can take its place."""
        with self._lock:
            self._connection.close()
            try:
                yield self.path
            finally:
                self._open()

    def _require_same_file(self) -> None:
        """Notice that another program has rebuilt the journal: this one would write to nowhere."""
        if self.path.stat().st_ino != self._identity:
            raise JournalError(
                "The journal was replaced by another window of this program.",
                remedy="Close this window and start it again.",
                details=str(self.path),
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock, told_plainly(self.path):
            self._connection.close()
