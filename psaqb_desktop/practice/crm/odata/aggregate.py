"""``$apply``: filter, groupby and aggregate."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.filter_sql import FilterToSql, parsed
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.source import Source, Term
from psaqb_desktop.practice.crm.odata.text import name_and_brackets, split_outside
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Kind, Table
from psaqb_desktop.practice.crm.security import Rights
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.values import places, to_json

if TYPE_CHECKING:
    from psaqb_desktop.practice.crm.odata.reader import Restriction

_AGGREGATE = re.compile(r"^([\w/$]+)(?: with (sum|average|min|max|countdistinct))? as (\w+)$")
_FUNCTIONS = {
    "sum": "sum({})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "countdistinct": "count(DISTINCT {})",
}
Reading = Callable[[Any], Any]


@dataclass
class _Statement:
    """A SELECT that grows with each transformation."""

    source: Source
    where: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    outputs: list[tuple[str, str, Reading]] = field(default_factory=list)


def aggregate(
    catalogue: Catalogue,
    connection: sqlite3.Connection,
    rights: Rights,
    table: Table,
    options: QueryOptions,
    restriction: Restriction,
) -> list[dict[str, Any]]:
    """Rows of an aggregation.

    Raises:
        ApiError: The transformations cannot be read.
    """
    statement = _Statement(
        Source(catalogue, rights, table), [restriction.sql], list(restriction.parameters)
    )
    if options.filter:
        _filter(statement, options.filter)
    for step in split_outside(options.apply, "/"):
        name, inside = name_and_brackets(step)
        transformation = _TRANSFORMATIONS.get(name)
        if transformation is None or inside is None:
            raise bad_query(f"The transformation '{step}' in $apply is not supported.")
        transformation(statement, inside)
    outputs = ", ".join(f"{sql} AS {quoted(name)}" for name, sql, _ in statement.outputs)
    grouping = f" GROUP BY {', '.join(statement.groups)}" if statement.groups else ""
    rows = connection.execute(
        f"SELECT {outputs} FROM {quoted(table.logical_name)} t "
        f"WHERE {' AND '.join(statement.where)}{grouping}",
        statement.parameters,
    )
    return [{name: read(row[name]) for name, _, read in statement.outputs} for row in rows]


def _filter(statement: _Statement, text: str) -> None:
    walker = FilterToSql(statement.source)
    statement.where.append(walker.condition(parsed(text)))
    statement.parameters.extend(walker.parameters)


def _group(statement: _Statement, inside: str) -> None:
    parts = split_outside(inside, ",")
    _, names = name_and_brackets(parts[0])
    for name in split_outside(names or "", ","):
        term = statement.source.term(name.split("/"))
        statement.groups.append(term.sql)
        statement.outputs.append((name.replace("/", "_"), term.sql, _as_json(term)))
    for part in parts[1:]:
        name, deeper = name_and_brackets(part)
        if name != "aggregate" or deeper is None:
            raise bad_query(f"The transformation '{part}' in groupby is not supported.")
        _aggregate(statement, deeper)


def _aggregate(statement: _Statement, inside: str) -> None:
    for part in split_outside(inside, ","):
        found = _AGGREGATE.match(part)
        if found is None:
            raise bad_query(f"The expression '{part}' in aggregate is not supported.")
        path, function, alias = found.groups()
        if path == "$count":
            statement.outputs.append((alias, "count(*)", _unchanged))
            continue
        if function is None:
            raise bad_query(f"The expression '{part}' names no aggregation method.")
        term = statement.source.term(path.split("/"))
        read = _unchanged if function == "countdistinct" else _as_json(term)
        if function == "average":
            read = _as_average(term)
        statement.outputs.append((alias, _FUNCTIONS[function].format(term.sql), read))


def _unchanged(value: Any) -> Any:
    return value


def _as_json(term: Term) -> Reading:
    return lambda stored: to_json(term.column, stored)


def _as_average(term: Term) -> Reading:
    if term.column.kind not in {Kind.MONEY, Kind.DECIMAL}:
        return _unchanged
    step = Decimal(1).scaleb(-places(term.column))
    return lambda mean: None if mean is None else round(Decimal(mean), 0) * step


_TRANSFORMATIONS: dict[str, Callable[[_Statement, str], None]] = {
    "filter": _filter,
    "groupby": _group,
    "aggregate": _aggregate,
}
