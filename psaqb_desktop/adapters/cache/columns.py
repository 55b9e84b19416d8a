"""Frozen dataclasses as columns of JSON values, so that ten thousand load in a blink.

Each field becomes a column that lists every different value once; rows point into it. Names,
currencies and dates repeat all over a list of invoices, and columns are read by loops that run
inside the interpreter. Values that are equal but not alike (1.0 and 1.00) stay apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_args

from psaqb_desktop.adapters.cache.plain_values import hints_of, reader_of, to_plain

T = TypeVar("T")


def pack(kind: type[T], rows: Sequence[T]) -> dict[str, Any]:
    """Return rows of one dataclass as columns of JSON values."""
    columns = {name: pack_column([getattr(row, name) for row in rows]) for name in hints_of(kind)}
    return {"count": len(rows), "columns": columns}


def unpack(kind: type[T], packed: dict[str, Any]) -> list[T]:
    """Read back what :func:`pack` wrote.

    Raises:
        ValueError, KeyError, TypeError, IndexError, ArithmeticError: it is no such pack.
    """
    values = [unpack_column(hint, packed["columns"][n]) for n, hint in hints_of(kind).items()]
    if {len(column) for column in values} != {packed["count"]}:
        msg = "columns of different lengths"
        raise ValueError(msg)
    return list(map(kind, *values))


def pack_column(values: Sequence[Any]) -> dict[str, Any]:
    """Return the different values of a column, and for each row which of them it has."""
    plain = [to_plain(value) for value in values]
    places = {value: place for place, value in enumerate(dict.fromkeys(plain))}
    if len(places) == len(plain):
        return {"values": plain, "rows": None}
    return {"values": list(places), "rows": [places[value] for value in plain]}


def unpack_column(hint: Any, packed: dict[str, Any]) -> list[Any]:
    """Read back what :func:`pack_column` wrote of values of the type ``hint``."""
    read = reader_of(hint)
    values = packed["values"] if read is None else list(map(read, packed["values"]))
    return values if packed["rows"] is None else list(map(values.__getitem__, packed["rows"]))


def fingerprint(*kinds: type) -> str:
    """Return a digest of all fields and types: changed dataclasses have another one."""
    seen: dict[type, str] = {}
    for kind in kinds:
        _describe(kind, seen)
    return hashlib.sha256(repr(list(seen.values())).encode()).hexdigest()


def _describe(hint: Any, seen: dict[type, str]) -> None:
    if isinstance(hint, type) and is_dataclass(hint):
        if hint not in seen:
            seen[hint] = f"{hint.__name__}: {hints_of(hint)}"
            for inner in hints_of(hint).values():
                _describe(inner, seen)
    else:
        for argument in get_args(hint):
            _describe(argument, seen)
