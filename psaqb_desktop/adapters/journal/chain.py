"""Each entry carries a SHA-256 over itself and the entry before it: changes by hand are seen."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from psaqb_desktop.adapters.journal.faults import damaged
from psaqb_desktop.adapters.journal.rows import push_from_row

COLUMNS = (
    "push_id",
    "at",
    "by",
    "machine",
    "program",
    "request_id",
    "digest",
    "step",
    "outcome",
    "trace_id",
    "number",
    "total",
    "currency",
)
_EVIDENCE = COLUMNS.index("number")


def link(previous: str, values: Sequence[str | int]) -> str:
    """Return the chain value of an entry whose columns are ``values``, in order of COLUMNS.

    Entries without a document are linked as they were before documents were noted.
    """
    kept = values if any(values[_EVIDENCE:]) else values[:_EVIDENCE]
    text = json.dumps([previous, *kept], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def beginning(connection: sqlite3.Connection) -> str:
    """Return what the first entry is linked to: nothing, or the facts of a rebuilt journal."""
    row = connection.execute("SELECT facts FROM origins").fetchone()
    return link("", [row[0]]) if row else ""


def append(connection: sqlite3.Connection, values: Sequence[str | int]) -> None:
    """Write an entry behind the last one; only inside a transaction that holds the write lock."""
    last = connection.execute("SELECT chain FROM entries ORDER BY id DESC LIMIT 1").fetchone()
    chain = link(last[0] if last else beginning(connection), values)
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    connection.execute(
        f"INSERT INTO entries ({', '.join(COLUMNS)}, chain) VALUES ({marks})",  # noqa: S608
        (*values, chain),
    )


def verify(connection: sqlite3.Connection, path: Path) -> int:
    """Walk the whole chain and compare each push with its last entry; return the entries' count.

    Raises:
        JournalError: an entry was changed, removed or put in; or a push or its draft was changed.
    """
    (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if state != "ok":
        raise damaged(path, state)
    previous, count, newest = beginning(connection), 0, 0
    last_step: dict[int, str] = {}
    for row in connection.execute(
        f"SELECT id, chain, {', '.join(COLUMNS)} FROM entries ORDER BY id"  # noqa: S608
    ):
        newest, chain, *values = row
        if chain != link(previous, values):
            raise damaged(path, f"entry {newest} does not follow from the one before it")
        previous, count = chain, count + 1
        last_step[values[COLUMNS.index("push_id")]] = (
            f"{values[COLUMNS.index('step')]} {values[COLUMNS.index('digest')]}"
        )
    # AUTOINCREMENT remembers the highest id given out: entries cut off at the end are seen too.
    given = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    if (given[0] if given else 0) != newest:
        raise damaged(path, "entries are missing at the end")
    for row in connection.execute("SELECT * FROM pushes"):
        push = push_from_row(row, path)
        if last_step.get(row["id"]) != f"{push.step.value} {push.digest}":
            raise damaged(path, f"push {push.request_id} differs from its entries")
        if push.draft.digest != push.digest:
            raise damaged(path, f"the draft of push {push.request_id} was changed")
    return count
