"""The audit log: proof of who changed which business column, and when."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from psaqb_desktop.practice.crm.clock import Clock
from psaqb_desktop.practice.crm.records.changes import Changes
from psaqb_desktop.practice.crm.schema.model import Column, Table
from psaqb_desktop.practice.crm.security import Caller
from psaqb_desktop.practice.crm.storage.layout import next_version
from psaqb_desktop.practice.crm.storage.values import to_json

_CREATE, _UPDATE, _DELETE = 1, 2, 3


class AuditLog:
    """Writes the log in one caller's name, inside the transaction of the change itself."""

    def __init__(self, connection: sqlite3.Connection, caller: Caller, clock: Clock) -> None:
        self._connection = connection
        self._caller = caller
        self._clock = clock

    def created(self, table: Table, row_id: str) -> None:
        """Record that a row was added."""
        self._write(table, row_id, _CREATE, [])

    def deleted(self, table: Table, row_id: str) -> None:
        """Record that a row was removed."""
        self._write(table, row_id, _DELETE, [])

    def updated(
        self, table: Table, before: sqlite3.Row, changes: Changes, written: Mapping[str, Column]
    ) -> None:
        """Record which columns a client wrote, with old and new values; secured ones without."""
        changed = [
            {
                "logicalName": name,
                "oldValue": _shown(column, before[name]),
                "newValue": _shown(column, changes.values[name]),
            }
            for name, column in written.items()
            if column.is_audited
        ]
        self._write(table, before[table.primary_id], _UPDATE, changed)

    def _write(
        self, table: Table, row_id: str, operation: int, changed: list[dict[str, Any]]
    ) -> None:
        now = self._clock.stamp()
        row = {
            "auditid": str(uuid4()),
            "objecttypecode": table.logical_name,
            "objectid": row_id,
            "operation": operation,
            "action": operation,
            "userid": self._caller.user_id,
            "changedata": json.dumps({"changedAttributes": changed}, ensure_ascii=False),
            "attributemask": ",".join(each["logicalName"] for each in changed),
            "createdon": now,
            "modifiedon": now,
            "createdby": self._caller.user_id,
            "versionnumber": next_version(self._connection),
            "statecode": 0,
            "statuscode": 1,
        }
        self._connection.execute(
            f"INSERT INTO audit ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )


def _shown(column: Column, stored: Any) -> str | None:
    if stored is None:
        return None
    return "*****" if column.is_secured else str(to_json(column, stored))


def entries(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The whole log in order, for tests and the practice end point."""
    rows = connection.execute(
        "SELECT a.objecttypecode, a.objectid, a.operation, a.changedata, a.createdon, u.fullname "
        "FROM audit a LEFT JOIN systemuser u ON u.systemuserid = a.userid ORDER BY a.versionnumber"
    )
    names = {_CREATE: "create", _UPDATE: "update", _DELETE: "delete"}
    return [
        {
            "table": row["objecttypecode"],
            "id": row["objectid"],
            "operation": names[row["operation"]],
            "who": row["fullname"],
            "when": row["createdon"],
            "changes": json.loads(row["changedata"])["changedAttributes"],
        }
        for row in rows
    ]
