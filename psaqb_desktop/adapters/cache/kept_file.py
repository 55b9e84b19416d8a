"""What the kept list looks like inside its SQLite file.

Each change of the file has a revision, and each row the revision that wrote it. So programs that
share the file tell what others did, and nobody overwrites what is newer than what he knew.
"""

# ruff: noqa: S608 - names of tables are constants, values go as parameters

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from psaqb_desktop.adapters.cache.plain_values import reader_of, to_plain
from psaqb_desktop.adapters.cache.row_table import DamagedRowError, RowTable
from psaqb_desktop.adapters.cache.type_fingerprint import fingerprint
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.kept_rows import KeptHead, KeptRows
from psaqb_desktop.domain.listing import PUSHABLE_STATUSES, WAITING_STATES
from psaqb_desktop.domain.sync_record import SyncRecord

if TYPE_CHECKING:
    from psaqb_desktop.domain.refreshing import RowChanges

UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError)
"""What reading raises where the file is not as it was written."""

_INVOICES = RowTable("invoices", Invoice)
_RECORDS = RowTable("records", SyncRecord)
_STATES = ", ".join(f"'{state.value}'" for state in WAITING_STATES)
_STATUSES = ", ".join(f"'{status.value}'" for status in PUSHABLE_STATUSES)
_SET_WAITING = (
    f"UPDATE invoices SET waiting = NOT gone AND status IN ({_STATUSES}) AND NOT EXISTS "
    "(SELECT 1 FROM records r WHERE r.invoice_id = invoices.id AND NOT r.gone "
    f"AND r.state NOT IN ({_STATES})) WHERE id = ?"
)
_TABLES = (_INVOICES, _RECORDS)
_SCHEMA = (
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE INDEX invoices_by_change ON invoices (modified_on, id)",
    "CREATE INDEX invoices_by_revision ON invoices (revision)",
    "CREATE INDEX invoices_waiting ON invoices (modified_on, id) WHERE waiting",
    "CREATE INDEX records_by_invoice ON records (invoice_id)",
    "CREATE INDEX records_by_revision ON records (revision)",
)
_BY_CHANGE = "ORDER BY invoices.modified_on, invoices.id"
_NEWEST_FIRST = "ORDER BY invoices.modified_on DESC, invoices.id DESC"
T = TypeVar("T")


@cache
def _written_as() -> str:
    return fingerprint(Invoice, SyncRecord, KeptHead)


