"""The kinds of attributes, each of which reads a sent value or refuses it with Intuit's code."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*|[-+]\d{2}:\d{2}|Z)?")
_MAX_DIGITS = 18


class AttributeType(ABC):
    """Reads one attribute."""

    @abstractmethod
    def read(self, value: Any, name: str) -> Any:
        """The value in its exact form; None when what was sent means "nothing"."""


@dataclass(frozen=True)
class Text(AttributeType):
    """A string up to ``maximum`` characters; an empty one is nothing."""

    maximum: int = 4000

    def read(self, value: Any, name: str) -> str | None:
        """Refuses what is too long with 2050."""
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise fault_bodies.malformed(f'Can not deserialize value of field "{name}"')
        text = str(value)
        if len(text) > self.maximum:
            raise fault_bodies.wrong_length(name, len(text), self.maximum)
        return text or None


@dataclass(frozen=True)
class Identifier(AttributeType):
    """An Id: digits in a string."""

    def read(self, value: Any, name: str) -> str | None:
        """Refuses what is no number with 2030."""
        text = str(value)
        if text and not re.fullmatch(r"-?\d+", text):
            raise fault_bodies.invalid_id(name, value)
        return text or None


@dataclass(frozen=True)
class Number(AttributeType):
    """A number, also when it is sent as a string."""

    def read(self, value: Any, name: str) -> Decimal | None:
        """Refuses what is no number with 2090."""
        if value == "":
            return None
        try:
            if isinstance(value, bool):
                raise fault_bodies.invalid_number(name, value)
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise fault_bodies.invalid_number(name, value) from error
        if not number.is_finite() or number.adjusted() > _MAX_DIGITS:
            raise fault_bodies.invalid_number(name, value)
        return number


@dataclass(frozen=True)
class Flag(AttributeType):
    """True or false."""

    def read(self, value: Any, name: str) -> bool | None:
        """Refuses anything else with 2010."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false", ""}:
            return value.lower() == "true" if value else None
        raise fault_bodies.malformed(f'Can not deserialize value of boolean field "{name}"')


@dataclass(frozen=True)
class Day(AttributeType):
    """A plain date; a time or a zone behind it is cut off."""

    def read(self, value: Any, name: str) -> str | None:
        """Refuses with 2060 another form, with 2070 a day that does not exist."""
        if value == "":
            return None
        found = _DATE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise fault_bodies.wrong_date_format(name, value)
        try:
            return date.fromisoformat(found[1]).isoformat()
        except ValueError as error:
            raise fault_bodies.invalid_date(name, value) from error


@dataclass(frozen=True)
class Choice(AttributeType):
    """One of an enumeration's values."""

    values: tuple[str, ...]

    def read(self, value: Any, name: str) -> str | None:
        """Refuses other values with 2170."""
        if value == "":
            return None
        if value not in self.values:
            raise fault_bodies.invalid_choice(name, value)
        return str(value)


@dataclass(frozen=True)
class Ignored(AttributeType):
    """What QuickBooks tells and nobody sets: whatever is sent is dropped."""

    def read(self, value: Any, name: str) -> None:  # noqa: ARG002 - the shape of the others
        """Drops it."""
        return


@dataclass(frozen=True)
class Many(AttributeType):
    """A list; an empty one is kept, because it can mean "none any more"."""

    each: AttributeType

    def read(self, value: Any, name: str) -> list[Any]:
        """Reads each member."""
        if not isinstance(value, list):
            raise fault_bodies.malformed(f'Can not deserialize instance of list field "{name}"')
        read = (self.each.read(member, name) for member in value)
        return [member for member in read if member is not None]


@dataclass(frozen=True)
class Record(AttributeType):
    """An object with known attributes; any other name is refused.

    Attributes:
        owner: Name of the type as faults tell it.
        attributes: What it has.
        optional: An object of nothing but empty attributes is nothing.
    """

    owner: str
    attributes: Mapping[str, AttributeType] = field(hash=False)
    optional: bool = True

    def read(self, value: Any, name: str) -> dict[str, Any] | None:
        """Refuses unknown attributes with 2010; null counts as left out."""
        if not isinstance(value, dict):
            raise fault_bodies.malformed(f'Can not deserialize value of object field "{name}"')
        read: dict[str, Any] = {}
        for key, member in value.items():
            if key not in self.attributes:
                raise fault_bodies.unknown_property(key, self.owner)
            if member is None:
                continue
            result = self.attributes[key].read(member, key)
            if result is not None:
                read[key] = result
        return read if read or not self.optional else None

    def emptied(self, value: Mapping[str, Any]) -> set[str]:
        """Attributes that were sent as empty text, which in an update clears them."""
        return {
            key
            for key, member in value.items()
            if member == "" or (isinstance(member, dict) and set(member.values()) == {""})
        }


def reference() -> Record:
    """A reference: only ``value`` counts, ``name`` and ``type`` are decoration."""
    return Record("ReferenceType", {"value": Text(100), "name": Ignored(), "type": Ignored()})
