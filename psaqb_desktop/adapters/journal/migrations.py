"""The journal's tables, and how an older file is brought up to date.

``PRAGMA user_version`` counts the steps that a file has behind it. A step once released is never
changed, only followed by another.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from psaqb_desktop.domain.errors import JournalError

APPLICATION_ID = 0x50534151
"""``PSAQ``: tells our file from any other SQLite file."""

Step = tuple[str, ...]

MIGRATIONS: tuple[Step, ...] = (
    (
        """
        CREATE TABLE pushes (
          id INTEGER PRIMARY KEY,
          request_id TEXT NOT NULL,
          is_current INTEGER NOT NULL,  -- 0 once the same request id was prepared anew
          generation INTEGER NOT NULL,
          invoice_id TEXT NOT NULL,
          invoice_number TEXT NOT NULL,
          invoice_version TEXT NOT NULL,
          connection_id TEXT NOT NULL,
          realm_id TEXT NOT NULL,
          draft TEXT NOT NULL,
          digest TEXT NOT NULL,
          step TEXT NOT NULL,
          prepared_on TEXT NOT NULL,
          pushed_by TEXT NOT NULL,
          machine TEXT NOT NULL,
          outcome TEXT NOT NULL,
          trace_id TEXT NOT NULL
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_current_push ON pushes (request_id) WHERE is_current = 1",
        "CREATE INDEX pushes_of_invoice ON pushes (invoice_id)",
        """
        CREATE INDEX open_pushes ON pushes (id)
        WHERE is_current = 1 AND step NOT IN ('recorded', 'abandoned')
        """,
        """
        CREATE TABLE entries (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          push_id INTEGER NOT NULL REFERENCES pushes (id),
          at TEXT NOT NULL,
          by TEXT NOT NULL,
          machine TEXT NOT NULL,
          program TEXT NOT NULL,
          request_id TEXT NOT NULL,
          digest TEXT NOT NULL,
          step TEXT NOT NULL,
          outcome TEXT NOT NULL,
          trace_id TEXT NOT NULL,
          chain TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX entries_of_push ON entries (push_id)",
        """
        CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END
        """,
        """
        CREATE TRIGGER entries_last BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END
        """,
        "CREATE TABLE watermarks (realm_id TEXT PRIMARY KEY, moment TEXT NOT NULL) STRICT",
    ),
    (
        # Evidence of what QuickBooks made of a push; amounts as text, so that no cent is lost.
        "ALTER TABLE entries ADD COLUMN number TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE entries ADD COLUMN total TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE entries ADD COLUMN currency TEXT NOT NULL DEFAULT ''",
        # A journal that was rebuilt from a damaged one says so here; its chain begins with it.
        """
        CREATE TABLE origins (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          facts TEXT NOT NULL
        ) STRICT
        """,
    ),
)


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Step] = MIGRATIONS
) -> None:
    """Bring the file up to the newest step; an older one is copied beside itself first.

    Raises:
        JournalError: the file is newer than this program, or not a journal.
    """
    if _version(connection, path) < len(migrations):
        _keep_copy(connection, path)
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked again behind the lock: another process may have done it meanwhile.
            for step in migrations[_version(connection, path) :]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(migrations)}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    if _version(connection, path) > len(migrations):
        raise JournalError(
            "The journal was written by a newer version of this program.",
            remedy="Install the newer version again; this one leaves the file untouched.",
            details=str(path),
        )


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and tables:
        raise JournalError(
            "The file in the journal's place is not a journal.",
            remedy="Move the file away, or choose another data folder.",
            details=str(path),
        )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _keep_copy(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection, path)
    copy = path.with_name(f"{path.name}.version-{version}")
    if version and not copy.exists():
        connection.execute("VACUUM INTO ?", (str(copy),))
