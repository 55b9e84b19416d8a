"""From the bodies that clients post to tables, columns, keys and relationships."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from psaqb_desktop.practice.crm.errors import ApiError, bad_payload
from psaqb_desktop.practice.crm.metadata.column_documents import NAMESPACE, TYPE_NAMES
from psaqb_desktop.practice.crm.metadata.labels import text_of, value_of
from psaqb_desktop.practice.crm.schema.declare import Declared, columns, money
from psaqb_desktop.practice.crm.schema.model import (
    Choice,
    Column,
    Key,
    Kind,
    OneToMany,
    Table,
)
from psaqb_desktop.practice.crm.schema.standard import primary_id_column, system_columns

Body = dict[str, Any]
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]{1,7}_[A-Za-z0-9_]{1,90}$")
_KINDS = {name: kind for kind, name in TYPE_NAMES.items() if kind is not Kind.CUSTOMER}
_CREATABLE = frozenset(
    {
        Kind.STRING,
        Kind.MEMO,
        Kind.INTEGER,
        Kind.BIGINT,
        Kind.DECIMAL,
        Kind.DOUBLE,
        Kind.MONEY,
        Kind.BOOLEAN,
        Kind.DATETIME,
        Kind.PICKLIST,
    }
)
_INVALID = "0x80044150"
_LONGEST = {Kind.STRING: 4000, Kind.MEMO: 1048576}
_SPELLING = "Schema names need a publisher's prefix, an underscore, then letters and digits."
_STATUSES = (Choice(1, "Active", 0), Choice(2, "Inactive", 1))


def refused(message: str) -> ApiError:
    """A definition that the platform does not take."""
    return ApiError(400, _INVALID, message)


def schema_name(body: Body) -> str:
    """The schema name of a definition.

    Raises:
        ApiError: It is missing or has no prefix.
    """
    name = body.get("SchemaName")
    if not isinstance(name, str) or not _NAME.match(name):
        raise refused(f"The schema name '{name}' is not valid. {_SPELLING}")
    return name


def build_table(body: Body) -> tuple[Table, list[Declared]]:
    """A table with its primary name column and the system columns, from a POST body.

    Raises:
        ApiError: The definition is incomplete or wrong.
    """
    name = schema_name(body)
    logical = name.lower()
    primaries = [each for each in body.get("Attributes") or [] if each.get("IsPrimaryName")]
    if len(primaries) != 1:
        raise refused("Exactly one attribute with IsPrimaryName must be given.")
    ownership = str(body.get("OwnershipType") or "UserOwned")
    if ownership not in {"UserOwned", "OrganizationOwned"}:
        raise refused(f"The ownership type '{ownership}' is not supported.")
    primary = build_column(primaries[0])
    declared = system_columns(logical, ownership, {0: "Active", 1: "Inactive"}, _STATUSES)
    primary_id = f"{logical}id"
    table = Table(
        logical_name=logical,
        schema_name=name,
        set_name=plural(logical),
        primary_id=primary_id,
        primary_name=primary.logical_name,
        columns={
            primary_id: primary_id_column(primary_id, logical),
            primary.logical_name: primary,
        },
        display_name=text_of(body.get("DisplayName")),
        display_collection_name=text_of(body.get("DisplayCollectionName")),
        description=text_of(body.get("Description")),
        ownership=ownership,
        is_custom=True,
        is_audited=bool(value_of(body.get("IsAuditEnabled"), default=False)),
        tracks_changes=bool(body.get("ChangeTrackingEnabled", False)),
        metadata_id=str(uuid4()),
    )
    primary.visible_from = 0
    for each in declared:
        each.column.metadata_id = str(uuid4())
        table.columns.setdefault(each.column.logical_name, each.column)
    return table, declared


def build_column(body: Body) -> Column:
    """A column from a POST body.

    Raises:
        ApiError: The definition is incomplete or wrong.
    """
    kind = _KINDS.get(str(body.get("@odata.type", "")).lstrip("#").removeprefix(NAMESPACE))
    if kind is None or kind not in _CREATABLE:
        raise bad_payload(f"'{body.get('@odata.type')}' cannot be created as a column.")
    name = schema_name(body)
    column = Column(
        logical_name=name.lower(),
        schema_name=name,
        kind=kind,
        display_name=text_of(body.get("DisplayName")),
        description=text_of(body.get("Description")),
        required=str(value_of(body.get("RequiredLevel"), default="None")),
        is_secured=bool(body.get("IsSecured", False)),
        is_custom=True,
        is_audited=bool(value_of(body.get("IsAuditEnabled"), default=True)),
        metadata_id=str(uuid4()),
    )
    _KIND_READERS.get(kind, _nothing_more)(column, body)
    return column


def base_twin(column: Column) -> Column:
    """The column that holds a Money column's amount in base currency."""
    twin = columns(money(column.logical_name))[1].column
    twin.schema_name = f"{column.schema_name}_Base"
    twin.is_custom = True
    twin.metadata_id = str(uuid4())
    return twin


