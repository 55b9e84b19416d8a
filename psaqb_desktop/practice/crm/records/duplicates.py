"""Duplicate detection: off for the Web API unless a request switches it on."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from psaqb_desktop.practice.crm.errors import DUPLICATE_DETECTED, ApiError
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.database import quoted

_RULES = {"account": "name", "contact": "emailaddress1"}
"""The published rules: rows of a table that agree in one column are duplicates."""


def demand_single(
    connection: sqlite3.Connection,
    table: Table,
    payload: Mapping[str, Any],
    headers: Headers,
    row_id: str = "",
) -> None:
    """Refuse a row like another, when the request asks for the rules.

    Raises:
        ApiError: A published rule finds an active row with the same value.
    """
    column = _RULES.get(table.logical_name)
    is_on = (headers.get("MSCRM.SuppressDuplicateDetection") or "").lower() == "false"
    if not is_on or column is None or not isinstance(payload.get(column), str):
        return
    found = connection.execute(
        f"SELECT 1 FROM {quoted(table.logical_name)} WHERE statecode = 0 "
        f"AND {quoted(column)} = ? AND {quoted(table.primary_id)} <> ?",
        (payload[column], row_id),
    ).fetchone()
    if found is not None:
        message = (
            "A record was not created or updated because a duplicate of the current record "
            "already exists."
        )
        raise ApiError(412, DUPLICATE_DETECTED, message)
