"""Many invoices from few: whole rounds of copies made inside the database.

Planting one invoice takes milliseconds, copying one takes microseconds. A copy has ids, number and
moments of its own and shares customer, contract and amounts with its original.
"""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.storage.database import quoted

_TABLES = ("invoice", "invoicedetail", "msdyn_invoicelinetransaction")
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
    connection.execute('CREATE TEMP TABLE "original" (id TEXT PRIMARY KEY)')
    connection.executemany('INSERT INTO "original" VALUES (?)', [(each,) for each in originals])
    statements = [_statement(catalogue, name) for name in _TABLES]
    indexes = _drop_indexes(connection)
    rounds = 0
    while missing > 0:
        rounds += 1
        if missing < len(originals):
            connection.executemany(
                'DELETE FROM "original" WHERE id = ?', [(each,) for each in originals[missing:]]
            )
        missing -= len(originals)
        for statement in statements:
            connection.execute(statement, {"round": rounds, "span": span})
    for index in indexes:
        connection.execute(index)
    connection.execute('DROP TABLE "original"')
    connection.execute(
        "UPDATE \"#counters\" SET value = ? WHERE name = 'version'", (span * (rounds + 1),)
    )


def _statement(catalogue: Catalogue, table_name: str) -> str:
    """One round of copies of a table; equal seeds meet the same rows in the same order."""
    table = catalogue.tables[table_name]
    parent = {"invoice": table.primary_id, "invoicedetail": "invoiceid"}.get(
        table_name, "msdyn_invoice"
    )
    columns = list(table.columns)
    chosen = [_expression(name) for name in columns]
    for column in table.columns.values():
        if column.is_polymorphic:
            columns.append(f"{column.logical_name}#type")
            chosen.append(quoted(columns[-1]))
    return (
        f"INSERT INTO {quoted(table_name)} ({', '.join(quoted(name) for name in columns)}) "
        f"SELECT {', '.join(chosen)} FROM {quoted(table_name)} "
        f'WHERE {quoted(parent)} IN (SELECT id FROM "original") ORDER BY rowid'
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
        _TABLES,
    ).fetchall()
    for row in found:
        connection.execute(f"DROP INDEX {quoted(row['name'])}")
    return [str(row["sql"]) for row in found]
