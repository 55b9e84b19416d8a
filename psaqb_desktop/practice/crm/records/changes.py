"""A payload understood: which columns get which stored values."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psaqb_desktop.practice.crm.errors import bad_payload
from psaqb_desktop.practice.crm.records.addressing import RecordAddress, resolve_reference
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue, is_visible
from psaqb_desktop.practice.crm.schema.model import Column, OneToMany, Table
from psaqb_desktop.practice.crm.storage.layout import type_column
from psaqb_desktop.practice.crm.storage.values import to_storage

_BIND = "@odata.bind"


@dataclass
class Changes:
    """Values in stored form by column name; lookups with several targets bring their table."""

    columns: dict[str, Column] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def put(self, column: Column, stored: Any, target: str = "") -> None:
        """Set one column; ``target`` is the table of the row that a lookup points at."""
        self.columns[column.logical_name] = column
        self.values[column.logical_name] = stored
        if column.is_polymorphic:
            self.values[type_column(column)] = target or None

    def drop(self, name: str) -> None:
        """Take one column out again."""
        column = self.columns.pop(name)
        del self.values[name]
        if column.is_polymorphic:
            del self.values[type_column(column)]


def read_changes(
    catalogue: Catalogue, connection: sqlite3.Connection, table: Table, payload: Mapping[str, Any]
) -> Changes:
    """Understand a create or update payload.

    Raises:
        ApiError: A property is unknown, a value does not fit, or a bound row does not exist.
    """
    changes = Changes()
    for name, value in payload.items():
        if name.endswith(_BIND):
            _bind(catalogue, connection, table, changes, name.removesuffix(_BIND), value)
        elif "@" not in name:
            _assign(catalogue, table, changes, name, value)
    return changes


def _assign(catalogue: Catalogue, table: Table, changes: Changes, name: str, value: Any) -> None:
    column = table.columns.get(name)
    if column is not None and not column.kind.is_lookup and is_visible(column):
        changes.put(column, to_storage(column, value))
        return
    navigation = catalogue.navigation(table, name)
    if navigation is not None and not navigation.is_collection and value is None:
        _unbind(table, changes, navigation.relationship)
        return
    if table.column_of_property(name) is not None and name not in table.columns:
        raise bad_payload(
            "CRM do not support direct update of Entity Reference properties, "
            "Use Navigation properties instead."
        )
    raise bad_payload(
        f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM."
        f"{table.logical_name}'. Make sure to only use property names that are defined by the type."
    )


def _bind(
    catalogue: Catalogue,
    connection: sqlite3.Connection,
    table: Table,
    changes: Changes,
    name: str,
    value: Any,
) -> None:
    navigation = catalogue.navigation(table, name)
    if navigation is None or navigation.is_collection:
        raise bad_payload(
            f"An undeclared property '{name}' which only has property annotations in the payload "
            "but no property value was found in the payload."
        )
    relationship = navigation.relationship
    if value is None:
        _unbind(table, changes, relationship)
        return
    if not isinstance(value, str) or not isinstance(relationship, OneToMany):
        raise bad_payload(f"The value of '{name}{_BIND}' must be the address of a row.")
    address: RecordAddress = resolve_reference(catalogue, connection, value)
    if address.table.logical_name != navigation.target:
        raise bad_payload(
            f"'{name}' takes a row of '{navigation.target}', not of '{address.table.logical_name}'."
        )
    column = table.columns[relationship.lookup]
    changes.put(column, address.row_id, navigation.target)


def _unbind(table: Table, changes: Changes, relationship: object) -> None:
    if isinstance(relationship, OneToMany):
        changes.put(table.columns[relationship.lookup], None)
