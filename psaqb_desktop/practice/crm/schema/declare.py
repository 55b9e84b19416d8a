"""A small vocabulary in which the standard tables are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.schema.model import Choice, Column, Kind


@dataclass(frozen=True)
class Link:
    """One table that a lookup may point at, with the navigation names of both ends."""

    table: str
    single_name: str
    collection_name: str
    on_delete: str = "RemoveLink"


@dataclass
class Declared:
    """A column with, for lookups, where it leads."""

    column: Column
    links: tuple[Link, ...] = ()


@dataclass
class Declaration:
    """A standard table as written down; ``standard.build`` adds the system columns."""

    logical_name: str
    set_name: str
    primary_name: str
    columns: list[Declared]
    schema_name: str = ""
    primary_id: str = ""
    display_name: str = ""
    ownership: str = "OrganizationOwned"
    states: Mapping[int, str] = field(default_factory=lambda: {0: "Active", 1: "Inactive"})
    statuses: tuple[Choice, ...] = (Choice(1, "Active", 0), Choice(2, "Inactive", 1))
    is_audited: bool = False
    tracks_changes: bool = False


def _declared(name: str, kind: Kind, schema_name: str = "", **facts: Any) -> Declared:
    column = Column(name, schema_name or name, kind)
    for fact, value in facts.items():
        setattr(column, fact, value)
    return Declared(column)


def string(name: str, max_length: int = 100, **facts: Any) -> Declared:
    """A line of text."""
    return _declared(name, Kind.STRING, max_length=max_length, format="Text", **facts)


def memo(name: str, max_length: int = 2000, **facts: Any) -> Declared:
    """A text of several lines."""
    return _declared(name, Kind.MEMO, max_length=max_length, format="TextArea", **facts)


def whole(name: str, **facts: Any) -> Declared:
    """A whole number."""
    return _declared(name, Kind.INTEGER, **facts)


def decimal(name: str, precision: int, **facts: Any) -> Declared:
    """A decimal number of fixed precision."""
    return _declared(name, Kind.DECIMAL, precision=precision, **facts)


def money(name: str, *, signed: bool = True, **facts: Any) -> list[Declared]:
    """An amount and its twin in the organization's base currency."""
    minimum = Decimal(-922337203685477) if signed else Decimal(0)
    limits: dict[str, Any] = {"minimum": minimum, "maximum": Decimal(922337203685477)}
    base = _declared(
        f"{name}_base", Kind.MONEY, base_of=name, on_create=False, on_update=False, is_system=True
    )
    return [_declared(name, Kind.MONEY, **limits, **facts), base]


def boolean(name: str, **facts: Any) -> Declared:
    """Yes or no."""
    options = (Choice(1, "Yes"), Choice(0, "No"))
    return _declared(name, Kind.BOOLEAN, options=options, **facts)


def instant(name: str, **facts: Any) -> Declared:
    """A moment in UTC, shown in each user's own zone."""
    return _declared(name, Kind.DATETIME, format="DateAndTime", **facts)


def day_in_user_zone(name: str, **facts: Any) -> Declared:
    """A column that looks like a date and behaves like a moment: the known trap."""
    return _declared(name, Kind.DATETIME, format="DateOnly", **facts)


def day(name: str, **facts: Any) -> Declared:
    """A plain date."""
    return _declared(name, Kind.DATETIME, behavior="DateOnly", format="DateOnly", **facts)


def zoneless_day(name: str, **facts: Any) -> Declared:
    """A date kept as midnight with a Z that must not be converted."""
    return _declared(
        name, Kind.DATETIME, behavior="TimeZoneIndependent", format="DateOnly", **facts
    )


def choice(name: str, labels: Mapping[int, str], **facts: Any) -> Declared:
    """One of a list of numbers with labels."""
    options = tuple(Choice(value, label) for value, label in labels.items())
    return _declared(name, Kind.PICKLIST, options=options, **facts)


def lookup(
    name: str, table: str, *, nav: str = "", back: str = "", on_delete: str = "RemoveLink",
    **facts: Any,
) -> Declared:  # fmt: skip
    """A pointer to one table; ``nav`` and ``back`` are the navigation names of both ends."""
    declared = _declared(name, Kind.LOOKUP, nav or name, targets=(table,), **facts)
    declared.links = (Link(table, nav or name, back, on_delete),)
    return declared


def customer(name: str, back: str, **facts: Any) -> Declared:
    """A pointer to an account or a contact."""
    declared = _declared(name, Kind.CUSTOMER, targets=("account", "contact"), **facts)
    declared.links = (
        Link("account", f"{name}_account", f"{back}_accounts"),
        Link("contact", f"{name}_contact", f"{back}_contacts"),
    )
    return declared


def columns(*parts: Declared | list[Declared]) -> list[Declared]:
    """Put columns in a row; money comes as two."""
    flat: list[Declared] = []
    for part in parts:
        flat.extend(part if isinstance(part, list) else [part])
    return flat
