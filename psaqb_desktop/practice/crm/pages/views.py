"""What the pages show, read straight from the tables and already turned into text."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.identity.people import PEOPLE
from psaqb_desktop.practice.crm.odata.options import QueryOptions, read_options
from psaqb_desktop.practice.crm.odata.preferences import FORMATTED, LOOKUP_TABLE, Preferences
from psaqb_desktop.practice.crm.odata.reader import Reader, Restriction
from psaqb_desktop.practice.crm.schema.model import Column, Kind, Table
from psaqb_desktop.practice.crm.security import Caller, Rights, Role
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column

DOTS = "••••••"
_ALL = Preferences(annotations=("*",))
_MOST_ROWS = 500
_INVOICE_COLUMNS = (
    "invoicenumber,name,totalamount,totaltax,msdyn_invoicedate,statecode,statuscode,"
    "msdyn_projectinvoicestatus,_customerid_value,_owningbusinessunit_value,_salesorderid_value"
)


@dataclass
class Cell:
    """One value as text, with the row it leads to."""

    text: str
    link: str = ""
    is_amount: bool = False


@dataclass
class Grid:
    """Rows of one table."""

    title: str
    heads: list[str]
    rows: list[list[Cell]]


def table_counts(environment: Environment) -> list[tuple[Table, int]]:
    """All tables with their number of rows, own ones first."""
    tables = sorted(
        environment.catalogue.tables.values(),
        key=lambda table: (not table.is_custom, table.logical_name),
    )
    with environment.database.read() as connection:
        return [
            (
                table,
                connection.execute(f"SELECT count(*) FROM {quoted(table.logical_name)}").fetchone()[
                    0
                ],
            )
            for table in tables
        ]


def invoices(environment: Environment) -> Grid:
    """All invoices, the latest first."""
    table = environment.catalogue.tables["invoice"]
    day = "msdyn_invoicedate" if "msdyn_invoicedate" in table.columns else "createdon"
    columns = _INVOICE_COLUMNS.replace("msdyn_invoicedate", day)
    options = read_options([("$select", columns), ("$orderby", f"{day} desc"), ("$top", "5000")])
    return _grid(environment, table, options, "Invoices")


def rows_of(environment: Environment, table: Table) -> Grid:
    """The first rows of any table, with its first columns."""
    names = [table.primary_name, *_interesting(table)]
    options = QueryOptions(select=list(dict.fromkeys(names)), top=_MOST_ROWS)
    return _grid(environment, table, options, table.set_name)


def record(environment: Environment, table: Table, row_id: str) -> list[tuple[str, Cell]]:
    """All columns of one row; empty when there is no such row."""
    with environment.database.read() as connection:
        reader = _reader(environment, connection)
        restriction = Restriction(f"t.{quoted(table.primary_id)} = ?", [row_id])
        page = reader.page(table, QueryOptions(), restriction)
    if not page.objects:
        return []
    found = page.objects[0]
    return [
        (column.property_name, _cell(environment, column, found))
        for column in table.columns.values()
        if column.property_name in found
    ]


def related(environment: Environment, table: Table, row_id: str) -> list[Grid]:
    """Rows of other tables that look up this one, as far as there are any."""
    grids = []
    for relationship in environment.catalogue.references_to(table.logical_name):
        child = environment.catalogue.tables[relationship.referencing]
        lookup = child.columns[relationship.lookup]
        sql = f"t.{quoted(lookup.logical_name)} = ?"
        if lookup.is_polymorphic:
            sql += f" AND t.{quoted(type_column(lookup))} = '{table.logical_name}'"
        names = list(dict.fromkeys([child.primary_name, *_interesting(child)]))
        options = QueryOptions(select=names, top=50)
        title = f"{child.set_name} ({relationship.lookup})"
        grid = _grid(environment, child, options, title, Restriction(sql, [row_id]))
        if grid.rows and not lookup.is_system:
            grids.append(grid)
    return grids


def _grid(
    environment: Environment,
    table: Table,
    options: QueryOptions,
    title: str,
    restriction: Restriction | None = None,
) -> Grid:
    with environment.database.read() as connection:
        page = _reader(environment, connection).page(table, options, restriction)
    columns = [table.column_of_property(name) for name in options.select]
    shown = [column for column in columns if column is not None]
    rows = [[_cell(environment, column, each) for column in shown] for each in page.objects]
    for row, each in zip(rows, page.objects, strict=True):
        row[0].link = f"/page/record/{table.set_name}/{each[table.primary_id]}"
        row[0].text = row[0].text or "(no name)"
    return Grid(title, [column.logical_name for column in shown], rows)


def _interesting(table: Table) -> list[str]:
    kinds = {Kind.STRING, Kind.MONEY, Kind.PICKLIST, Kind.DATETIME, Kind.LOOKUP, Kind.DECIMAL}
    chosen = [
        column.property_name
        for column in table.columns.values()
        if column.kind in kinds and not column.is_system and not column.logical_name.endswith("on")
    ]
    return chosen[:8]


def _cell(environment: Environment, column: Column, found: dict[str, object]) -> Cell:
    name = column.property_name
    value = found.get(name)
    if column.is_secured and value is not None:
        return Cell(DOTS)
    text = found.get(f"{name}@{FORMATTED}", value)
    link = ""
    target = found.get(f"{name}@{LOOKUP_TABLE}")
    if isinstance(target, str):
        link = f"/page/record/{environment.catalogue.tables[target].set_name}/{value}"
    return Cell("" if text is None else str(text), link, column.kind is Kind.MONEY)


def _reader(environment: Environment, connection: sqlite3.Connection) -> Reader:
    caller = Caller(PEOPLE[0].user_id, "", Role.ADMINISTRATOR, PEOPLE[0].name)
    return Reader(environment.catalogue, connection, Rights(caller, connection), _ALL)
