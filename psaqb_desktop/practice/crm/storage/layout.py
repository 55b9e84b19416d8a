"""The shape of the file: a table per CRM table, a column per CRM column, and the bookkeeping."""

from __future__ import annotations

import sqlite3

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Column, Key, Kind, ManyToMany, Table
from psaqb_desktop.practice.crm.storage.database import quoted

_BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS "#counters" (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "#facts" (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "#definitions" (
    kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE IF NOT EXISTS "#deleted" (
    table_name TEXT NOT NULL, row_id TEXT NOT NULL, version INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS "#deleted.version" ON "#deleted" (table_name, version);
CREATE TABLE IF NOT EXISTS "#codes" (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS "#tokens" (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, client_id TEXT NOT NULL,
    resource TEXT NOT NULL, expires REAL NOT NULL);
"""

_STORAGE_CLASS = {
    Kind.INTEGER: "INTEGER",
    Kind.BIGINT: "INTEGER",
    Kind.DECIMAL: "INTEGER",
    Kind.MONEY: "INTEGER",
    Kind.BOOLEAN: "INTEGER",
    Kind.PICKLIST: "INTEGER",
    Kind.STATE: "INTEGER",
    Kind.STATUS: "INTEGER",
    Kind.DOUBLE: "REAL",
    Kind.STRING: "TEXT COLLATE platform",
    Kind.MEMO: "TEXT COLLATE platform",
}
_SELDOM_ASKED = frozenset(
    {"createdby", "modifiedby", "owningbusinessunit", "transactioncurrencyid"}
)
"""Lookups of every row into few: an index would cost room and narrow nothing down."""
_FOLLOWED = frozenset({"modifiedon", "statecode", "invoicenumber"})
"""By these rows are asked for, in the order of their ids and a page at a time."""


def create_bookkeeping(connection: sqlite3.Connection) -> None:
    """Create what does not belong to any CRM table."""
    for statement in _BOOKKEEPING.split(";"):
        if statement.strip():
            connection.execute(statement)


def create_all(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Bring the file in line with the catalogue; existing tables and rows stay."""
    for table in catalogue.tables.values():
        create_table(connection, table)
    for intersect in catalogue.many_to_many.values():
        create_intersect(connection, intersect)


def create_table(connection: sqlite3.Connection, table: Table) -> None:
    """Create one table or add the columns that it lacks."""
    name = quoted(table.logical_name)
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {name} ({quoted(table.primary_id)} TEXT PRIMARY KEY)"
    )
    present = {row["name"] for row in connection.execute(f"PRAGMA table_info({name})")}
    for column in table.columns.values():
        if column.logical_name in present:
            _create_index(connection, table, column)
        else:
            add_column(connection, table, column)


def add_column(connection: sqlite3.Connection, table: Table, column: Column) -> None:
    """Add one column, with an index where rows are found by it."""
    name, own = quoted(table.logical_name), quoted(column.logical_name)
    storage = _STORAGE_CLASS.get(column.kind, "TEXT")
    connection.execute(f"ALTER TABLE {name} ADD COLUMN {own} {storage}")
    if column.is_polymorphic:
        beside = quoted(type_column(column))
        connection.execute(f"ALTER TABLE {name} ADD COLUMN {beside} TEXT")
    _create_index(connection, table, column)


def _create_index(connection: sqlite3.Connection, table: Table, column: Column) -> None:
    own = quoted(column.logical_name)
    if column.kind.is_lookup and column.logical_name not in _SELDOM_ASKED:
        where = f"({own}) WHERE {own} IS NOT NULL"
    elif column.logical_name in _FOLLOWED:
        where = f"({own}, {quoted(table.primary_id)})"
    elif column.logical_name == "versionnumber":
        where = f"({own})"
    else:
        return
    index = quoted(index_name(table, column))
    connection.execute(
        f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table.logical_name)} {where}"
    )


def drop_column(connection: sqlite3.Connection, table: Table, column: Column) -> None:
    """Remove one column with its index."""
    index = quoted(index_name(table, column))
    connection.execute(f"DROP INDEX IF EXISTS {index}")
    name = quoted(table.logical_name)
    connection.execute(f"ALTER TABLE {name} DROP COLUMN {quoted(column.logical_name)}")
    if column.is_polymorphic:
        connection.execute(f"ALTER TABLE {name} DROP COLUMN {quoted(type_column(column))}")


def drop_table(connection: sqlite3.Connection, table: Table) -> None:
    """Remove a table with all its rows."""
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table.logical_name)}")


def create_intersect(connection: sqlite3.Connection, intersect: ManyToMany) -> None:
    """Create the table behind a many-to-many relationship."""
    name = quoted(intersect.schema_name)
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {name} "
        "(first TEXT NOT NULL, second TEXT NOT NULL, PRIMARY KEY (first, second))"
    )


def drop_intersect(connection: sqlite3.Connection, intersect: ManyToMany) -> None:
    """Remove the table behind a many-to-many relationship."""
    connection.execute(f"DROP TABLE IF EXISTS {quoted(intersect.schema_name)}")


def create_key(connection: sqlite3.Connection, table: Table, key: Key) -> None:
    """Build the unique index of an alternate key.

    Raises:
        sqlite3.IntegrityError: Rows with equal values exist.
    """
    own = ", ".join(quoted(name) for name in key.columns)
    connection.execute(
        f"CREATE UNIQUE INDEX {quoted(key_index(table, key))} "
        f"ON {quoted(table.logical_name)} ({own})"
    )


def drop_key(connection: sqlite3.Connection, table: Table, key: Key) -> None:
    """Remove the index of an alternate key."""
    connection.execute(f"DROP INDEX IF EXISTS {quoted(key_index(table, key))}")


def index_name(table: Table, column: Column) -> str:
    """Name of the index of a column that has one."""
    return f"#{table.logical_name}.{column.logical_name}"


def key_index(table: Table, key: Key) -> str:
    """Name of the index behind an alternate key."""
    return f"#key.{table.logical_name}.{key.logical_name}"


def type_column(column: Column) -> str:
    """Where the table of a lookup with several targets is kept."""
    return f"{column.logical_name}#type"


def next_version(connection: sqlite3.Connection) -> int:
    """The next row version; one counter for the whole environment."""
    row = connection.execute(
        "INSERT INTO \"#counters\" VALUES ('version', 1000001) "
        "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
    ).fetchone()
    return int(row["value"])
