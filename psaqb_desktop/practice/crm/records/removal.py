"""Deleting a row and dealing with the rows that point at it."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3

from psaqb_desktop.practice.crm.errors import ApiError
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import OneToMany, Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import next_version, type_column

_CANNOT_DELETE = "0x80048405"


def remove_row(
    catalogue: Catalogue, connection: sqlite3.Connection, table: Table, row_id: str
) -> None:
    """Delete a row as its relationships' cascades say, and leave a trace for readers of changes.

    Raises:
        ApiError: Another row restricts the deletion.
    """
    for relationship in catalogue.references_to(table.logical_name):
        _release(catalogue, connection, relationship, row_id)
    for intersect in catalogue.many_to_many.values():
        for end, name in (("first", intersect.first), ("second", intersect.second)):
            if name == table.logical_name:
                connection.execute(
                    f"DELETE FROM {quoted(intersect.schema_name)} WHERE {end} = ?", (row_id,)
                )
    connection.execute(
        f"DELETE FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?", (row_id,)
    )
    connection.execute(
        'INSERT INTO "#deleted" VALUES (?, ?, ?)',
        (table.logical_name, row_id, next_version(connection)),
    )


def _release(
    catalogue: Catalogue, connection: sqlite3.Connection, relationship: OneToMany, row_id: str
) -> None:
    child = catalogue.tables[relationship.referencing]
    lookup = child.columns[relationship.lookup]
    condition = f"{quoted(lookup.logical_name)} = ?"
    if lookup.is_polymorphic:
        condition += f" AND {quoted(type_column(lookup))} = '{relationship.referenced}'"
    rows = connection.execute(
        f"SELECT {quoted(child.primary_id)} FROM {quoted(child.logical_name)} WHERE {condition}",
        (row_id,),
    ).fetchall()
    if not rows:
        return
    if relationship.on_delete == "Restrict":
        message = (
            "The object you tried to delete is associated with another object "
            "and cannot be deleted."
        )
        raise ApiError(405, _CANNOT_DELETE, message)
    if relationship.on_delete == "Cascade":
        for row in rows:
            remove_row(catalogue, connection, child, row[0])
        return
    version = next_version(connection)
    connection.execute(
        f"UPDATE {quoted(child.logical_name)} SET {quoted(lookup.logical_name)} = NULL, "
        f"versionnumber = ? WHERE {condition}",
        (version, row_id),
    )
