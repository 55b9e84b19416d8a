"""Many invoices from few: whole rounds of copies made inside the database.

Planting one invoice takes milliseconds, copying one takes microseconds. A copy has ids, number and
moments of its own and shares customer, contract and amounts with its original.
"""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.storage.database import quoted

_TABLES = {
    "invoice": "invoiceid",
    "invoicedetail": "invoiceid",
    "msdyn_invoicelinetransaction": "msdyn_invoice",
}
"""What is copied, with the column that leads to the invoice."""
_COPIED_IDS = frozenset(
    {
        "invoiceid",
        "invoicedetailid",
        "msdyn_invoicelinetransactionid",
        "msdyn_invoice",
        "msdyn_invoicelineid",
    }
)
_NEW_ID = "printf('%08x', :round) || substr({0}, 9)"
_EARLIER = "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, '-' || :round || ' seconds')"


def multiply(connection: sqlite3.Connection, catalogue: Catalogue, wanted: int) -> None:
    """Copy the invoices that are there until there are ``wanted``."""
    originals = [row[0] for row in connection.execute("SELECT invoiceid FROM invoice")]
    missing = wanted - len(originals)
    if missing <= 0:
        return
    versions = connection.execute("SELECT value FROM \"#counters\" WHERE name = 'version'")
    span = int(versions.fetchone()[0])
    statements = [_statement(catalogue, name) for name in _TABLES]
    indexes = _drop_indexes(connection)
    # A round reads these few rows, not the tables that it makes longer and longer.
    for name in _TABLES:
        connection.execute(f"CREATE TEMP TABLE {_originals(name)} AS SELECT * FROM {quoted(name)}")
    rounds = 0
    while missing > 0:
        rounds += 1
        if missing < len(originals):
            _keep_first(connection, originals[:missing])
        missing -= len(originals)
        for statement in statements:
            connection.execute(statement, {"round": rounds, "span": span})
    for index in indexes:
        connection.execute(index)
    for name in _TABLES:
        connection.execute(f"DROP TABLE {_originals(name)}")
    connection.execute(
        "UPDATE \"#counters\" SET value = ? WHERE name = 'version'", (span * (rounds + 1),)
    )


def _originals(table_name: str) -> str:
    return f'temp."original {table_name}"'


def _keep_first(connection: sqlite3.Connection, invoices: list[str]) -> None:
    """Leave these originals for the last round, which is not a whole one."""
    connection.execute("CREATE TEMP TABLE kept (id TEXT PRIMARY KEY)")
    connection.executemany("INSERT INTO kept VALUES (?)", [(each,) for each in invoices])
    for name, parent in _TABLES.items():
        connection.execute(
            f"DELETE FROM {_originals(name)} WHERE {parent} NOT IN (SELECT id FROM kept)"
        )
    connection.execute("DROP TABLE kept")


def _statement(catalogue: Catalogue, table_name: str) -> str:
    """One round of copies of a table; equal seeds meet the same rows in the same order."""
    table = catalogue.tables[table_name]
    columns = list(table.columns)
    chosen = [_expression(name) for name in columns]
    for column in table.columns.values():
        if column.is_polymorphic:
            columns.append(f"{column.logical_name}#type")
            chosen.append(quoted(columns[-1]))
    return (
        f"INSERT INTO {quoted(table_name)} ({', '.join(quoted(name) for name in columns)}) "
        f"SELECT {', '.join(chosen)} FROM {_originals(table_name)} ORDER BY rowid"
    )


def _expression(name: str) -> str:
    own = quoted(name)
    if name in _COPIED_IDS:
        return _NEW_ID.format(own)
    if name == "invoicenumber":
        return f"{own} || '-' || :round"
    if name == "modifiedon":
        return _EARLIER.format(own)
    if name == "versionnumber":
        return f"{own} + :round * :span"
    return own


def _drop_indexes(connection: sqlite3.Connection) -> list[str]:
    """Building an index once is far quicker than keeping it right through a million rows."""
    marks = ", ".join("?" * len(_TABLES))
    found = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({marks})",
        tuple(_TABLES),
    ).fetchall()
    for row in found:
        connection.execute(f"DROP INDEX {quoted(row['name'])}")
    return [str(row["sql"]) for row in found]
