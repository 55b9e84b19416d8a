"""Changing the schema: in the file, in the catalogue, and in the solution."""

from __future__ import annotations

import sqlite3
import time
from decimal import Decimal

from psaqb_desktop.practice.crm.errors import ApiError, bad_payload
from psaqb_desktop.practice.crm.metadata import building
from psaqb_desktop.practice.crm.metadata.building import Body, refused
from psaqb_desktop.practice.crm.metadata.labels import text_of, value_of
from psaqb_desktop.practice.crm.schema.model import Column, Key, Kind, OneToMany, Table
from psaqb_desktop.practice.crm.schema.standard import currency_columns, relationship_of
from psaqb_desktop.practice.crm.storage import definitions, layout
from psaqb_desktop.practice.crm.web.session import Session

TABLE, COLUMN, RELATIONSHIP, KEY = 1, 2, 10, 14
_DUPLICATE_TABLE, _DUPLICATE_COLUMN = "0x80044363", "0x80044153"


class Customizer:
    """Schema changes of one request; the solution named in the header collects what is made."""

    def __init__(self, session: Session, solution: str) -> None:
        self._session = session
        self._catalogue = session.environment.catalogue
        self._connection = session.connection
        self._solution_id = _solution_id(session, solution)

    def create_table(self, body: Body) -> Table:
        """Add a table.

        Raises:
            ApiError: The definition is wrong or the name is taken.
        """
        table, declared = building.build_table(body)
        if table.logical_name in self._catalogue.tables:
            message = f"An entity with the specified name {table.logical_name} already exists."
            raise ApiError(400, _DUPLICATE_TABLE, message)
        layout.create_table(self._connection, table)
        relationships = [
            relationship_of(table.logical_name, each.column.logical_name, link)
            for each in declared
            for link in each.links
        ]
        definitions.save_table(self._connection, table)
        for relationship in relationships:
            definitions.save_relationship(self._connection, relationship)
        self.collect(TABLE, table.metadata_id)
        self._catalogue.add_table(table)
        for relationship in relationships:
            self._catalogue.add_one_to_many(relationship)
        return table

    def create_column(self, table: Table, body: Body) -> Column:
        """Add a column; the first Money column brings the currency columns along.

        Raises:
            ApiError: The definition is wrong or the name is taken.
        """
        if body.get("IsSecured") and not self._session.environment.options.secured_at_creation:
            raise refused("IsSecured cannot be set when an attribute is created.")
        column = building.build_column(body)
        self._demand_new_column(table, column)
        added = [column]
        relationships: list[OneToMany] = []
        if column.kind is Kind.MONEY:
            added.append(building.base_twin(column))
            for each in currency_columns(table.logical_name):
                if each.column.logical_name not in table.columns:
                    added.append(each.column)
                    relationships.extend(
                        relationship_of(table.logical_name, each.column.logical_name, link)
                        for link in each.links
                    )
        self._add_columns(table, added)
        for relationship in relationships:
            definitions.save_relationship(self._connection, relationship)
            self._catalogue.add_one_to_many(relationship)
        self.collect(COLUMN, column.metadata_id)
        return column

    def change_column(self, table: Table, column: Column, body: Body) -> None:
        """Replace what can be replaced in a column's definition.

        Raises:
            ApiError: The body lacks its type, or secures a column that is part of a key.
        """
        if "@odata.context" in body:
            raise bad_payload("'@odata.context' is not part of a definition.")
        if "@odata.type" not in body:
            raise bad_payload("The definition must carry its '@odata.type'.")
        secured = bool(body.get("IsSecured", column.is_secured))
        if secured and any(column.logical_name in key.columns for key in table.keys.values()):
            raise refused(f"'{column.logical_name}' is part of a key and cannot be secured.")
        column.is_secured = secured
        column.is_audited = bool(value_of(body.get("IsAuditEnabled"), default=column.is_audited))
        column.required = str(value_of(body.get("RequiredLevel"), default=column.required))
        column.display_name = text_of(body.get("DisplayName")) or column.display_name
        column.description = text_of(body.get("Description")) or column.description
        length = body.get("MaxLength")
        if column.max_length is not None and isinstance(length, int):
            column.max_length = length
        for limit, name in (("minimum", "MinValue"), ("maximum", "MaxValue")):
            if getattr(column, limit) is not None and body.get(name) is not None:
                setattr(column, limit, Decimal(str(body[name])))
        definitions.save_table(self._connection, table)
        self.collect(COLUMN, column.metadata_id)

    def change_table(self, table: Table, body: Body) -> None:
        """Replace what can be replaced in a table's definition.

        Raises:
            ApiError: Change tracking is to be switched off.
        """
        is_tracked = bool(body.get("ChangeTrackingEnabled", table.tracks_changes))
        if table.tracks_changes and not is_tracked:
            raise refused(f"Change tracking of '{table.logical_name}' cannot be switched off.")
        table.display_name = text_of(body.get("DisplayName")) or table.display_name
        table.description = text_of(body.get("Description")) or table.description
        named = text_of(body.get("DisplayCollectionName"))
        table.display_collection_name = named or table.display_collection_name
        table.is_audited = bool(value_of(body.get("IsAuditEnabled"), default=table.is_audited))
        table.tracks_changes = is_tracked
        definitions.save_table(self._connection, table)

    def create_key(self, table: Table, body: Body) -> Key:
        """Add an alternate key; its index counts as built after a moment.

        Raises:
            ApiError: The definition is wrong or the name is taken.
        """
        key = building.build_key(body, table)
        if key.logical_name in table.keys:
            raise ApiError(400, _DUPLICATE_COLUMN, f"The key {key.logical_name} already exists.")
        try:
            layout.create_key(self._connection, table, key)
        except sqlite3.IntegrityError:
            key.failed = True
        key.active_from = time.time() + self._session.environment.options.key_active_seconds
        table.keys[key.logical_name] = key
        definitions.save_table(self._connection, table)
        self.collect(KEY, key.metadata_id)
        return key

    def create_relationship(self, body: Body) -> OneToMany:
        """Add a lookup column with its relationship.

        Raises:
            ApiError: The definition is wrong, or a table or name does not fit.
        """
        relationship, lookup = building.build_relationship(body)
        for name in (relationship.referenced, relationship.referencing):
            if name not in self._catalogue.tables:
                raise refused(f"The entity '{name}' does not exist.")
        if relationship.schema_name in self._catalogue.one_to_many:
            message = f"The relationship {relationship.schema_name} already exists."
            raise ApiError(400, _DUPLICATE_COLUMN, message)
        table = self._catalogue.tables[relationship.referencing]
        self._demand_new_column(table, lookup)
        self._add_columns(table, [lookup])
        definitions.save_relationship(self._connection, relationship)
        self._catalogue.add_one_to_many(relationship)
        self.collect(RELATIONSHIP, relationship.metadata_id)
        return relationship

    def change_relationship(self, relationship: OneToMany, body: Body) -> None:
        """Replace what deleting a row does to the rows that point at it.

        Raises:
            ApiError: The relationship is part of the platform.
        """
        if not relationship.is_custom:
            raise refused(f"The relationship '{relationship.schema_name}' cannot be changed.")
        cascade = body.get("CascadeConfiguration") or {}
        relationship.on_delete = str(cascade.get("Delete", relationship.on_delete))
        definitions.save_relationship(self._connection, relationship)
        self.collect(RELATIONSHIP, relationship.metadata_id)

    def delete_table(self, table: Table) -> None:
        """Remove a custom table.

        Raises:
            ApiError: The table is part of the platform.
        """
        if not table.is_custom:
            raise refused(f"The entity '{table.logical_name}' cannot be deleted.")
        for relationship in list(self._catalogue.one_to_many.values()):
            if table.logical_name == relationship.referencing:
                definitions.forget(self._connection, "relationship", relationship.schema_name)
            elif table.logical_name == relationship.referenced:
                self.delete_relationship(relationship)
        for intersect in self._catalogue.intersects_of(table.logical_name):
            layout.drop_intersect(self._connection, intersect)
            definitions.forget(self._connection, "intersect", intersect.schema_name)
        layout.drop_table(self._connection, table)
        definitions.forget(self._connection, "table", table.logical_name)
        self._catalogue.remove_table(table.logical_name)

    def delete_column(self, table: Table, column: Column) -> None:
        """Remove a custom column.

        Raises:
            ApiError: The column is part of the platform or of a key.
        """
        if not column.is_custom or column.kind.is_lookup:
            raise refused(f"The attribute '{column.logical_name}' cannot be deleted.")
        if any(column.logical_name in key.columns for key in table.keys.values()):
            raise refused(f"The attribute '{column.logical_name}' is part of a key.")
        self._drop_column(table, column)

    def delete_key(self, table: Table, key: Key) -> None:
        """Remove an alternate key."""
        layout.drop_key(self._connection, table, key)
        del table.keys[key.logical_name]
        definitions.save_table(self._connection, table)

    def delete_relationship(self, relationship: OneToMany) -> None:
        """Remove a custom relationship with its lookup column.

        Raises:
            ApiError: The relationship is part of the platform.
        """
        if not relationship.is_custom:
            raise refused(f"The relationship '{relationship.schema_name}' cannot be deleted.")
        table = self._catalogue.tables[relationship.referencing]
        self._drop_column(table, table.columns[relationship.lookup])
        definitions.forget(self._connection, "relationship", relationship.schema_name)
        self._catalogue.remove_one_to_many(relationship.schema_name)

    def _drop_column(self, table: Table, column: Column) -> None:
        layout.drop_column(self._connection, table, column)
        del table.columns[column.logical_name]
        definitions.save_table(self._connection, table)

    def _demand_new_column(self, table: Table, column: Column) -> None:
        if column.logical_name in table.columns:
            message = (
                f"An attribute with the specified name {column.logical_name} already exists for "
                f"the entity {table.logical_name}."
            )
            raise ApiError(400, _DUPLICATE_COLUMN, message)

    def _add_columns(self, table: Table, added: list[Column]) -> None:
        visible = time.time() + self._session.environment.options.column_visible_seconds
        for column in added:
            column.visible_from = visible
            layout.add_column(self._connection, table, column)
        # One assignment, so that a reader in another thread never meets half of a change.
        table.columns = table.columns | {each.logical_name: each for each in added}
        definitions.save_table(self._connection, table)

    def collect(self, kind: int, metadata_id: str) -> None:
        """Put what was made into the solution that the header names."""
        if self._solution_id is None:
            return
        components = self._catalogue.tables["solutioncomponent"]
        self._session.writer().create(
            components,
            {
                "objectid": metadata_id,
                "componenttype": kind,
                "solutionid@odata.bind": f"/solutions({self._solution_id})",
            },
        )


def _solution_id(session: Session, name: str) -> str | None:
    if not name:
        return None
    row = session.connection.execute(
        "SELECT solutionid FROM solution WHERE uniquename = ?", (name,)
    ).fetchone()
    if row is None:
        raise refused(f"The solution '{name}' does not exist.")
    return str(row[0])
