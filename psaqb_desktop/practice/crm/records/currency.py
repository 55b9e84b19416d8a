"""Currency of a row: the exchange rate and the amounts in the organization's base currency."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.records.changes import Changes
from psaqb_desktop.practice.crm.schema.model import Kind, Table
from psaqb_desktop.practice.crm.storage.values import scaled, unscaled


def complete(
    connection: sqlite3.Connection,
    table: Table,
    changes: Changes,
    before: Mapping[str, Any] | sqlite3.Row,
) -> None:
    """Fill currency, rate and base amounts of a row that is about to be written."""
    lookup = table.columns.get("transactioncurrencyid")
    if lookup is None or not lookup.kind.is_lookup or "exchangerate" not in table.columns:
        return
    known = set(before.keys())
    currency_id = changes.values.get("transactioncurrencyid") or (
        before["transactioncurrencyid"] if "transactioncurrencyid" in known else None
    )
    rate_stored = before["exchangerate"] if "exchangerate" in known else None
    if currency_id is None and not before:
        currency_id = _base_currency(connection)
        changes.values["transactioncurrencyid"] = currency_id
    if currency_id is None:
        return
    column = table.columns["exchangerate"]
    if rate_stored is None or "transactioncurrencyid" in changes.values:
        row = connection.execute(
            "SELECT exchangerate FROM transactioncurrency WHERE transactioncurrencyid = ?",
            (currency_id,),
        ).fetchone()
        rate_stored = row[0] if row and row[0] else scaled(column, Decimal(1))
        changes.values["exchangerate"] = rate_stored
    _fill_base_amounts(table, changes, unscaled(column, rate_stored))


def _fill_base_amounts(table: Table, changes: Changes, rate: Decimal) -> None:
    for column in table.columns.values():
        if column.kind is Kind.MONEY and column.base_of in changes.values:
            amount = changes.values[column.base_of]
            changes.values[column.logical_name] = (
                None if amount is None else scaled(column, unscaled(column, amount) / rate)
            )


def _base_currency(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT basecurrencyid FROM organization").fetchone()
    return row[0] if row else None
