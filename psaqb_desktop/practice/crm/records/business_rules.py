"""Rules of the applications on top of the platform: locked invoices, numbers, unique names."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from psaqb_desktop.practice.crm.errors import (
    DUPLICATE_KEY,
    INVALID_ARGUMENT,
    PLUGIN_REFUSED,
    ApiError,
)
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.records.changes import Changes
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.layout import next_version

_CONFIRMED = 192350002
_PROJECT_PAID = 192350003
_CLOSED_STATES = frozenset({1, 2, 3})
_STATE_COLUMNS = frozenset({"statecode", "statuscode"})


class BusinessRules:
    """What plug-ins of Sales and Project Operations do before a row is written."""

    def __init__(self, catalogue: Catalogue, options: CrmOptions) -> None:
        self._catalogue = catalogue
        self._options = options
        self._before_create: dict[str, Callable[[sqlite3.Connection, Changes], None]] = {
            "invoice": _complete_invoice,
            "contact": _complete_contact,
            "publisher": _demand_unique_publisher,
            "solution": _demand_unique_solution,
            "fieldpermission": self._demand_secured_column,
        }

    def before_create(self, connection: sqlite3.Connection, table: Table, changes: Changes) -> None:
        """Fill in what the application computes.

        Raises:
            ApiError: The application refuses the row.
        """
        rule = self._before_create.get(table.logical_name)
        if rule is not None:
            rule(connection, changes)

    def before_update(self, table: Table, before: sqlite3.Row, changes: Changes) -> None:
        """Refuse changes of invoices that are closed or confirmed, and reopening paid ones.

        Raises:
            ApiError: The invoice is read-only in its present state.
        """
        if table.logical_name != "invoice":
            return
        names = set(changes.columns) - _STATE_COLUMNS
        self._demand_reactivation(before, changes)
        if before["statecode"] in _CLOSED_STATES:
            if names and not self._options.closed_invoices_writable:
                raise _locked("The invoice is paid or canceled and cannot be edited.")
            return
        if before["msdyn_projectinvoicestatus"] not in {_CONFIRMED, _PROJECT_PAID}:
            return
        business = {name for name in names if not changes.columns[name].is_custom}
        if business and not self._options.confirmed_invoices_writable:
            columns = ", ".join(sorted(business))
            raise _locked(f"A confirmed project invoice cannot be edited: {columns}.")

    def _demand_reactivation(self, before: sqlite3.Row, changes: Changes) -> None:
        is_opened = before["statecode"] in _CLOSED_STATES and changes.values.get("statecode") == 0
        is_paid = before["msdyn_projectinvoicestatus"] == _PROJECT_PAID
        if is_opened and is_paid and not self._options.paid_invoices_reactivate:
            raise _locked("A paid project invoice cannot be made active again.")

    def _demand_secured_column(self, _connection: sqlite3.Connection, changes: Changes) -> None:
        entity = changes.values.get("entityname")
        table = self._catalogue.tables.get(str(entity))
        column = (
            table.columns.get(str(changes.values.get("attributelogicalname"))) if table else None
        )
        if column is None or not column.is_secured:
            message = "The attribute of a field permission must be enabled for column security."
            raise ApiError(400, INVALID_ARGUMENT, message)


def _locked(message: str) -> ApiError:
    return ApiError(400, PLUGIN_REFUSED, message)


def _complete_invoice(connection: sqlite3.Connection, changes: Changes) -> None:
    values = changes.values
    if not values.get("invoicenumber"):
        values["invoicenumber"] = f"INV-{next_version(connection)}"
    values.setdefault("pricingerrorcode", 0)
    values.setdefault("ispricelocked", 0)
    is_account = values.get("customerid#type") == "account"
    values["accountid"] = values.get("customerid") if is_account else None
    values["contactid"] = None if is_account else values.get("customerid")


def _complete_contact(_connection: sqlite3.Connection, changes: Changes) -> None:
    parts = (changes.values.get("firstname"), changes.values.get("lastname"))
    changes.values["fullname"] = " ".join(str(part) for part in parts if part)


def _demand_unique_publisher(connection: sqlite3.Connection, changes: Changes) -> None:
    _demand_unique(connection, "publisher", "uniquename", changes.values.get("uniquename"))


def _demand_unique_solution(connection: sqlite3.Connection, changes: Changes) -> None:
    _demand_unique(connection, "solution", "uniquename", changes.values.get("uniquename"))
    changes.values |= {"ismanaged": 0, "isvisible": 1}


def _demand_unique(connection: sqlite3.Connection, table: str, name: str, value: Any) -> None:
    found = connection.execute(f'SELECT 1 FROM "{table}" WHERE "{name}" = ?', (value,)).fetchone()
    if found is not None:
        message = f"A {table} with the {name} '{value}' already exists."
        raise ApiError(412, DUPLICATE_KEY, message)
