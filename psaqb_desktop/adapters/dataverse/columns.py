"""A small vocabulary in which our tables are written down, apart from how the CRM spells it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum


class ColumnKind(Enum):
    """What a column holds; the value is Dataverse's name for its kind of metadata."""

    STRING = "String"
    MEMO = "Memo"
    WHOLE = "Integer"
    DECIMAL = "Decimal"
    BOOLEAN = "Boolean"
    DAY = "DateTime (day)"
    MOMENT = "DateTime (moment)"
    CHOICE = "Picklist"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of ours.

    ``size`` is the length of texts and the number of decimals of numbers. ``options`` are the
    labels of a choice with their values. ``is_secret``: readable with a field security profile
    only, and kept out of the audit log, which would hold old and new values in clear.
    """

    name: str
    kind: ColumnKind
    label: str
    description: str = ""
    size: int = 0
    options: tuple[tuple[int, str], ...] = ()
    is_required: bool = False
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column that points to another table. ``on_delete`` is the platform's cascade rule."""

    name: str
    target: str
    relationship: str
    label: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class AlternateKey:
    """Columns that identify a record together."""

    name: str
    label: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of ours; ``primary`` is the column that names a record on screen."""

    name: str
    label: str
    plural: str
    description: str
    primary: Column
    columns: tuple[Column, ...]
    key: AlternateKey
    lookups: tuple[Lookup, ...] = field(default_factory=tuple)

    @property
    def id_column(self) -> str:
        """The column that identifies a record."""
        return f"{self.name}id"

    @property
    def properties(self) -> tuple[str, ...]:
        """All columns that may be read without a profile, as the Web API names them."""
        plain = [column.name for column in (self.primary, *self.columns) if not column.is_secret]
        return (self.id_column, *plain, *(f"_{each.name}_value" for each in self.lookups))

    @property
    def column_names(self) -> frozenset[str]:
        """Logical names of all columns, lookups and secrets included."""
        columns = {column.name for column in (self.primary, *self.columns)}
        return frozenset({self.id_column} | columns | {lookup.name for lookup in self.lookups})

    @property
    def secrets(self) -> tuple[Column, ...]:
        """The column-secured ones."""
        return tuple(column for column in self.columns if column.is_secret)


def string(name: str, size: int, label: str, description: str = "") -> Column:
    """A line of text."""
    return Column(name, ColumnKind.STRING, label, description, size)


def memo(name: str, size: int, label: str, description: str = "") -> Column:
    """A text of several lines."""
    return Column(name, ColumnKind.MEMO, label, description, size)


def secret(name: str, label: str, description: str) -> Column:
    """A column-secured text; tokens may grow, so it is long."""
    return Column(name, ColumnKind.MEMO, label, description, 4000, is_secret=True)


def whole(name: str, label: str, description: str = "") -> Column:
    """A whole number."""
    return Column(name, ColumnKind.WHOLE, label, description)


def decimal(name: str, places: int, label: str, description: str = "") -> Column:
    """A number with decimals.

    Amounts are these too, beside a currency column: a Money column would be converted into the
    CRM's base currency at the CRM's rate, which is not the books'.
    """
    return Column(name, ColumnKind.DECIMAL, label, description, places)


def boolean(name: str, label: str, description: str = "") -> Column:
    """Yes or no."""
    return Column(name, ColumnKind.BOOLEAN, label, description)


def day(name: str, label: str, description: str = "") -> Column:
    """A plain date, the same in each time zone."""
    return Column(name, ColumnKind.DAY, label, description)


def moment(name: str, label: str, description: str = "") -> Column:
    """A moment, kept in UTC and shown in each user's own zone."""
    return Column(name, ColumnKind.MOMENT, label, description)


def choice(name: str, label: str, options: tuple[tuple[int, str], ...]) -> Column:
    """One of a list of numbers with labels."""
    return Column(name, ColumnKind.CHOICE, label, options=options)


def required(column: Column) -> Column:
    """The same column, which people must fill in."""
    return replace(column, is_required=True)
