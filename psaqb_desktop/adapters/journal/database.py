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


class JournalDatabase:
    """The file behind the journal.

    One connection behind a lock: SQLite lets one writer in at a time anyway, and a connection
    for each thread would outlive its thread.
    """

    def __init__(self, path: Path, *, busy_seconds: float) -> None:
        self.path = path
        self._lock = threading.Lock()
        with told_plainly(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Drafts name customers and amounts: for the owner's eyes. SQLite gives the
            # write-ahead log the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
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
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        with self._lock, told_plainly(self.path):
            self._connection.close()
