"""``$expand``: related rows, fetched for a whole page at once."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from psaqb_desktop.practice.crm.errors import unknown_property
from psaqb_desktop.practice.crm.odata.options import Expansion
from psaqb_desktop.practice.crm.odata.source import Source
from psaqb_desktop.practice.crm.schema.catalogue import Navigation
from psaqb_desktop.practice.crm.schema.model import ManyToMany, OneToMany, Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column

if TYPE_CHECKING:
    from psaqb_desktop.practice.crm.odata.reader import Reader

_CHUNK = 500
Objects = Sequence[dict[str, Any]]
Rows = Sequence[sqlite3.Row]


class Expander:
    """Adds related rows to the objects of a page."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def expand(self, source: Source, expansion: Expansion, rows: Rows, objects: Objects) -> None:
        """Add one expanded property to each object.

        Raises:
            ApiError: The table has no such navigation property.
        """
        navigation = source.catalogue.navigation(source.table, expansion.name)
        if navigation is None:
            raise unknown_property(expansion.name, source.table.logical_name)
        if isinstance(navigation.relationship, ManyToMany):
            self._intersect(source.table, navigation, expansion, rows, objects)
        elif navigation.is_collection:
            self._collection(source.table, navigation.relationship, expansion, rows, objects)
        else:
            self._single(source.table, navigation.relationship, expansion, rows, objects)

    def _single(
        self,
        table: Table,
        relationship: OneToMany,
        expansion: Expansion,
        rows: Rows,
        objects: Objects,
    ) -> None:
        lookup = table.columns[relationship.lookup]
        target = self._reader.catalogue.tables[relationship.referenced]

        def points_there(row: sqlite3.Row) -> bool:
            kind = row[type_column(lookup)] if lookup.is_polymorphic else target.logical_name
            return row[lookup.logical_name] is not None and kind == target.logical_name

        ids = {row[lookup.logical_name] for row in rows if points_there(row)}
        found: dict[str, dict[str, Any]] = {}
        key = f"t.{quoted(target.primary_id)}"
        for part in _chunks(sorted(ids)):
            condition = f"{key} IN ({', '.join('?' * len(part))})"
            found.update(self._reader.related(target, expansion.options, condition, part, key))
        for row, each in zip(rows, objects, strict=True):
            each[expansion.name] = (
                found.get(row[lookup.logical_name]) if points_there(row) else None
            )

    def _collection(
        self,
        table: Table,
        relationship: OneToMany,
        expansion: Expansion,
        rows: Rows,
        objects: Objects,
    ) -> None:
        target = self._reader.catalogue.tables[relationship.referencing]
        lookup = target.columns[relationship.lookup]
        key = f"t.{quoted(lookup.logical_name)}"
        extra = ""
        if lookup.is_polymorphic:
            extra = f" AND t.{quoted(type_column(lookup))} = '{table.logical_name}'"
        found: dict[str, list[dict[str, Any]]] = {}
        for part in _chunks([row[table.primary_id] for row in rows]):
            condition = f"{key} IN ({', '.join('?' * len(part))}){extra}"
            for parent, each in self._reader.related(
                target, expansion.options, condition, part, key
            ):
                found.setdefault(parent, []).append(each)
        self._attach(table, expansion, rows, objects, found)

    def _intersect(
        self,
        table: Table,
        navigation: Navigation,
        expansion: Expansion,
        rows: Rows,
        objects: Objects,
    ) -> None:
        relationship = navigation.relationship
        if not isinstance(relationship, ManyToMany):
            raise TypeError(relationship)
        target = self._reader.catalogue.tables[navigation.target]
        near, far = (
            ("first", "second")
            if relationship.first == table.logical_name
            else (
                "second",
                "first",
            )
        )
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            condition = (
                f"t.{quoted(target.primary_id)} IN (SELECT {far} FROM "
                f"{quoted(relationship.schema_name)} WHERE {near} = ?)"
            )
            row_id = row[table.primary_id]
            related = self._reader.related(target, expansion.options, condition, [row_id], "NULL")
            found[row_id] = [each for _, each in related]
        self._attach(table, expansion, rows, objects, found)

    def _attach(
        self,
        table: Table,
        expansion: Expansion,
        rows: Rows,
        objects: Objects,
        found: dict[str, list[dict[str, Any]]],
    ) -> None:
        top = expansion.options.top
        for row, each in zip(rows, objects, strict=True):
            related = found.get(row[table.primary_id], [])
            each[expansion.name] = related if top is None else related[:top]


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
