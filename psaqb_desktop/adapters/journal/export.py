"""The journal for auditors: a table for spreadsheets, or lines that prove themselves.

In the JSON lines each entry carries its chain value, so the file can be verified without the
journal: :func:`verify_lines`.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from psaqb_desktop.adapters.journal import chain
from psaqb_desktop.adapters.journal.faults import damaged, told_plainly

_COLUMNS = (
    "entry",
    "invoice_number",
    "invoice_id",
    "realm_id",
    *(name for name in chain.COLUMNS if name != "push_id"),
    "push_id",
    "chain",
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would calculate a cell that begins so."""


def write(connection: sqlite3.Connection, file: Path) -> int:
    """Write all entries, oldest first, and put the file in its place when it is whole.

    Raises:
        JournalError: the file cannot be written; an older one of that name is as it was.
    """
    with told_plainly(file):
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as target:
                write_out = _write_lines if file.suffix == ".jsonl" else _write_table
                count = write_out(connection, target)
                target.flush()
                os.fsync(target.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return count


def _write_table(connection: sqlite3.Connection, target: IO[str]) -> int:
    target.write("\ufeff")  # spreadsheets take a file without it for another encoding
    rows = csv.writer(target)
    rows.writerow(_COLUMNS)
    count = 0
    for count, entry in enumerate(_entries(connection), start=1):  # noqa: B007 - told at the end
        rows.writerow([_harmless(value) for value in entry.values()])
    return count


def _harmless(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _write_lines(connection: sqlite3.Connection, target: IO[str]) -> int:
    origin = connection.execute("SELECT facts FROM origins").fetchone()
    head = {"journal": "psaqb", "rebuilt": json.loads(origin[0]) if origin else None}
    head["begins_with"] = chain.beginning(connection)
    target.write(json.dumps(head, ensure_ascii=False) + "\n")
    count = 0
    for count, entry in enumerate(_entries(connection), start=1):  # noqa: B007 - told at the end
        target.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return count


def _entries(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    rows = connection.execute(
        "SELECT entries.id AS entry, entries.*, pushes.invoice_number, pushes.invoice_id,"
        " pushes.realm_id FROM entries JOIN pushes ON pushes.id = entries.push_id"
        " ORDER BY entries.id"
    )
    for row in rows:
        yield {name: row[name] for name in _COLUMNS}


def verify_lines(file: Path) -> int:
    """Prove that exported JSON lines are as they were written; return the number of entries.

    That entries are missing at the end cannot be seen in the file alone: compare the last chain
    value with the journal's.

    Raises:
        JournalDamagedError: a line was changed, removed or put in.
        JournalError: the file cannot be read.
    """
    count = 0
    with told_plainly(file), file.open(encoding="utf-8") as lines:
        try:
            previous = str(json.loads(next(lines))["begins_with"])
            for count, line in enumerate(lines, start=1):
                entry = json.loads(line)
                if entry["chain"] != chain.link(previous, [entry[n] for n in chain.COLUMNS]):
                    raise damaged(file, f"line {count + 1} does not follow from the one before it")
                previous = entry["chain"]
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            raise damaged(file, f"line {count + 2} is no entry: {error!r}") from error
    return count
