"""From the declarations to a catalogue: adds what every table of the platform has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.declare import (
    Declaration,
    Declared,
    Link,
    columns,
    decimal,
    instant,
    lookup,
    whole,
)
from psaqb_desktop.practice.crm.schema.invoice_tables import invoice_tables
from psaqb_desktop.practice.crm.schema.model import (
    Choice,
    Column,
    Kind,
    OneToMany,
    Table,
    metadata_id,
)
from psaqb_desktop.practice.crm.schema.project_tables import project_tables
from psaqb_desktop.practice.crm.schema.sales_tables import sales_tables
from psaqb_desktop.practice.crm.schema.system_tables import INTERSECTS, system_tables


def standard_catalogue() -> Catalogue:
    """The schema of an environment with Sales and Project Operations, before any customization."""
    catalogue = Catalogue()
    declarations = [*system_tables(), *sales_tables(), *invoice_tables(), *project_tables()]
    relationships: list[OneToMany] = []
    for declaration in declarations:
        table, links = _build(declaration)
        catalogue.add_table(table)
        relationships.extend(links)
    for relationship in relationships:
        catalogue.add_one_to_many(relationship)
    for intersect in INTERSECTS:
        own_id = metadata_id("intersect", intersect.schema_name)
        catalogue.add_many_to_many(replace(intersect, metadata_id=own_id))
    return catalogue


def primary_id_column(name: str, table: str) -> Column:
    """The column that identifies a row; a client may choose its value on create."""
    column = Column(name, name, Kind.UNIQUEIDENTIFIER, required="SystemRequired", on_update=False)
    column.metadata_id = metadata_id(table, name)
    return column


def system_columns(
    table: str, ownership: str, states: dict[int, str], statuses: tuple[Choice, ...]
) -> list[Declared]:
    """Columns that the platform adds to each table and maintains itself."""
    read_only: dict[str, Any] = {"on_create": False, "on_update": False, "is_system": True}
    found = columns(
        instant("createdon", **read_only),
        instant("modifiedon", **read_only),
        lookup("createdby", "systemuser", back=f"lk_{table}_createdby", **read_only),
        lookup("modifiedby", "systemuser", back=f"lk_{table}_modifiedby", **read_only),
        instant("overriddencreatedon", on_update=False),
        whole("importsequencenumber", on_update=False),
        Declared(Column("versionnumber", "versionnumber", Kind.BIGINT, **read_only)),
    )
    if ownership == "UserOwned":
        found.extend(_ownership_columns(table))
    if states:
        found.extend(_state_columns(states, statuses))
    return found


def currency_columns(table: str) -> list[Declared]:
    """Columns that a table gets with its first Money column."""
    return columns(
        lookup("transactioncurrencyid", "transactioncurrency", back=f"TransactionCurrency_{table}"),
        decimal("exchangerate", 10, is_system=True),
    )


def _ownership_columns(table: str) -> list[Declared]:
    owner = Declared(
        Column("ownerid", "ownerid", Kind.OWNER, targets=("systemuser", "team")),
        (
            Link("systemuser", "ownerid", f"user_{table}", "Restrict"),
            Link("team", "ownerid_team", f"team_{table}", "Restrict"),
        ),
    )
    unit = lookup(
        "owningbusinessunit",
        "businessunit",
        back=f"business_unit_{table}",
        on_create=False,
        on_update=False,
        is_system=True,
    )
    return [owner, unit]


def _state_columns(states: dict[int, str], statuses: tuple[Choice, ...]) -> list[Declared]:
    state = Column(
        "statecode",
        "statecode",
        Kind.STATE,
        options=tuple(Choice(value, label) for value, label in states.items()),
    )
    return [
        Declared(state),
        Declared(Column("statuscode", "statuscode", Kind.STATUS, options=statuses)),
    ]


def _build(declaration: Declaration) -> tuple[Table, list[OneToMany]]:
    name = declaration.logical_name
    primary_id = declaration.primary_id or f"{name}id"
    declared = [
        *declaration.columns,
        *system_columns(
            name, declaration.ownership, dict(declaration.states), declaration.statuses
        ),
    ]
    table_columns = {primary_id: primary_id_column(primary_id, name)}
    relationships: list[OneToMany] = []
    for each in declared:
        column = each.column
        column.metadata_id = metadata_id(name, column.logical_name)
        table_columns.setdefault(column.logical_name, column)
        relationships.extend(
            relationship_of(name, column.logical_name, link) for link in each.links
        )
    table = Table(
        logical_name=name,
        schema_name=declaration.schema_name or _schema_name(name),
        set_name=declaration.set_name,
        primary_id=primary_id,
        primary_name=declaration.primary_name,
        columns=table_columns,
        display_name=declaration.display_name or name,
        display_collection_name=declaration.set_name,
        ownership=declaration.ownership,
        is_audited=declaration.is_audited,
        tracks_changes=declaration.tracks_changes,
        metadata_id=metadata_id(name),
    )
    return table, relationships


def relationship_of(table: str, column: str, link: Link) -> OneToMany:
    """The relationship behind one target of a lookup."""
    collection = link.collection_name or f"{link.table}_{table}_{column}"
    return OneToMany(
        schema_name=collection,
        referenced=link.table,
        referencing=table,
        lookup=column,
        single_name=link.single_name,
        collection_name=collection,
        on_delete=link.on_delete,
        metadata_id=metadata_id("relationship", collection),
    )


def _schema_name(logical_name: str) -> str:
    special = {"invoicedetail": "InvoiceDetail", "salesorder": "SalesOrder"}
    if "_" in logical_name:
        return logical_name
    return special.get(logical_name, logical_name[:1].upper() + logical_name[1:])
