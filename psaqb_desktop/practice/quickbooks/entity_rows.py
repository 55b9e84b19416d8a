"""Records of one company: reading, writing, versions and stamps."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.clock import PACIFIC, Clock, stamp

Body = dict[str, Any]

TRANSACTIONS = ("Invoice", "CreditMemo", "Payment")
"""These draw their ids from one sequence, as all transactions of a QuickBooks company do."""

_HEADER = ("domain", "sparse", "Id", "SyncToken", "MetaData")


@dataclass(frozen=True)
class EntityRow:
    """One record as stored: ``body`` is what a read answers."""

    kind: str
    id: str
    sync_token: int
    active: bool
    deleted: bool
    created: int
    updated: int
    body: Body


class EntityRows:
    """The records of the company ``realm`` inside one database transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        realm: str,
        clock: Clock,
        zone: tzinfo = PACIFIC,
    ) -> None:
        self.connection = connection
        self.realm = realm
        self.clock = clock
        self._zone = zone

    def get(self, kind: str, record_id: str) -> EntityRow | None:
        """The record, deleted or not; None when there never was one."""
        row = self.connection.execute(
            "SELECT * FROM entity WHERE realm = ? AND kind = ? AND id = ?",
            (self.realm, kind, record_id),
        ).fetchone()
        return _entity(row) if row else None

    def all(self, kind: str) -> list[EntityRow]:
        """All records of a kind that are not deleted, in the order they were made."""
        rows = self.connection.execute(
            "SELECT * FROM entity WHERE realm = ? AND kind = ? AND deleted = 0 ORDER BY position",
            (self.realm, kind),
        )
        return [_entity(row) for row in rows]

    def insert(self, kind: str, body: Body, record_id: str | None = None) -> EntityRow:
        """Stores a new record under the next id, or under the one given."""
        sequence = "Transaction" if kind in TRANSACTIONS else kind
        position = self.next_number(f"{sequence} id")
        new_id = record_id or str(position)
        now = self.clock.epoch()
        self.connection.execute(
            "INSERT INTO entity VALUES (?, ?, ?, ?, 0, ?, 0, ?, ?, ?)",
            (
                self.realm,
                kind,
                new_id,
                position,
                body.get("Active", True),
                now,
                now,
                exact_json.dumps(self._with_header(body, new_id, 0, now, now)),
            ),
        )
        return self._stored(kind, new_id)

    def replace(self, row: EntityRow, body: Body, *, moves_time: bool = True) -> EntityRow:
        """Stores a new version: SyncToken and, unless told otherwise, LastUpdatedTime move on."""
        now = self.clock.epoch() if moves_time else row.updated
        token = row.sync_token + 1
        self.connection.execute(
            "UPDATE entity SET sync_token = ?, active = ?, updated = ?, body = ?"
            " WHERE realm = ? AND kind = ? AND id = ?",
            (
                token,
                body.get("Active", True),
                now,
                exact_json.dumps(self._with_header(body, row.id, token, row.created, now)),
                self.realm,
                row.kind,
                row.id,
            ),
        )
        return self._stored(row.kind, row.id)

    def complete(self, row: EntityRow, body: Body) -> EntityRow:
        """Writes the rest of a record that was inserted a moment ago, as its first version."""
        self.connection.execute(
            "UPDATE entity SET body = ? WHERE realm = ? AND kind = ? AND id = ?",
            (
                exact_json.dumps(self._with_header(body, row.id, 0, row.created, row.created)),
                self.realm,
                row.kind,
                row.id,
            ),
        )
        return self._stored(row.kind, row.id)

    def delete(self, row: EntityRow) -> None:
        """Leaves a tombstone, which change data capture tells of."""
        self.connection.execute(
            "UPDATE entity SET deleted = 1, updated = ? WHERE realm = ? AND kind = ? AND id = ?",
            (self.clock.epoch(), self.realm, row.kind, row.id),
        )

    def with_number(self, number: str, kinds: Collection[str]) -> list[EntityRow]:
        """The records of ``kinds`` that have this DocNumber, the earliest first."""
        rows = self.connection.execute(
            "SELECT * FROM entity WHERE realm = ?"
            " AND fold(json_extract(body, '$.DocNumber')) = fold(?)"
            " AND deleted = 0 ORDER BY position",
            (self.realm, number),
        )
        return [_entity(row) for row in rows if row["kind"] in kinds]

    def with_name(self, kind: str, attribute: str, name: str) -> EntityRow | None:
        """The record of ``kind`` whose ``attribute`` is this name, active or not."""
        row = self.connection.execute(
            "SELECT * FROM entity WHERE realm = ? AND kind = ?"
            " AND fold(json_extract(body, ?)) = fold(?) AND deleted = 0",
            (self.realm, kind, f"$.{attribute}", name),
        ).fetchone()
        return _entity(row) if row else None

    def next_number(self, name: str) -> int:
        """Counts up the counter ``name`` and returns where it stands."""
        row = self.connection.execute(
            "INSERT INTO counter VALUES (?, ?, 1)"
            " ON CONFLICT (realm, name) DO UPDATE SET value = value + 1 RETURNING value",
            (self.realm, name),
        ).fetchone()
        return int(row["value"])

    def set_number(self, name: str, value: int) -> None:
        """Puts the counter ``name`` at ``value``; the next number is one more."""
        self.connection.execute(
            "INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", (self.realm, name, value)
        )

    def _with_header(
        self, body: Body, record_id: str, token: int, created: int, updated: int
    ) -> Body:
        header = {
            "domain": "QBO",
            "sparse": False,
            "Id": record_id,
            "SyncToken": str(token),
            "MetaData": {
                "CreateTime": stamp(created, self._zone),
                "LastUpdatedTime": stamp(updated, self._zone),
            },
        }
        return header | {name: value for name, value in body.items() if name not in _HEADER}

    def _stored(self, kind: str, record_id: str) -> EntityRow:
        row = self.get(kind, record_id)
        if row is None:
            raise LookupError(f"{kind} {record_id} was not stored")
        return row


def _entity(row: sqlite3.Row) -> EntityRow:
    return EntityRow(
        kind=row["kind"],
        id=row["id"],
        sync_token=row["sync_token"],
        active=bool(row["active"]),
        deleted=bool(row["deleted"]),
        created=row["created"],
        updated=row["updated"],
        body=exact_json.loads(row["body"]),
    )
