"""Picking values out of QuickBooks' JSON, strictly where money depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from psaqb_desktop.domain.errors import UnreadableAnswerError
from psaqb_desktop.domain.money import to_decimal

Json = Mapping[str, Any]


def unreadable(what: str) -> UnreadableAnswerError:
    """Return the error for an answer that lacks what QuickBooks documents."""
    return UnreadableAnswerError("An answer of QuickBooks could not be read.", details=what)


def as_object(value: object, what: str) -> Json:
    """Return a JSON object, or say that it is none.

    Raises:
        UnreadableAnswerError: it is none.
    """
    if not isinstance(value, Mapping):
        raise unreadable(f"{what} is {type(value).__name__}, not an object")
    return value


def part(data: Json, name: str) -> Json:
    """Return a nested object; empty where it is absent."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(data: Json, name: str) -> Iterator[Json]:
    """Walk through a nested list of objects; an object alone counts as a list of one."""
    value = data.get(name)
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def text(data: Json, name: str) -> str:
    """Return a text; empty where it is absent. Ids may come as numbers."""
    value = data.get(name)
    return "" if value is None else str(value)


def ref(data: Json, name: str) -> str:
    """Return the value of a reference; empty where it is absent."""
    return text(part(data, name), "value")


def truth(data: Json, name: str, *, default: bool = False) -> bool:
    """Return a flag, which some answers spell as text."""
    value = data.get(name)
    if isinstance(value, str):
        return value.casefold() == "true"
    return value if isinstance(value, bool) else default


def amount(data: Json, name: str) -> Decimal | None:
    """Return an amount; None where it is absent.

    Raises:
        UnreadableAnswerError: it is there, but not a number.
    """
    value = data.get(name)
    if value is None or value == "":
        return None
    try:
        found = to_decimal(value)
    except (TypeError, InvalidOperation) as error:
        raise unreadable(f"{name} is {value!r}") from error
    if not found.is_finite():
        raise unreadable(f"{name} is {value!r}")
    return found


def day(data: Json, name: str) -> date | None:
    """Return a plain date; None where it is absent. A time behind it is cut off, not converted."""
    value = text(data, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise unreadable(f"{name} is {value!r}") from error


def moment(data: Json, name: str) -> datetime | None:
    """Return a moment in UTC; None where it is absent. Without an offset it is taken as UTC."""
    value = text(data, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise unreadable(f"{name} is {value!r}") from error


def same_word(left: str, right: str) -> bool:
    """Compare enum words leniently: samples spell NEED_TO_PRINT where NeedToPrint is documented."""
    return _bare(left) == _bare(right)


def _bare(word: str) -> str:
    return word.replace("_", "").replace(" ", "").casefold()
