"""Creating, updating and deleting rows, with what the platform does around each."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from psaqb_desktop.practice.crm.clock import Clock
from psaqb_desktop.practice.crm.errors import (
    DUPLICATE_ID,
    DUPLICATE_KEY,
    INVALID_ARGUMENT,
    ApiError,
    not_found,
)
from psaqb_desktop.practice.crm.records import currency, states
from psaqb_desktop.practice.crm.records.addressing import exists
from psaqb_desktop.practice.crm.records.audit import AuditLog
from psaqb_desktop.practice.crm.records.business_rules import BusinessRules
from psaqb_desktop.practice.crm.records.changes import Changes, read_changes
from psaqb_desktop.practice.crm.records.removal import remove_row
from psaqb_desktop.practice.crm.records.work import Work
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.security import Rights
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import next_version, type_column


class Writer:
    """Writes of one request, inside the transaction that the caller holds."""

    def __init__(
        self,
        catalogue: Catalogue,
        connection: sqlite3.Connection,
        rights: Rights,
        clock: Clock,
        rules: BusinessRules,
        work: Work,
    ) -> None:
        self._catalogue = catalogue
        self._connection = connection
        self._rights = rights
        self._clock = clock
        self._rules = rules
        self._work = work

    def create(
        self,
        table: Table,
        payload: Mapping[str, Any],
        *,
        row_id: str = "",
        key_values: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a row and return its id; the payload may choose the id.

        Raises:
            ApiError: The payload, the caller's rights or the platform's rules forbid it.
        """
        self._rights.demand("Create", table)
        changes = read_changes(self._catalogue, self._connection, table, payload)
        for name, value in (key_values or {}).items():
            changes.put(table.columns[name], value, (table.columns[name].targets or ("",))[0])
        if row_id:
            changes.put(table.columns[table.primary_id], row_id)
        self._keep_writable(table, changes, creating=True)
        states.complete_on_create(table, changes)
        self._rules.before_create(self._connection, table, changes)
        new_id = str(changes.values.setdefault(table.primary_id, str(uuid4())))
        self._stamp(table, changes, creating=True)
        currency.complete(self._connection, table, changes, {})
        self._demand_required(table, changes)
        if exists(self._connection, table, new_id):
            message = "A record with matching key values already exists."
            raise ApiError(412, DUPLICATE_ID, message)
        self._insert(table, changes)
        if table.is_audited:
            self._log().created(table, new_id)
        return new_id

    def update(self, table: Table, row_id: str, payload: Mapping[str, Any]) -> None:
        """Change columns of a row.

        Raises:
            ApiError: There is no such row, or payload, rights or rules forbid it.
        """
        before = self._row(table, row_id)
        self._rights.demand("Write", table)
        changes = read_changes(self._catalogue, self._connection, table, payload)
        changes.values.pop(table.primary_id, None)
        changes.columns.pop(table.primary_id, None)
        self._keep_writable(table, changes, creating=False)
        self._rules.before_update(table, before, changes)
        states.complete_on_update(table, changes, before)
        written = dict(changes.columns)
        self._stamp(table, changes, creating=False)
        currency.complete(self._connection, table, changes, before)
        assignments = ", ".join(f"{quoted(name)} = ?" for name in changes.values)
        try:
            self._connection.execute(
                f"UPDATE {quoted(table.logical_name)} SET {assignments} "
                f"WHERE {quoted(table.primary_id)} = ?",
                [*changes.values.values(), row_id],
            )
        except sqlite3.IntegrityError as error:
            raise _duplicate(table) from error
        if table.is_audited:
            self._log().updated(table, before, changes, written)

    def delete(self, table: Table, row_id: str) -> None:
        """Remove a row and what belongs to it.

        Raises:
            ApiError: There is no such row, or rights or other rows forbid it.
        """
        self._row(table, row_id)
        self._rights.demand("Delete", table)
        self._work.rows += 1
        remove_row(self._catalogue, self._connection, table, row_id)
        if table.is_audited:
            self._log().deleted(table, row_id)

    def _log(self) -> AuditLog:
        return AuditLog(self._connection, self._rights.caller, self._clock)

    def _row(self, table: Table, row_id: str) -> sqlite3.Row:
        row = self._connection.execute(
            f"SELECT * FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?",
            (row_id,),
        ).fetchone()
        if row is None:
            raise not_found(table.logical_name, row_id)
        found: sqlite3.Row = row
        return found

    def _keep_writable(self, table: Table, changes: Changes, *, creating: bool) -> None:
        for name, column in list(changes.columns.items()):
            self._rights.demand_column(table, column, creating=creating)
            if column.on_create if creating else column.on_update:
                continue
            if column.is_system:
                # The platform maintains these and passes over what a client sends.
                changes.drop(name)
                continue
            when = "create" if creating else "update"
            message = f"Attribute '{name}' of '{table.logical_name}' is not valid for {when}."
            raise ApiError(400, INVALID_ARGUMENT, message)

    def _stamp(self, table: Table, changes: Changes, *, creating: bool) -> None:
        self._work.rows += 1
        now, caller = self._clock.stamp(), self._rights.caller
        changes.values |= {
            "modifiedon": now,
            "modifiedby": caller.user_id,
            "versionnumber": next_version(self._connection),
        }
        if not creating:
            return
        given = changes.values.get("overriddencreatedon")
        changes.values |= {"createdon": given or now, "createdby": caller.user_id}
        if table.ownership == "UserOwned":
            owner = table.columns["ownerid"]
            if changes.values.get("ownerid") is None:
                changes.put(owner, caller.user_id, "systemuser")
            changes.values["owningbusinessunit"] = self._unit_of(
                str(changes.values[type_column(owner)]), str(changes.values["ownerid"])
            )

    def _unit_of(self, owner_table: str, owner_id: str) -> str | None:
        table = self._catalogue.tables[owner_table]
        row = self._connection.execute(
            f"SELECT businessunitid FROM {quoted(owner_table)} "
            f"WHERE {quoted(table.primary_id)} = ?",
            (owner_id,),
        ).fetchone()
        return row[0] if row else None

    def _demand_required(self, table: Table, changes: Changes) -> None:
        for column in table.columns.values():
            is_required = column.required == "SystemRequired" and not column.is_system
            if is_required and changes.values.get(column.logical_name) is None:
                message = f"Required field '{column.logical_name}' is missing"
                raise ApiError(400, INVALID_ARGUMENT, message)

    def _insert(self, table: Table, changes: Changes) -> None:
        names = ", ".join(quoted(name) for name in changes.values)
        marks = ", ".join("?" * len(changes.values))
        try:
            self._connection.execute(
                f"INSERT INTO {quoted(table.logical_name)} ({names}) VALUES ({marks})",
                list(changes.values.values()),
            )
        except sqlite3.IntegrityError as error:
            raise _duplicate(table) from error


def _duplicate(table: Table) -> ApiError:
    keys = ", ".join(key.schema_name for key in table.keys.values())
    message = (
        f"A record that has the attribute values of {keys or table.primary_id} already exists. "
        "The entity key requires that this set of attributes contains unique values. "
        "Select unique values and try again."
    )
    return ApiError(412, DUPLICATE_KEY, message)
