"""The whole schema at one moment, with the look-ups that queries and writes need."""

from __future__ import annotations

import time
from dataclasses import dataclass

from psaqb_desktop.practice.crm.schema.model import Column, ManyToMany, OneToMany, Table


@dataclass(frozen=True)
class Navigation:
    """A navigation property of one table: where it leads and by which relationship."""

    name: str
    target: str
    relationship: OneToMany | ManyToMany
    is_collection: bool


class Catalogue:
    """All tables and relationships; a navigation name is case-sensitive as on the platform."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.one_to_many: dict[str, OneToMany] = {}
        self.many_to_many: dict[str, ManyToMany] = {}
        self._sets: dict[str, str] = {}
        self._navigations: dict[str, dict[str, Navigation]] = {}

    def add_table(self, table: Table) -> None:
        """Add a table or put a changed definition in place of the old one."""
        self.tables[table.logical_name] = table
        self._sets[table.set_name] = table.logical_name
        self._navigations.setdefault(table.logical_name, {})

    def remove_table(self, logical_name: str) -> None:
        """Forget a table and every relationship that touches it."""
        table = self.tables.pop(logical_name)
        del self._sets[table.set_name]
        touching = [
            relationship
            for relationship in self.one_to_many.values()
            if logical_name in {relationship.referenced, relationship.referencing}
        ]
        for relationship in touching:
            self.remove_one_to_many(relationship.schema_name)
        for intersect in self.intersects_of(logical_name):
            self.remove_many_to_many(intersect.schema_name)
        self._navigations.pop(logical_name, None)

    def add_one_to_many(self, relationship: OneToMany) -> None:
        """Add a lookup's relationship, reachable from both of its tables."""
        self.one_to_many[relationship.schema_name] = relationship
        single = Navigation(relationship.single_name, relationship.referenced, relationship, False)
        many = Navigation(
            relationship.collection_name, relationship.referencing, relationship, True
        )
        self._navigations.setdefault(relationship.referencing, {})[single.name] = single
        self._navigations.setdefault(relationship.referenced, {})[many.name] = many

    def remove_one_to_many(self, schema_name: str) -> None:
        """Forget a relationship; its lookup column is the caller's business."""
        relationship = self.one_to_many.pop(schema_name)
        self._navigations.get(relationship.referencing, {}).pop(relationship.single_name, None)
        self._navigations.get(relationship.referenced, {}).pop(relationship.collection_name, None)

    def add_many_to_many(self, relationship: ManyToMany) -> None:
        """Add an intersect relationship, reachable from both of its tables."""
        self.many_to_many[relationship.schema_name] = relationship
        for table in (relationship.first, relationship.second):
            target = relationship.other(table)
            navigation = Navigation(relationship.name, target, relationship, True)
            self._navigations.setdefault(table, {})[relationship.name] = navigation

    def remove_many_to_many(self, schema_name: str) -> None:
        """Forget an intersect relationship; its rows are the caller's business."""
        relationship = self.many_to_many.pop(schema_name)
        for table in (relationship.first, relationship.second):
            self._navigations.get(table, {}).pop(relationship.name, None)

    def intersects_of(self, logical_name: str) -> list[ManyToMany]:
        """Intersect relationships with the table at either end."""
        found = list(self.many_to_many.values())
        return [each for each in found if logical_name in {each.first, each.second}]

    def table_of_set(self, set_name: str) -> Table | None:
        """Find a table by its entity set name."""
        logical_name = self._sets.get(set_name)
        return self.tables[logical_name] if logical_name else None

    def navigation(self, table: Table, name: str) -> Navigation | None:
        """Find a navigation property; None while its lookup column is still invisible."""
        found = self._navigations.get(table.logical_name, {}).get(name)
        if found is None or not isinstance(found.relationship, OneToMany):
            return found
        owner = self.tables[found.relationship.referencing]
        lookup = owner.columns.get(found.relationship.lookup)
        return found if lookup is not None and is_visible(lookup) else None

    def navigations(self, table: Table) -> list[Navigation]:
        """All navigation properties of a table."""
        return list(self._navigations.get(table.logical_name, {}).values())

    def single_navigation_of(self, table: Table, lookup: str, target: str) -> Navigation | None:
        """The navigation property that binds a lookup column to one of its target tables."""
        for found in list(self._navigations.get(table.logical_name, {}).values()):
            relationship = found.relationship
            if (
                isinstance(relationship, OneToMany)
                and not found.is_collection
                and relationship.lookup == lookup
                and relationship.referenced == target
            ):
                return found
        return None

    def references_to(self, logical_name: str) -> list[OneToMany]:
        """Relationships in which the table is looked up by others."""
        return [r for r in list(self.one_to_many.values()) if r.referenced == logical_name]


def is_visible(column: Column) -> bool:
    """Whether the data API knows the column already; a new one takes a moment to appear."""
    return column.visible_from <= time.time()


def visible_columns(table: Table) -> list[Column]:
    """Columns that the data API knows at this moment, in order of declaration."""
    now = time.time()
    return [column for column in table.columns.values() if column.visible_from <= now]
