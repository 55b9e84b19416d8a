"""Connections to the one SQLite file: a pool for readers, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LASTING = ("journal_mode=WAL", "synchronous=NORMAL")
_DRAFT = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000")


class Database:
    """The file behind the practice CRM, safe to use from the server's threads."""

    def __init__(self, path: Path, *, is_draft: bool = False) -> None:
        """A draft is written without a journal: it is thrown away if anything fails."""
        self._path = path
        self._pragmas = _DRAFT if is_draft else _LASTING
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one consistent state of the file."""
        connection = self._take()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.rollback()
            self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is kept whole or undone whole."""
        with self._writing:
            connection = self._take()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                self._give_back(connection)

    def close(self) -> None:
        """Close all idle connections."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        for pragma in self._pragmas:
            connection.execute(f"PRAGMA {pragma}")
        connection.create_collation("platform", _compare)
        connection.create_function("folded", 1, _folded, deterministic=True)
        return connection


def _folded(value: str | float | bytes | None) -> str | float | bytes | None:
    return value.casefold() if isinstance(value, str) else value


def _compare(left: str, right: str) -> int:
    first, second = left.casefold(), right.casefold()
    return (first > second) - (first < second)


def quoted(name: str) -> str:
    """A name of a table or column for use inside a statement."""
    return '"' + name.replace('"', '""') + '"'
