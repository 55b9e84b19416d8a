"""Domain values as JSON values and back, led by the type hints of the dataclasses."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NewType, Union

Reader = Callable[[Any], Any]
_HINTS: dict[type, dict[str, Any]] = {}
"""Types of fields that were resolved once; it takes long."""

WRITE: dict[type, Callable[[Any], Any]] = {
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
}
"""How single values are written that JSON and SQLite do not know."""


def to_plain(value: Any) -> Any:
    """Return a value as text, number, list or None; lists are tuples here, to be compared."""
    write = WRITE.get(type(value))
    if write:
        return write(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return tuple(map(to_plain, value))
    if is_dataclass(value):
        return tuple(to_plain(getattr(value, field.name)) for field in fields(value))
    return value


def hints_of(kind: type[Any]) -> dict[str, Any]:
    """Return the resolved type of each field of a dataclass, in order."""
    known = _HINTS.get(kind)
    if known is None:
        hints = typing.get_type_hints(kind)
        known = _HINTS[kind] = {field.name: hints[field.name] for field in fields(kind)}
    return known


def reader_of(hint: Any) -> Reader | None:
    """Return what turns a plain value into one of this type; None where it is one already.

    Raises:
        TypeError: the type is not made for the cache.
    """
    if isinstance(hint, NewType):
        return reader_of(hint.__supertype__)
    if hint in (str, int, bool):
        return None
    if hint is Decimal:
        return Decimal
    if hint in (datetime, date):
        return _from_iso(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (a for a in arguments if a is not types.NoneType)
        return _optional(reader_of(inner))
    if origin is tuple:
        return _tuple_of(arguments)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_of(hint)
    msg = f"{hint} has no place in the cache"
    raise TypeError(msg)


def becomes_list(hint: Any) -> bool:
    """Tell whether :func:`to_plain` makes a list of values of this type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return any(becomes_list(a) for a in arguments if a is not types.NoneType)
    return origin is tuple or is_dataclass(hint)


def _from_iso(kind: type[date]) -> Reader:
    return kind.fromisoformat


def _optional(inner: Reader | None) -> Reader | None:
    if inner is None:
        return None
    return lambda plain: None if plain is None else inner(plain)


def _tuple_of(arguments: tuple[Any, ...]) -> Reader:
    if arguments[-1] is not Ellipsis:
        return _fixed_tuple_of(arguments)
    inner = reader_of(arguments[0])
    if inner is None:
        return tuple
    return lambda plain: tuple(map(inner, plain))


def _fixed_tuple_of(arguments: tuple[Any, ...]) -> Reader:
    readers = [reader_of(argument) or _as_it_is for argument in arguments]
    return lambda plain: tuple(read(p) for read, p in zip(readers, plain, strict=True))


def _dataclass_of(kind: type) -> Reader:
    readers = [reader_of(hint) or _as_it_is for hint in hints_of(kind).values()]
    return lambda plain: kind(*(read(p) for read, p in zip(readers, plain, strict=True)))


def _as_it_is(plain: Any) -> Any:
    return plain
