"""Reading rows: single, in pages and expanded."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psaqb_desktop.practice.crm.errors import not_found
from psaqb_desktop.practice.crm.odata.expand import Expander
from psaqb_desktop.practice.crm.odata.filter_sql import FilterToSql, parsed
from psaqb_desktop.practice.crm.odata.narrowing import by_index
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.paging import (
    Place,
    after,
    ordering,
    read_skiptoken,
    skiptoken,
)
from psaqb_desktop.practice.crm.odata.preferences import PAGE_CAP, Preferences
from psaqb_desktop.practice.crm.odata.shape import Shaper, selected_columns
from psaqb_desktop.practice.crm.odata.source import Source
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Column, Table
from psaqb_desktop.practice.crm.security import Rights
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column


@dataclass
class Page:
    """One page of objects; ``skiptoken`` is empty on the last one.

    ``tracked`` is the delta token of the first page, where changes are tracked.
    """

    objects: list[dict[str, Any]]
    skiptoken: str = ""
    count: int | None = None
    tracked: str = ""


@dataclass
class Restriction:
    """A condition that comes from the path and not from the caller's ``$filter``."""

    sql: str = "1"
    parameters: list[Any] = field(default_factory=list)


class Reader:
    """Answers queries of one request."""

    def __init__(
        self,
        catalogue: Catalogue,
        connection: sqlite3.Connection,
        rights: Rights,
        preferences: Preferences,
    ) -> None:
        self.catalogue = catalogue
        self.connection = connection
        self.rights = rights
        self.preferences = preferences
        self._shaper = Shaper(catalogue, connection, preferences)

    def one(self, table: Table, row_id: str, options: QueryOptions) -> dict[str, Any]:
        """One row by id.

        Raises:
            ApiError: There is no such row, or the options name unknown properties.
        """
        restriction = Restriction(f"t.{quoted(table.primary_id)} = ?", [row_id])
        options = QueryOptions(select=options.select, expand=options.expand)
        page = self.page(table, options, restriction)
        if not page.objects:
            raise not_found(table.logical_name, row_id)
        return page.objects[0]

    def page(
        self,
        table: Table,
        options: QueryOptions,
        restriction: Restriction | None = None,
        *,
        tracked: str = "",
    ) -> Page:
        """One page of rows; ``tracked`` is the delta token that goes along to the last one.

        Raises:
            ApiError: The options name unknown properties or cannot be read.
        """
        source = Source(self.catalogue, self.rights, table)
        where, parameters = self._where(source, options, restriction or Restriction())
        order = ordering(source, options.orderby)
        place, continued = Place(1, [], tracked), list(parameters)
        condition = where
        if options.skiptoken:
            place = read_skiptoken(options.skiptoken)
            beyond, more = after(order, place.last)
            condition, continued = f"({where}) AND {beyond}", [*parameters, *more]
        size = self._size(options)
        columns = self._columns(source, options)
        keys = [f'{term.sql} AS "#order{number}"' for number, (term, _) in enumerate(order)]
        directions = [
            f'"#order{number}"{" DESC" if descending else ""}'
            for number, (_, descending) in enumerate(order)
        ]
        # First which rows, out of indexes alone, then these rows: they are wide.
        own, name = quoted(table.primary_id), quoted(table.logical_name)
        index = by_index(self.connection, table, parsed(options.filter)) if options.filter else ""
        chosen = (
            f'SELECT t.{own} AS "#id", {", ".join(keys)} FROM {name} t {index} '
            f"WHERE {condition} ORDER BY {', '.join(directions)} LIMIT {size + 1}"
        )
        rows = self.connection.execute(
            f"SELECT {self._list(source, columns)}, chosen.* FROM ({chosen}) chosen "
            f'CROSS JOIN {name} t ON t.{own} = chosen."#id"',
            continued,
        ).fetchall()
        token = ""
        is_paged = self.preferences.page_size is not None or options.top is None
        if len(rows) > size:
            rows = rows[:size]
            if is_paged:
                last = [rows[-1][f"#order{number}"] for number in range(len(order))]
                token = skiptoken(Place(place.number + 1, last, place.tracked))
        page = Page(self._objects(source, options, columns, rows), token, tracked=place.tracked)
        if options.count:
            page.count = self._count(table, where, parameters)
        return page

    def count(self, table: Table, options: QueryOptions, restriction: Restriction) -> int:
        """How many rows match, up to the platform's cap."""
        source = Source(self.catalogue, self.rights, table)
        where, parameters = self._where(source, options, restriction)
        return self._count(table, where, parameters)

    def related(
        self, table: Table, options: QueryOptions, condition: str, parameters: list[Any], key: str
    ) -> list[tuple[str, dict[str, Any]]]:
        """Rows for an expansion: each with the value by which its parent finds it."""
        source = Source(self.catalogue, self.rights, table)
        where, more = self._where(source, options, Restriction(condition, parameters))
        order = ordering(source, options.orderby)
        directions = [f"{term.sql}{' DESC' if down else ''}" for term, down in order]
        columns = self._columns(source, options)
        rows = self.connection.execute(
            f'SELECT {self._list(source, columns)}, {key} AS "#parent" '
            f"FROM {quoted(table.logical_name)} t WHERE {where} ORDER BY {', '.join(directions)}",
            more,
        ).fetchall()
        objects = self._objects(source, options, columns, rows)
        return [(row["#parent"], each) for row, each in zip(rows, objects, strict=True)]

    def _objects(
        self,
        source: Source,
        options: QueryOptions,
        columns: Sequence[Column],
        rows: Sequence[sqlite3.Row],
    ) -> list[dict[str, Any]]:
        objects = self._shaper.objects(source.table, columns, rows)
        expander = Expander(self)
        for expansion in options.expand:
            expander.expand(source, expansion, rows, objects)
        return objects

    def _columns(self, source: Source, options: QueryOptions) -> list[Column]:
        for name in options.select:
            source.column(name)
        return selected_columns(source.table, options.select)

    def _list(self, source: Source, columns: Sequence[Column]) -> str:
        table = source.table
        wanted = {column.logical_name: column for column in columns}
        # Expansions and annotations need every lookup, selected or not.
        for column in table.columns.values():
            if column.kind.is_lookup:
                wanted.setdefault(column.logical_name, column)
        wanted.setdefault(table.primary_id, table.columns[table.primary_id])
        parts = []
        for column in wanted.values():
            parts.append(f"{source.expression(column)} AS {quoted(column.logical_name)}")
            if column.is_polymorphic:
                parts.append(f"t.{quoted(type_column(column))}")
        parts.append('t.versionnumber AS "#version"')
        return ", ".join(parts)

    def _where(
        self, source: Source, options: QueryOptions, restriction: Restriction
    ) -> tuple[str, list[Any]]:
        if not options.filter:
            return restriction.sql, list(restriction.parameters)
        walker = FilterToSql(source)
        condition = walker.condition(parsed(options.filter))
        return f"({restriction.sql}) AND {condition}", [
            *restriction.parameters,
            *walker.parameters,
        ]

    def _size(self, options: QueryOptions) -> int:
        if self.preferences.page_size is not None:
            return self.preferences.page_size
        return min(options.top or PAGE_CAP, PAGE_CAP)

    def _count(self, table: Table, where: str, parameters: list[Any]) -> int:
        row = self.connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {quoted(table.logical_name)} t "
            f"WHERE {where} LIMIT {PAGE_CAP})",
            parameters,
        ).fetchone()
        return int(row[0])
