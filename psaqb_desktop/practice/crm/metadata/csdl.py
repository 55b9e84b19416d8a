"""``$metadata``: the schema as a CSDL document."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from psaqb_desktop.practice.crm.schema.catalogue import Catalogue, visible_columns
from psaqb_desktop.practice.crm.schema.model import Column, Kind, OneToMany, Table

_TYPES = {
    Kind.UNIQUEIDENTIFIER: "Edm.Guid",
    Kind.STRING: "Edm.String",
    Kind.MEMO: "Edm.String",
    Kind.INTEGER: "Edm.Int32",
    Kind.BIGINT: "Edm.Int64",
    Kind.DECIMAL: "Edm.Decimal",
    Kind.DOUBLE: "Edm.Double",
    Kind.MONEY: "Edm.Decimal",
    Kind.BOOLEAN: "Edm.Boolean",
    Kind.PICKLIST: "Edm.Int32",
    Kind.STATE: "Edm.Int32",
    Kind.STATUS: "Edm.Int32",
}
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
    '<edmx:DataServices><Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" '
    'xmlns="http://docs.oasis-open.org/odata/ns/edm">'
    '<EntityType Name="crmbaseentity" Abstract="true" />'
)
_TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"


def csdl(catalogue: Catalogue) -> str:
    """All tables as entity types, with the container of their sets."""
    types = "".join(_entity_type(catalogue, table) for table in list(catalogue.tables.values()))
    sets = "".join(
        f'<EntitySet Name={quoteattr(table.set_name)} EntityType="mscrm.{table.logical_name}" />'
        for table in list(catalogue.tables.values())
    )
    return f'{_HEAD}{types}<EntityContainer Name="System">{sets}</EntityContainer>{_TAIL}'


def _entity_type(catalogue: Catalogue, table: Table) -> str:
    properties = "".join(_property(column) for column in visible_columns(table))
    navigations = []
    for navigation in catalogue.navigations(table):
        kind = f"mscrm.{navigation.target}"
        if navigation.is_collection:
            kind = f"Collection({kind})"
        constraint = ""
        if isinstance(navigation.relationship, OneToMany) and not navigation.is_collection:
            target = catalogue.tables[navigation.target]
            constraint = (
                f'<ReferentialConstraint Property="_{navigation.relationship.lookup}_value" '
                f'ReferencedProperty="{target.primary_id}" />'
            )
        navigations.append(
            f'<NavigationProperty Name="{navigation.name}" Type="{kind}">{constraint}'
            "</NavigationProperty>"
        )
    return (
        f'<EntityType Name="{table.logical_name}" BaseType="mscrm.crmbaseentity">'
        f'<Key><PropertyRef Name="{table.primary_id}" /></Key>'
        f"{properties}{''.join(navigations)}</EntityType>"
    )


def _property(column: Column) -> str:
    kind = "Edm.Guid" if column.kind.is_lookup else _TYPES.get(column.kind, "")
    if column.kind is Kind.DATETIME:
        kind = "Edm.Date" if column.behavior == "DateOnly" else "Edm.DateTimeOffset"
    return f'<Property Name="{column.property_name}" Type="{kind}" />'
