"""Change tracking: what was changed or deleted since a token."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import unquote

from psaqb_desktop.practice.crm.clock import Clock
from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.reader import Reader
from psaqb_desktop.practice.crm.schema.model import Table


def delta_token(connection: sqlite3.Connection, clock: Clock) -> str:
    """A token for the present moment: row version and time, as the platform writes it."""
    row = connection.execute("SELECT value FROM \"#counters\" WHERE name = 'version'").fetchone()
    version = row[0] if row else 0
    return f"{version}!{clock.now():%m/%d/%Y %H:%M:%S}"


def changes_since(
    reader: Reader, table: Table, options: QueryOptions, api_root: str
) -> list[dict[str, Any]]:
    """Rows changed since the token, then the deleted ones.

    Raises:
        ApiError: The token is malformed, or options are given that change tracking refuses.
    """
    if options.filter or options.orderby or options.expand or options.top:
        raise bad_query("Only $select can be used with change tracking.")
    text = unquote(options.deltatoken).partition("!")[0]
    if not text.isdecimal():
        raise bad_query("The delta token is malformed.")
    version = int(text)
    chosen = QueryOptions(select=options.select)
    found = reader.related(table, chosen, "t.versionnumber > ?", [version], "NULL")
    changed = [each for _, each in found]
    deleted = reader.connection.execute(
        'SELECT row_id FROM "#deleted" WHERE table_name = ? AND version > ? ORDER BY version',
        (table.logical_name, version),
    )
    gone = [
        {
            "@odata.context": f"{api_root}$metadata#{table.set_name}/$deletedEntity",
            "id": row["row_id"],
            "reason": "deleted",
        }
        for row in deleted
    ]
    return [*changed, *gone]
