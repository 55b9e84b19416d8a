"""Custom definitions on disk: what was added to the standard schema through the metadata API."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import (
    Choice,
    Column,
    Key,
    Kind,
    ManyToMany,
    OneToMany,
    Table,
)


def save_table(connection: sqlite3.Connection, table: Table) -> None:
    """Store a table's whole definition; standard tables too once they were changed."""
    _save(connection, "table", table.logical_name, asdict(table))


def save_relationship(connection: sqlite3.Connection, relationship: OneToMany) -> None:
    """Store a custom relationship."""
    _save(connection, "relationship", relationship.schema_name, asdict(relationship))


def save_intersect(connection: sqlite3.Connection, relationship: ManyToMany) -> None:
    """Store a custom many-to-many relationship."""
    _save(connection, "intersect", relationship.schema_name, asdict(relationship))


def forget(connection: sqlite3.Connection, kind: str, name: str) -> None:
    """Remove a stored definition."""
    connection.execute('DELETE FROM "#definitions" WHERE kind = ? AND name = ?', (kind, name))


def load_into(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Lay the stored definitions over the standard ones."""
    rows = list(connection.execute('SELECT kind, body FROM "#definitions" ORDER BY rowid'))
    for row in rows:
        if row["kind"] == "table":
            catalogue.add_table(_table(json.loads(row["body"])))
    for row in rows:
        if row["kind"] == "relationship":
            catalogue.add_one_to_many(OneToMany(**json.loads(row["body"])))
        elif row["kind"] == "intersect":
            catalogue.add_many_to_many(ManyToMany(**json.loads(row["body"])))


def _save(connection: sqlite3.Connection, kind: str, name: str, body: dict[str, Any]) -> None:
    connection.execute(
        'INSERT INTO "#definitions" VALUES (?, ?, ?) '
        "ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body",
        (kind, name, json.dumps(body, default=str)),
    )


def _table(body: dict[str, Any]) -> Table:
    columns = {name: _column(each) for name, each in body.pop("columns").items()}
    keys = {
        name: Key(**(each | {"columns": tuple(each["columns"])}))
        for name, each in body.pop("keys").items()
    }
    return Table(**body, columns=columns, keys=keys)


def _column(body: dict[str, Any]) -> Column:
    body["kind"] = Kind(body["kind"])
    body["options"] = tuple(Choice(**each) for each in body["options"])
    body["targets"] = tuple(body["targets"])
    for limit in ("minimum", "maximum"):
        body[limit] = None if body[limit] is None else Decimal(body[limit])
    return Column(**body)
