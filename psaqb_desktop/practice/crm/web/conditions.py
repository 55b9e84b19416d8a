"""``If-Match`` and ``If-None-Match``, as the platform understands them."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3

from werkzeug.datastructures import Headers

from psaqb_desktop.practice.crm.errors import DUPLICATE_ID, VERSION_MISMATCH, ApiError
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.database import quoted

_MISMATCH = "The version of the existing record doesn't match the RowVersion property provided."


def if_match(headers: Headers) -> str:
    """The header's value; empty when it was not sent."""
    return (headers.get("If-Match") or "").strip()


def if_none_match(headers: Headers) -> str:
    """The header's value; the word null, which Microsoft's samples send, means nothing."""
    value = (headers.get("If-None-Match") or "").strip()
    return "" if value == "null" else value


def version_of(connection: sqlite3.Connection, table: Table, row_id: str) -> int | None:
    """The row's version, None when there is no such row."""
    row = connection.execute(
        f"SELECT versionnumber FROM {quoted(table.logical_name)} "
        f"WHERE {quoted(table.primary_id)} = ?",
        (row_id,),
    ).fetchone()
    return row[0] if row else None


def demand_version(headers: Headers, version: int) -> None:
    """Refuse when the client knows another version of the row.

    Raises:
        ApiError: 412 with the code of a version mismatch.
    """
    wanted = if_match(headers)
    if wanted and wanted != "*" and not _names(wanted, version):
        raise ApiError(412, VERSION_MISMATCH, _MISMATCH)


def demand_absent(headers: Headers) -> None:
    """Refuse to touch an existing row when the client only wanted to create one.

    Raises:
        ApiError: 412, a record with matching key values exists.
    """
    if if_none_match(headers) == "*":
        raise ApiError(412, DUPLICATE_ID, "A record with matching key values already exists.")


def is_unchanged(headers: Headers, version: int) -> bool:
    """Whether a conditional GET may be answered with 304."""
    wanted = if_none_match(headers)
    return bool(wanted) and wanted != "*" and _names(wanted, version)


def _names(header: str, version: int) -> bool:
    return f'"{version}"' in header
