"""Where a query's names lead: one table under one alias, seen with one caller's rights."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.practice.crm.errors import unknown_property
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue, is_visible
from psaqb_desktop.practice.crm.schema.model import Column, Kind, OneToMany, Table
from psaqb_desktop.practice.crm.security import Rights
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column


@dataclass(frozen=True)
class Term:
    """A column inside a statement: the SQL that yields it and what it holds."""

    sql: str
    column: Column


@dataclass(frozen=True)
class Source:
    """A table in a FROM clause."""

    catalogue: Catalogue
    rights: Rights
    table: Table
    alias: str = "t"

    def column(self, name: str) -> Column:
        """The column behind a property name.

        Raises:
            ApiError: The table has no such property, or not yet.
        """
        column = self.table.column_of_property(name)
        if column is None or not is_visible(column):
            raise unknown_property(name, self.table.logical_name)
        return column

    def term(self, path: list[str]) -> Term:
        """SQL of a property, reached through single-valued navigation properties.

        Raises:
            ApiError: A name on the way is unknown.
        """
        if len(path) == 1:
            column = self.column(path[0])
            return Term(self.expression(column), column)
        navigation = self.catalogue.navigation(self.table, path[0])
        if navigation is None or navigation.is_collection:
            raise unknown_property(path[0], self.table.logical_name)
        relationship = navigation.relationship
        if not isinstance(relationship, OneToMany):
            raise unknown_property(path[0], self.table.logical_name)
        target = self.catalogue.tables[navigation.target]
        inner = Source(self.catalogue, self.rights, target, f"{self.alias}n")
        term = inner.term(path[1:])
        sql = (
            f"(SELECT {term.sql} FROM {quoted(target.logical_name)} {inner.alias} "
            f"WHERE {self.join(relationship, inner)})"
        )
        # A subquery forgets how its column compares text.
        is_text = term.column.kind in {Kind.STRING, Kind.MEMO}
        return Term(f"{sql} COLLATE platform" if is_text else sql, term.column)

    def join(self, relationship: OneToMany, referenced: Source) -> str:
        """The condition that ties this table's lookup to the row it points at."""
        lookup = self.table.columns[relationship.lookup]
        own = f"{self.alias}.{quoted(lookup.logical_name)}"
        condition = f"{referenced.alias}.{quoted(referenced.table.primary_id)} = {own}"
        if lookup.is_polymorphic:
            beside = f"{self.alias}.{quoted(type_column(lookup))}"
            condition += f" AND {beside} = '{referenced.table.logical_name}'"
        return condition

    def expression(self, column: Column) -> str:
        """SQL of a column of this table; null where the caller may not see it."""
        if not self.rights.may_read(self.table, column):
            return "NULL"
        return f"{self.alias}.{quoted(column.logical_name)}"
