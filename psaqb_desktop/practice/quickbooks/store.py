"""The SQLite file under practice QuickBooks.

Write-ahead logging with ``synchronous=NORMAL``: a killed process loses nothing that was committed.
One writer at a time, in the order of arrival, so that two calls with one request id meet.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS company (
    realm TEXT PRIMARY KEY, position INTEGER NOT NULL, settings TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS counter (
    realm TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (realm, name)
);
CREATE TABLE IF NOT EXISTS entity (
    realm TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    sync_token INTEGER NOT NULL,
    active INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (realm, kind, id)
);
CREATE INDEX IF NOT EXISTS entity_by_position ON entity (realm, kind, position);
CREATE INDEX IF NOT EXISTS entity_by_update ON entity (realm, kind, updated);
CREATE INDEX IF NOT EXISTS entity_by_number
    ON entity (realm, fold(json_extract(body, '$.DocNumber')), kind);
CREATE TABLE IF NOT EXISTS application (
    realm TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (realm, payment_id, line)
);
CREATE INDEX IF NOT EXISTS application_by_target
    ON application (realm, target_kind, target_id);
CREATE TABLE IF NOT EXISTS replay (
    realm TEXT NOT NULL,
    request_id TEXT NOT NULL,
    answered INTEGER NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (realm, request_id)
);
CREATE TABLE IF NOT EXISTS attachment (
    realm TEXT NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (realm, id)
);
CREATE TABLE IF NOT EXISTS replay_digest (
    realm TEXT NOT NULL,
    request_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (realm, request_id)
);
CREATE TABLE IF NOT EXISTS consent (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    realm TEXT NOT NULL,
    scope TEXT NOT NULL,
    email TEXT NOT NULL,
    granted INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS authorization_code (
    digest TEXT PRIMARY KEY,
    consent INTEGER NOT NULL REFERENCES consent (id),
    redirect_uri TEXT NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS token (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    consent INTEGER NOT NULL REFERENCES consent (id),
    issued INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    replaced INTEGER NOT NULL DEFAULT 0
);
"""

TABLES = (
    "authorization_code",
    "token",
    "consent",
    "replay_digest",
    "replay",
    "application",
    "attachment",
    "entity",
    "counter",
    "company",
)
"""All tables, the dependent ones first."""


class Store:
    """Hands out one connection per thread and lets one of them write at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the file, making it when it is not there."""
        self.path = path
        self._threads = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._bookkeeping = threading.Lock()
        self._writer = threading.Lock()
        with self.writing() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the books."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One change, all of it or, when an exception leaves the block, nothing."""
        connection = self._connection()
        with self._writer:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Closes all connections; nobody may be at work any more."""
        with self._bookkeeping:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._threads = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, isolation_level=None, timeout=30, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.create_function("fold", 1, _fold, deterministic=True)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._threads.connection = connection
            with self._bookkeeping:
                self._opened.append(connection)
        return connection


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """A change inside a change that can fail alone, for the items of a batch."""
    connection.execute("SAVEPOINT item")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO item")
        connection.execute("RELEASE item")
        raise
    connection.execute("RELEASE item")


def _fold(text: str | float | None) -> str | float | None:
    """QuickBooks compares texts without regard to case, in all alphabets."""
    return text.casefold() if isinstance(text, str) else text
