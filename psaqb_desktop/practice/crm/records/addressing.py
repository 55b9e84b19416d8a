"""Addresses of rows: by id, by alternate key, in paths and in references."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from psaqb_desktop.practice.crm.errors import (
    KEY_NOT_FOUND,
    ApiError,
    bad_query,
    not_found,
    unknown_segment,
)
from psaqb_desktop.practice.crm.odata.text import name_and_brackets, split_outside, unquoted
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Column, Key, Kind, Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.values import day_or_moment, guid, scaled

_ROOT = re.compile(r"^/?api/data/v9\.[0-2]/")


@dataclass
class RecordAddress:
    """A row as addressed; ``row_id`` is empty when an alternate key meets no row.

    ``key_values`` are the stored values of the key, with which an upsert creates the row.
    """

    table: Table
    row_id: str
    key_values: dict[str, Any]


def locate(connection: sqlite3.Connection, table: Table, inside: str) -> RecordAddress:
    """Understand what stands in the brackets behind an entity set.

    Raises:
        ApiError: The brackets hold neither an id nor an alternate key of the table.
    """
    row_id = guid(inside.removeprefix(f"{table.primary_id}="))
    if row_id is not None:
        return RecordAddress(table, row_id, {})
    pairs: dict[str, str] = {}
    for part in split_outside(inside, ","):
        name, separator, value = part.partition("=")
        if not separator:
            raise bad_query(f"Unrecognized 'Edm.Guid' literal '{inside}' in '{inside}'.")
        pairs[name.strip()] = value.strip()
    values = {}
    for name, text in pairs.items():
        column = table.column_of_property(name)
        if column is None:
            raise bad_query(f"The key in the request URI is not valid for '{table.set_name}'.")
        values[column.logical_name] = _key_value(column, text)
    _demand_key(table, set(values))
    condition = " AND ".join(f"{quoted(name)} = ?" for name in values)
    row = connection.execute(
        f"SELECT {quoted(table.primary_id)} FROM {quoted(table.logical_name)} WHERE {condition}",
        list(values.values()),
    ).fetchone()
    return RecordAddress(table, row[0] if row else "", values)


def exists(connection: sqlite3.Connection, table: Table, row_id: str) -> bool:
    """Whether the table has a row with this id."""
    found = connection.execute(
        f"SELECT 1 FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?",
        (row_id,),
    ).fetchone()
    return found is not None


def demand_row(connection: sqlite3.Connection, address: RecordAddress) -> str:
    """The id of an addressed row that must exist.

    Raises:
        ApiError: 404, with one code for ids and another for alternate keys.
    """
    if not address.row_id:
        message = "A record with the specified key values does not exist in "
        raise ApiError(404, KEY_NOT_FOUND, f"{message}{address.table.logical_name} entity")
    if not exists(connection, address.table, address.row_id):
        raise not_found(address.table.logical_name, address.row_id)
    return address.row_id


def resolve_reference(
    catalogue: Catalogue, connection: sqlite3.Connection, text: str
) -> RecordAddress:
    """Find the row that ``/accounts(id)``, ``accounts(id)`` or a whole URL points at.

    Raises:
        ApiError: The text is no address or the row does not exist.
    """
    path = urlsplit(text).path if "://" in text else text
    path = _ROOT.sub("", unquote(path)).lstrip("/")
    name, inside = name_and_brackets(path)
    table = catalogue.table_of_set(name)
    if table is None or inside is None:
        raise unknown_segment(name)
    address = locate(connection, table, inside)
    demand_row(connection, address)
    return address


def _demand_key(table: Table, names: set[str]) -> Key:
    for key in table.keys.values():
        if set(key.columns) == names and not key.failed and key.active_from <= time.time():
            return key
    message = f"The specified key properties do not match any alternate key of '{table.set_name}'."
    raise ApiError(400, KEY_NOT_FOUND, message)


def _key_value(column: Column, text: str) -> Any:
    plain = unquoted(text)
    try:
        if column.kind is Kind.STRING and plain is not None:
            return plain
        if column.kind.is_lookup:
            return str(guid(plain or text) or _fail(text))
        if column.kind is Kind.DATETIME:
            return day_or_moment(column, plain or text)
        if column.kind is Kind.DECIMAL:
            return scaled(column, Decimal(text))
        return int(text)
    except (ValueError, ArithmeticError) as error:
        raise bad_query(f"Unrecognized literal '{text}' for '{column.property_name}'.") from error


def _fail(text: str) -> str:
    raise ValueError(text)
