"""Tables, columns, keys and relationships as values that the rest of the service reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5


class Kind(StrEnum):
    """What a column holds; the value is the ``AttributeType`` that the metadata API prints."""

    UNIQUEIDENTIFIER = "Uniqueidentifier"
    STRING = "String"
    MEMO = "Memo"
    INTEGER = "Integer"
    BIGINT = "BigInt"
    DECIMAL = "Decimal"
    DOUBLE = "Double"
    MONEY = "Money"
    BOOLEAN = "Boolean"
    DATETIME = "DateTime"
    PICKLIST = "Picklist"
    STATE = "State"
    STATUS = "Status"
    LOOKUP = "Lookup"
    CUSTOMER = "Customer"
    OWNER = "Owner"

    @property
    def is_lookup(self) -> bool:
        """Whether the column points at a row of another table."""
        return self in {Kind.LOOKUP, Kind.CUSTOMER, Kind.OWNER}

    @property
    def is_choice(self) -> bool:
        """Whether the column holds one of a list of numbers with labels."""
        return self in {Kind.PICKLIST, Kind.STATE, Kind.STATUS}


@dataclass(frozen=True)
class Choice:
    """One option of a choice column; ``state`` ties a status to its state."""

    value: int
    label: str
    state: int | None = None


@dataclass
class Column:
    """One column; lookups are read as ``_name_value`` and written through navigation names."""

    logical_name: str
    schema_name: str
    kind: Kind
    display_name: str = ""
    description: str = ""
    max_length: int | None = None
    precision: int = 4
    precision_source: int = 2
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: tuple[Choice, ...] = ()
    targets: tuple[str, ...] = ()
    required: str = "None"
    is_secured: bool = False
    on_create: bool = True
    on_update: bool = True
    is_system: bool = False
    is_custom: bool = False
    is_audited: bool = True
    behavior: str = "UserLocal"
    format: str = ""
    base_of: str = ""
    metadata_id: str = ""
    visible_from: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def property_name(self) -> str:
        """Name of the property in answers of the Web API."""
        return f"_{self.logical_name}_value" if self.kind.is_lookup else self.logical_name

    @property
    def is_polymorphic(self) -> bool:
        """Whether rows of more than one table can be meant; the table is then stored beside."""
        return self.kind.is_lookup and len(self.targets) > 1

    def label_of(self, value: int) -> str | None:
        """Label of a choice value, None when the value is unknown."""
        return next((choice.label for choice in self.options if choice.value == value), None)


@dataclass
class Key:
    """An alternate key; its index is built in the background."""

    logical_name: str
    schema_name: str
    columns: tuple[str, ...]
    display_name: str
    metadata_id: str
    active_from: float = 0.0
    failed: bool = False


@dataclass
class Table:
    """One table with its columns and alternate keys."""

    logical_name: str
    schema_name: str
    set_name: str
    primary_id: str
    primary_name: str
    columns: dict[str, Column]
    display_name: str = ""
    display_collection_name: str = ""
    description: str = ""
    ownership: str = "OrganizationOwned"
    keys: dict[str, Key] = field(default_factory=dict)
    is_custom: bool = False
    is_audited: bool = False
    tracks_changes: bool = False
    metadata_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def column_of_property(self, name: str) -> Column | None:
        """Find a column by the name it has in answers (``_x_value`` for lookups)."""
        column = self.columns.get(name)
        if column is not None:
            return None if column.kind.is_lookup else column
        if name.startswith("_") and name.endswith("_value"):
            column = self.columns.get(name[1:-6])
            return column if column is not None and column.kind.is_lookup else None
        return None


@dataclass
class OneToMany:
    """A lookup seen from both ends."""

    schema_name: str
    referenced: str
    referencing: str
    lookup: str
    single_name: str
    collection_name: str
    on_delete: str = "RemoveLink"
    is_custom: bool = False
    metadata_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class ManyToMany:
    """A relationship kept in an intersect table; both ends use the same navigation name."""

    schema_name: str
    first: str
    second: str
    name: str
    is_custom: bool = False
    metadata_id: str = ""

    def other(self, table: str) -> str:
        """The table at the other end."""
        return self.second if table == self.first else self.first


def metadata_id(*parts: str) -> str:
    """An id that is the same on each start, for what the code declares."""
    return str(uuid5(NAMESPACE_URL, "practice-crm/" + "/".join(parts)))