def build_key(body: Body, table: Table) -> Key:
    """An alternate key from a POST body.

    Raises:
        ApiError: The key is too wide, or names columns that cannot be part of one.
    """
    name = schema_name(body)
    names = tuple(str(each).lower() for each in body.get("KeyAttributes") or [])
    if not names or len(names) > 16:
        raise refused("A key has between 1 and 16 attributes.")
    if len(table.keys) >= 10:
        raise refused("A table can have at most 10 keys.")
    allowed = {Kind.DECIMAL, Kind.INTEGER, Kind.STRING, Kind.DATETIME, Kind.LOOKUP, Kind.PICKLIST}
    for each in names:
        column = table.columns.get(each)
        if column is None:
            raise refused(f"Attribute '{each}' does not exist on '{table.logical_name}'.")
        if column.kind not in allowed or column.is_secured:
            raise refused(f"Attribute '{each}' cannot be part of an alternate key.")
    return Key(name.lower(), name, names, text_of(body.get("DisplayName")) or name, str(uuid4()))


def build_relationship(body: Body) -> tuple[OneToMany, Column]:
    """A relationship and its lookup column from a POST body.

    Raises:
        ApiError: The definition is incomplete or of a kind that is not supported.
    """
    kind = str(body.get("@odata.type", "")).lstrip("#").removeprefix(NAMESPACE)
    if kind != "OneToManyRelationshipMetadata":
        raise bad_payload(f"Relationships of type '{kind}' are not supported.")
    given = body.get("Lookup")
    if not isinstance(given, dict):
        raise bad_payload("A relationship needs its 'Lookup'.")
    name, lookup_name = schema_name(body), schema_name(given)
    referenced = str(body.get("ReferencedEntity", "")).lower()
    lookup = Column(
        lookup_name.lower(),
        lookup_name,
        Kind.LOOKUP,
        display_name=text_of(given.get("DisplayName")),
        description=text_of(given.get("Description")),
        required=str(value_of(given.get("RequiredLevel"), default="None")),
        targets=(referenced,),
        is_custom=True,
        metadata_id=str(uuid4()),
    )
    cascade = body.get("CascadeConfiguration") or {}
    relationship = OneToMany(
        schema_name=name,
        referenced=referenced,
        referencing=str(body.get("ReferencingEntity", "")).lower(),
        lookup=lookup.logical_name,
        single_name=lookup_name,
        collection_name=name,
        on_delete=str(cascade.get("Delete", "RemoveLink")),
        is_custom=True,
        metadata_id=str(uuid4()),
    )
    return relationship, lookup


def plural(logical_name: str) -> str:
    """The entity set name that the server chooses."""
    if logical_name.endswith("y") and logical_name[-2:-1] not in "aeiou":
        return f"{logical_name[:-1]}ies"
    if logical_name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{logical_name}es"
    return f"{logical_name}s"


def _nothing_more(_column: Column, _body: Body) -> None:
    """Kinds without properties of their own."""


def _read_text(column: Column, body: Body) -> None:
    longest = _LONGEST[column.kind]
    length = body.get("MaxLength") or (100 if column.kind is Kind.STRING else 2000)
    if not isinstance(length, int) or not 1 <= length <= longest:
        raise refused(f"MaxLength must be between 1 and {longest}.")
    column.max_length = length
    default = "Text" if column.kind is Kind.STRING else "TextArea"
    named = value_of(body.get("FormatName"), default=body.get("Format") or default)
    column.format = str(named)


def _read_number(column: Column, body: Body) -> None:
    if column.kind is Kind.MONEY:
        column.precision_source = int(body.get("PrecisionSource", 2))
    elif column.kind is Kind.DECIMAL:
        column.precision = int(body.get("Precision", 2))
        if not 0 <= column.precision <= 10:
            raise refused("Precision must be between 0 and 10.")
    for limit, name in (("minimum", "MinValue"), ("maximum", "MaxValue")):
        if body.get(name) is not None:
            setattr(column, limit, Decimal(str(body[name])))


def _read_date(column: Column, body: Body) -> None:
    column.format = str(body.get("Format") or "DateAndTime")
    column.behavior = str(value_of(body.get("DateTimeBehavior"), default="UserLocal"))
    if column.behavior not in {"UserLocal", "DateOnly", "TimeZoneIndependent"}:
        raise refused(f"The behavior '{column.behavior}' is not valid.")


def _read_options(column: Column, body: Body) -> None:
    options = (body.get("OptionSet") or {}).get("Options") or []
    column.options = tuple(
        Choice(int(each.get("Value") or 100000000 + place), text_of(each.get("Label")))
        for place, each in enumerate(options)
    )
    if not column.options:
        raise refused("A choice column needs its OptionSet with Options.")


def _read_yes_or_no(column: Column, body: Body) -> None:
    given = body.get("OptionSet") or {}
    yes, no = given.get("TrueOption") or {}, given.get("FalseOption") or {}
    column.options = (
        Choice(1, text_of(yes.get("Label")) or "Yes"),
        Choice(0, text_of(no.get("Label")) or "No"),
    )


_KIND_READERS = {
    Kind.STRING: _read_text,
    Kind.MEMO: _read_text,
    Kind.INTEGER: _read_number,
    Kind.DECIMAL: _read_number,
    Kind.MONEY: _read_number,
    Kind.DATETIME: _read_date,
    Kind.PICKLIST: _read_options,
    Kind.BOOLEAN: _read_yes_or_no,
}
