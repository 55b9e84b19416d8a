"""What the pages show, read straight from the tables and already turned into text."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.identity.people import PEOPLE
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.preferences import FORMATTED, LOOKUP_TABLE, Preferences
from psaqb_desktop.practice.crm.odata.reader import Reader, Restriction
from psaqb_desktop.practice.crm.schema.model import Column, Kind, Table
from psaqb_desktop.practice.crm.security import Caller, Rights, Role
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column

DOTS = "••••••"
_ALL = Preferences(annotations=("*",))
_MOST_ROWS = 500
_MOST_COLUMNS = 8
_INVOICE_HEADS = {
    "invoicenumber": "Number",
    "name": "Name",
    "_customerid_value": "Customer",
    "totalamount": "Total",
    "totaltax": "Tax",
    "msdyn_invoicedate": "Invoice date",
    "createdon": "Created",
    "statecode": "State",
    "statuscode": "Status",
    "msdyn_projectinvoicestatus": "Project status",
    "_owningbusinessunit_value": "Business unit",
}


@dataclass
class Cell:
    """One value as text, with the row it leads to."""

    text: str
    link: str = ""
    kind: str = ""
    """amount or date: what is not to break into two lines."""


@dataclass
class Grid:
    """Rows of one table."""

    title: str
    heads: list[str]
    rows: list[list[Cell]]
    total: int = 0
    """How many rows there are, of which the first are shown."""


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
    has_day = "msdyn_invoicedate" in table.columns
    day, other = "msdyn_invoicedate", "createdon"
    if not has_day:
        day, other = other, day
    options = QueryOptions(
        select=[name for name in _INVOICE_HEADS if name != other],
        orderby=[(day, True)],
        top=_MOST_ROWS,
    )
    grid = _grid(environment, table, options, "Invoices")
    grid.heads = [_INVOICE_HEADS[name] for name in options.select]
    return grid


def rows_of(environment: Environment, table: Table) -> Grid:
    """The first rows of any table, with its first columns."""
    names = [table.primary_name, *_interesting(table)]
    options = QueryOptions(select=list(dict.fromkeys(names)), top=_MOST_ROWS)
    return _without_empty(_grid(environment, table, options, table.set_name))


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


def title_of(table: Table, columns: list[tuple[str, Cell]]) -> str:
    """What people call a row: an invoice by its number, others by their name."""
    texts = {name: cell.text for name, cell in columns}
    return texts.get("invoicenumber") or texts.get(table.primary_name, "")


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
            grids.append(_without_empty(grid))
    return grids


def _without_empty(grid: Grid) -> Grid:
    """The same grid with the first few columns that hold something."""
    filled = [
        place
        for place in range(len(grid.heads))
        if not place or not grid.rows or any(row[place].text for row in grid.rows)
    ][:_MOST_COLUMNS]
    heads = [grid.heads[place] for place in filled]
    rows = [[row[place] for place in filled] for row in grid.rows]
    return Grid(grid.title, heads, rows, grid.total)


def _grid(
    environment: Environment,
    table: Table,
    options: QueryOptions,
    title: str,
    restriction: Restriction | None = None,
) -> Grid:
    with environment.database.read() as connection:
        page = _reader(environment, connection).page(table, options, restriction)
        total = len(page.objects)
        if restriction is None and total == options.top:
            counted = connection.execute(f"SELECT count(*) FROM {quoted(table.logical_name)}")
            total = int(counted.fetchone()[0])
    columns = [table.column_of_property(name) for name in options.select]
    shown = [column for column in columns if column is not None]
    rows = [[_cell(environment, column, each) for column in shown] for each in page.objects]
    for row, each in zip(rows, page.objects, strict=True):
        row[0].link = f"/page/record/{table.set_name}/{each[table.primary_id]}"
        row[0].text = row[0].text or "(no name)"
    return Grid(title, [column.logical_name for column in shown], rows, total)


def _interesting(table: Table) -> list[str]:
    kinds = {Kind.STRING, Kind.MONEY, Kind.PICKLIST, Kind.DATETIME, Kind.LOOKUP, Kind.DECIMAL}
    return [
        column.property_name
        for column in table.columns.values()
        if column.kind in kinds and not column.is_system and not column.logical_name.endswith("on")
    ]


def _cell(environment: Environment, column: Column, found: dict[str, object]) -> Cell:
    name = column.property_name
    value = found.get(name)
    if column.is_secured and value is not None:
        return Cell(DOTS)
    text = found.get(f"{name}@{FORMATTED}", value)
    if column.kind is Kind.DATETIME:
        # As it is stored: the platform's own way of writing dates reads differently elsewhere.
        text = str(value)[:10] if value and column.format == "DateOnly" else value
    link = ""
    target = found.get(f"{name}@{LOOKUP_TABLE}")
    if isinstance(target, str):
        link = f"/page/record/{environment.catalogue.tables[target].set_name}/{value}"
    kind = {Kind.MONEY: "amount", Kind.DATETIME: "date"}.get(column.kind, "")
    return Cell("" if text is None else str(text), link, kind)


def _reader(environment: Environment, connection: sqlite3.Connection) -> Reader:
    caller = Caller(PEOPLE[0].user_id, "", Role.ADMINISTRATOR, PEOPLE[0].name)
    return Reader(environment.catalogue, connection, Rights(caller, connection), _ALL)
