"""Going on with what can be read of a damaged journal.

Nothing is repaired in place: a copy of the file is set aside first and never touched again. The
new file takes over each push whose draft still has its digest, with those of its entries that
follow from their predecessors; its chain begins with the facts of the recovery, so that nobody can
pass the new file off as the old one. What the journal has lost, the services know: claims of this
computer are in the CRM, documents with our key in QuickBooks, and both are asked when settling.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psaqb_desktop import __version__
from psaqb_desktop.adapters.journal import chain
from psaqb_desktop.adapters.journal.faults import told_plainly
from psaqb_desktop.adapters.journal.migrations import migrate
from psaqb_desktop.adapters.journal.rows import push_from_row
from psaqb_desktop.domain.errors import JournalError
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.domain.push import PushStep

_ENDED = frozenset({PushStep.RECORDED.value, PushStep.ABANDONED.value})
_WAL = ("-wal", "-shm")


@dataclass(slots=True)
class _Saved:
    pushes: dict[int, sqlite3.Row]
    entries: list[sqlite3.Row]


def rebuild(path: Path, now: datetime) -> JournalRecovery:
    """Set a copy of the journal aside, and put a new one with what was saved in its place.

    The caller sees to it that no program of this machine is pushing or settling.

    Raises:
        JournalError: the disk refuses; the damaged file is where it was.
    """
    with told_plainly(path):
        aside = _set_aside(path, now)
        fresh = path.with_name(f"{path.name}.rebuilt")
        _remove(fresh)
        saved = _salvage(aside)
        facts = {
            "recovered_on": now.isoformat(),
            "program": __version__,
            "damaged_file": aside.name,
            "sha256": hashlib.sha256(aside.read_bytes()).hexdigest(),
        }
        recovery = _write(fresh, saved, facts, aside)
        # The write-ahead log belongs to the damaged file and would spoil the new one. Should the
        # program die between these two, the copy still has it.
        for suffix in _WAL:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        fresh.replace(path)
    return recovery


def _set_aside(path: Path, now: datetime) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}")
    shutil.copy2(path, aside)
    for suffix in _WAL:
        log = path.with_name(path.name + suffix)
        if log.exists():
            shutil.copy2(log, aside.with_name(aside.name + suffix))
    return aside


def _salvage(aside: Path) -> _Saved:
    """Read whatever can be read, from a copy of the copy: reading replays the log into a file."""
    scratch = aside.with_name(f"{aside.name}.reading")
    _remove(scratch)
    for suffix in ("", *_WAL):
        source = aside.with_name(aside.name + suffix)
        if source.exists():
            shutil.copy2(source, scratch.with_name(scratch.name + suffix))
    try:
        with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            pushes = {
                row["id"]: row for row in _readable(connection, "pushes") if _is_sound(row, aside)
            }
            entries = _following(_readable(connection, "entries"))
    finally:
        _remove(scratch)
    return _Saved(pushes, [entry for entry in entries if entry["push_id"] in pushes])


def _readable(connection: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    """Return the rows before the first damaged place and those behind the last, by id."""
    found: dict[int, sqlite3.Row] = {}
    for order in ("ASC", "DESC"):
        try:
            statement = f"SELECT * FROM {table} ORDER BY id {order}"  # noqa: S608 - our own names
            for row in connection.execute(statement):
                found[row["id"]] = row
        except (sqlite3.Error, IndexError):
            continue
    return [found[key] for key in sorted(found)]


def _is_sound(row: sqlite3.Row, path: Path) -> bool:
    try:
        push = push_from_row(row, path)
    except (JournalError, IndexError):
        return False
    return push.draft.digest == push.digest


def _following(entries: list[sqlite3.Row]) -> Iterator[sqlite3.Row]:
    """Leave out entries that contradict the one before them.

    Where the one before is lost, an entry cannot be proved and is kept: the copy set aside is the
    evidence, the new journal is for going on.
    """
    chains = {row["id"]: row["chain"] for row in entries}
    for row in entries:
        before = chains.get(row["id"] - 1)
        if before is None or row["chain"] == chain.link(before, _values(row)):
            yield row


def _values(row: sqlite3.Row) -> list[str | int]:
    known = set(row.keys())  # a journal of an older program has fewer columns
    return [row[name] if name in known else "" for name in chain.COLUMNS]


def _write(fresh: Path, saved: _Saved, facts: dict[str, str], aside: Path) -> JournalRecovery:
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        fresh.chmod(0o600)
        migrate(connection, fresh)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO origins VALUES (1, ?)", (json.dumps(facts),))
        for row in saved.pushes.values():
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO pushes VALUES ({marks})", tuple(row))  # noqa: S608
        last: dict[int, tuple[str, str]] = {}
        for entry in saved.entries:
            chain.append(connection, _values(entry))
            last[entry["push_id"]] = (entry["step"], entry["digest"])
        for row in saved.pushes.values():
            if last.get(row["id"]) != (row["step"], row["digest"]):
                chain.append(connection, _where_it_stood(row, facts))
        connection.execute("COMMIT")
    is_open = [p for p in saved.pushes.values() if p["is_current"] and p["step"] not in _ENDED]
    return JournalRecovery(str(aside), len(saved.pushes), len(saved.entries), len(is_open))


def _where_it_stood(row: sqlite3.Row, facts: dict[str, str]) -> list[str | int]:
    """Return an entry for a push whose own last entry is lost."""
    known = {
        "push_id": row["id"],
        "at": facts["recovered_on"],
        "by": "recovery",
        "program": facts["program"],
        **{n: row[n] for n in ("machine", "request_id", "digest", "step", "outcome", "trace_id")},
    }
    return [known.get(name, "") for name in chain.COLUMNS]


def _remove(path: Path) -> None:
    for suffix in ("", *_WAL, "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
