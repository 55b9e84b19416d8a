"""Which index finds the rows of a query that asks for what was changed lately.

SQLite knows the shape of a query and not its values: beside an order by id it would look at every
row for the few that a moment leaves over. The platform's own database is better informed.
"""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from typing import Any

from odata_query import ast

from psaqb_desktop.practice.crm.odata.filter_sql import literal
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import index_name

_FEW = 20_000
"""Above this, walking along the order of the answer meets matching rows soon enough."""
_FOLLOWED = frozenset({"modifiedon", "versionnumber"})
_SIGNS: dict[type, str] = {ast.Eq: "=", ast.Gt: ">", ast.GtE: ">="}


def by_index(connection: sqlite3.Connection, table: Table, tree: Any) -> str:
    """The ``INDEXED BY`` clause for a filter that leaves few rows over; empty for others."""
    for part in _parts(tree):
        if not isinstance(part, ast.Compare) or not isinstance(part.left, ast.Identifier):
            continue
        sign = _SIGNS.get(type(part.comparator))
        column = table.columns.get(part.left.name)
        if sign is None or column is None or column.logical_name not in _FOLLOWED:
            continue
        if isinstance(part.right, ast.Null | ast.Identifier | ast.Attribute):
            continue
        found = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {quoted(table.logical_name)} "
            f"WHERE {quoted(column.logical_name)} {sign} ? LIMIT {_FEW})",
            [literal(column, part.right)],
        ).fetchone()
        if found[0] < _FEW:
            return f"INDEXED BY {quoted(index_name(table, column))}"
    return ""


def _parts(tree: Any) -> list[Any]:
    """The conditions that all have to hold."""
    parts: list[Any] = []
    while isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        parts.extend(_parts(tree.right))
        tree = tree.left
    return [*parts, tree]