@cache
def _head_reader() -> Callable[[Any], Any]:
    return reader_of(KeptHead) or (lambda plain: plain)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing or of another version of the program."""
    if _is_ours(connection):
        return
    with _writing(connection):
        if _is_ours(connection):
            return  # another program was faster
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in names:
            connection.execute('DROP TABLE "{}"'.format(name.replace('"', '""')))
        for statement in (*(table.create for table in _TABLES), *_SCHEMA):
            connection.execute(statement)
        import uuid  # noqa: PLC0415 - for a new file only, and the start is short of time

        _put(connection, "written_as", _written_as())
        _put_head(connection, KeptHead(str(uuid.uuid4())))


def read_head(connection: sqlite3.Connection) -> KeptHead:
    """Return what is known of the rows as a whole.

    Raises:
        UNREADABLE: it is damaged.
    """
    checksum, text = (_get(connection, "head") or "").split(" ", 1)
    if zlib.crc32(text.encode()) != int(checksum):
        msg = "the head was changed by somebody else"
        raise DamagedRowError(msg)
    head: KeptHead = _head_reader()(json.loads(text))
    return head


def read_rows(connection: sqlite3.Connection, known: KeptHead | None) -> KeptRows:
    """Return all rows, or those that changed since ``known``."""
    with _reading(connection):
        head = read_head(connection)
        purged = int(_get(connection, "purged") or 0)
        if known is None or known.epoch != head.epoch or known.revision < purged:
            return KeptRows(
                head,
                is_all=True,
                invoices=tuple(_INVOICES.read(connection, f"WHERE NOT gone {_BY_CHANGE}")),
                records=tuple(_RECORDS.read(connection, "WHERE NOT gone")),
            )
        since = "WHERE revision > ? AND NOT gone"
        gone = "SELECT id FROM {} WHERE revision > ? AND gone"
        revision = [known.revision]
        return KeptRows(
            head,
            is_all=False,
            invoices=tuple(_INVOICES.read(connection, since, revision)),
            records=tuple(_RECORDS.read(connection, since, revision)),
            gone_invoices=frozenset(
                InvoiceId(key) for (key,) in connection.execute(gone.format("invoices"), revision)
            ),
            gone_records=frozenset(
                CrmId(key) for (key,) in connection.execute(gone.format("records"), revision)
            ),
        )


def read_first_rows(connection: sqlite3.Connection, limit: int) -> KeptRows:
    """Return the newest rows that wait to be posted."""
    with _reading(connection):
        head = read_head(connection)
        chosen = f"WHERE waiting {_NEWEST_FIRST} LIMIT {int(limit)}"
        invoices = _INVOICES.read(connection, chosen)
        records = _RECORDS.read(
            connection,
            f"JOIN (SELECT id AS wanted FROM invoices {chosen}) ON invoice_id = wanted "
            "WHERE NOT gone",
        )
        return KeptRows(head, is_all=False, invoices=tuple(invoices), records=tuple(records))


def write(
    connection: sqlite3.Connection, base: KeptHead, changes: RowChanges, head: KeptHead | None
) -> bool:
    """Write rows and head in one transaction; False where ``base`` is of another file."""
    with _writing(connection):
        stored = read_head(connection)
        if stored.epoch != base.epoch:
            return False
        revision = stored.revision + 1
        _write_rows(connection, changes, revision, base.revision)
        kept = replace(stored, revision=revision)
        if head is not None:
            kept = _merged(kept, base, head)
            if head.whole_on != base.whole_on:
                _purge(connection, base.revision)
        _put_head(connection, kept)
        return True


def _write_rows(
    connection: sqlite3.Connection, changes: RowChanges, revision: int, base: int
) -> None:
    _INVOICES.put(connection, changes.invoices, revision=revision, base=base)
    _RECORDS.put(connection, changes.records, revision=revision, base=base)
    _INVOICES.bury(connection, changes.gone_invoices, revision=revision, base=base)
    touched = {invoice.id for invoice in changes.invoices} | changes.gone_invoices
    touched |= {record.invoice_id for record in changes.records}
    touched |= _invoices_of(connection, changes.gone_records)
    _RECORDS.bury(connection, changes.gone_records, revision=revision, base=base)
    connection.executemany(_SET_WAITING, [(each,) for each in touched])


def _invoices_of(connection: sqlite3.Connection, records: Iterable[CrmId]) -> set[InvoiceId]:
    found: set[InvoiceId] = set()
    for each in records:
        rows = connection.execute("SELECT invoice_id FROM records WHERE id = ?", (each,))
        found.update(InvoiceId(key) for (key,) in rows)
    return found


def _merged(stored: KeptHead, base: KeptHead, head: KeptHead) -> KeptHead:
    """Return the head to keep: a watermark that somebody else has moved since ``base`` stays.

    What he read covers the time up to it, and nothing of ours went over his rows.
    """
    watermark = head.watermark
    if stored.watermark and stored.watermark != base.watermark:
        link = stored.watermark.delta_link or (watermark.delta_link if watermark else "")
        watermark = replace(stored.watermark, delta_link=link)
    return replace(
        head,
        epoch=stored.epoch,
        revision=stored.revision,
        watermark=watermark,
        read_on=_later(stored.read_on, head.read_on),
        whole_on=_later(stored.whole_on, head.whole_on),
        swept_on=_later(stored.swept_on, head.swept_on),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((m for m in (one, other) if m), default=None)


def _purge(connection: sqlite3.Connection, revision: int) -> None:
    """Drop what is long gone, so that the file does not grow; readers of before read all again."""
    for table in ("invoices", "records"):
        connection.execute(f"DELETE FROM {table} WHERE gone AND revision <= ?", (revision,))
    _put(connection, "purged", str(revision))


# -- state -------------------------------------------------------------------------------------


def _is_ours(connection: sqlite3.Connection) -> bool:
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'state'"
    ).fetchone()
    return found is not None and _get(connection, "written_as") == _written_as()


def _get(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _put(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))


def _put_head(connection: sqlite3.Connection, head: KeptHead) -> None:
    plain: list[Any] = [to_plain(getattr(head, field.name)) for field in fields(KeptHead)]
    text = json.dumps(plain)
    _put(connection, "head", f"{zlib.crc32(text.encode())} {text}")


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    with _transaction(connection, "IMMEDIATE"):
        yield


@contextmanager
def _reading(connection: sqlite3.Connection) -> Iterator[None]:
    with _transaction(connection, "DEFERRED"):
        yield


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
