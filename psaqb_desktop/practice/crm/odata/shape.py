"""From stored rows to the objects of an answer, with the annotations that were asked for."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.odata.preferences import (
    FORMATTED,
    LOOKUP_NAVIGATION,
    LOOKUP_TABLE,
    Preferences,
)
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue, visible_columns
from psaqb_desktop.practice.crm.schema.model import Column, Kind, Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column
from psaqb_desktop.practice.crm.storage.values import to_json

Names = dict[tuple[str, str], str]


def selected_columns(table: Table, names: Sequence[str]) -> list[Column]:
    """The columns of ``$select`` plus those that the platform brings along unasked."""
    if not names:
        return visible_columns(table)
    wanted = [table.column_of_property(name) for name in names]
    found = {column.logical_name: column for column in wanted if column is not None}
    if any(column.kind is Kind.MONEY for column in found.values()):
        currency = table.columns.get("transactioncurrencyid")
        if currency is not None:
            found.setdefault(currency.logical_name, currency)
    found.setdefault(table.primary_id, table.columns[table.primary_id])
    return list(found.values())


class Shaper:
    """Writes rows of one table as JSON objects."""

    def __init__(
        self, catalogue: Catalogue, connection: sqlite3.Connection, preferences: Preferences
    ) -> None:
        self._catalogue = catalogue
        self._connection = connection
        self._preferences = preferences
        self._formats = preferences.includes(FORMATTED)
        self._names_tables = preferences.includes(LOOKUP_TABLE)
        self._names_navigations = preferences.includes(LOOKUP_NAVIGATION)

    def objects(
        self, table: Table, columns: Sequence[Column], rows: Sequence[sqlite3.Row]
    ) -> list[dict[str, Any]]:
        """All rows as objects; display names of lookups are fetched for the page at once."""
        names = self._names(columns, rows) if self._formats else {}
        symbols = self._symbols(table, columns, rows) if self._formats else {}
        return [self._object(table, columns, row, names, symbols) for row in rows]

    def _object(
        self,
        table: Table,
        columns: Sequence[Column],
        row: sqlite3.Row,
        names: Names,
        symbols: dict[str, str],
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"@odata.etag": f'W/"{row["#version"]}"'}
        for column in columns:
            stored = row[column.logical_name]
            name = column.property_name
            if column.kind.is_lookup and stored is not None:
                self._annotate_lookup(found, table, column, row, names)
            elif self._formats and stored is not None:
                text = _formatted(column, stored, symbols.get(row[table.primary_id], ""))
                if text is not None:
                    found[f"{name}@{FORMATTED}"] = text
            found[name] = to_json(column, stored)
        return found

    def _annotate_lookup(
        self,
        found: dict[str, Any],
        table: Table,
        column: Column,
        row: sqlite3.Row,
        names: Names,
    ) -> None:
        target = target_of(column, row)
        name = column.property_name
        if self._names_navigations:
            navigation = self._catalogue.single_navigation_of(table, column.logical_name, target)
            if navigation is not None:
                found[f"{name}@{LOOKUP_NAVIGATION}"] = navigation.name
        if self._names_tables:
            found[f"{name}@{LOOKUP_TABLE}"] = target
        if self._formats:
            text = names.get((target, row[column.logical_name]))
            if text is not None:
                found[f"{name}@{FORMATTED}"] = text

    def _names(self, columns: Sequence[Column], rows: Sequence[sqlite3.Row]) -> Names:
        wanted: dict[str, set[str]] = {}
        for column in columns:
            if column.kind.is_lookup:
                for row in rows:
                    if row[column.logical_name] is not None:
                        target = target_of(column, row)
                        wanted.setdefault(target, set()).add(row[column.logical_name])
        names: Names = {}
        for target, ids in wanted.items():
            table = self._catalogue.tables[target]
            for row_id, text in self._primary_names(table, ids):
                names[target, row_id] = text
        return names

    def _primary_names(self, table: Table, ids: Iterable[str]) -> Iterable[tuple[str, str]]:
        listed = list(ids)
        for start in range(0, len(listed), 500):
            part = listed[start : start + 500]
            yield from self._connection.execute(
                f"SELECT {quoted(table.primary_id)}, {quoted(table.primary_name)} "
                f"FROM {quoted(table.logical_name)} "
                f"WHERE {quoted(table.primary_id)} IN ({', '.join('?' * len(part))})",
                part,
            )

    def _symbols(
        self, table: Table, columns: Sequence[Column], rows: Sequence[sqlite3.Row]
    ) -> dict[str, str]:
        has_money = any(column.kind is Kind.MONEY for column in columns)
        if not has_money or not any(c.logical_name == "transactioncurrencyid" for c in columns):
            return {}
        currencies = dict(
            self._connection.execute(
                "SELECT transactioncurrencyid, currencysymbol FROM transactioncurrency"
            ).fetchall()
        )
        return {
            row[table.primary_id]: currencies.get(row["transactioncurrencyid"], "") for row in rows
        }


def target_of(column: Column, row: sqlite3.Row) -> str:
    """The table that a lookup of this row points into."""
    if column.is_polymorphic:
        return str(row[type_column(column)])
    return column.targets[0]


def _formatted(column: Column, stored: Any, symbol: str) -> str | None:
    value = to_json(column, stored)
    if column.kind.is_choice or column.kind is Kind.BOOLEAN:
        return column.label_of(int(stored))
    if column.kind is Kind.MONEY:
        amount = Decimal(value)
        return f"{'-' if amount < 0 else ''}{symbol}{abs(amount):,.2f}"
    if column.kind in {Kind.INTEGER, Kind.BIGINT}:
        return f"{stored:,}"
    if column.kind is Kind.DECIMAL:
        return f"{value:,}"
    if column.kind is Kind.DATETIME:
        return _formatted_date(column, str(stored))
    return None


def _formatted_date(column: Column, stored: str) -> str:
    year, month, day = stored[:10].split("-")
    text = f"{int(month)}/{int(day)}/{year}"
    if column.format == "DateOnly":
        return text
    hour, minute = int(stored[11:13]), stored[14:16]
    return f"{text} {hour % 12 or 12}:{minute} {'AM' if hour < 12 else 'PM'}"
