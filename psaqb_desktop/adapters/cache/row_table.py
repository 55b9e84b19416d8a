"""Frozen dataclasses as rows of an SQLite table: a row each, a column for each field.

Made for a list of 200,000: rows are read in bundles, and a value that repeats (a currency, a
customer, an address) becomes one object that all of its rows share.
"""

# ruff: noqa: S608 - names come from dataclasses, values go as parameters

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

from psaqb_desktop.adapters.cache.plain_values import (
    WRITE,
    Reader,
    becomes_list,
    hints_of,
    reader_of,
    to_plain,
)

T = TypeVar("T")

BUNDLE = 2000
"""Rows that are read or written at a time; other threads get their turn in between."""
_OWN_COLUMNS = "revision INTEGER NOT NULL, gone INTEGER NOT NULL, checksum INTEGER NOT NULL"


class DamagedRowError(ValueError):
    """A row is not as it was written."""


class RowTable(Generic[T]):
    """Rows of one dataclass with the fields ``id`` and ``version``.

    ``revision`` counts the changes of the whole file, ``gone`` marks rows whose record was
    deleted: others who read this file have to be told.
    """

    def __init__(self, name: str, kind: type[T]) -> None:
        self.name = name
        self._kind = kind
        self._fields = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
        self._columns = ", ".join(f'"{field}"' for field in self._fields)

    @property
    def create(self) -> str:
        """The statement that makes the table."""
        others = ", ".join(f'"{field}"' for field in self._fields if field != "id")
        return (
            f"CREATE TABLE {self.name} (id TEXT PRIMARY KEY, {_OWN_COLUMNS}, "
            f"waiting INTEGER NOT NULL DEFAULT 0, {others})"
        )

    # -- writing -----------------------------------------------------------------------------

    def put(
        self, connection: sqlite3.Connection, rows: Iterable[T], *, revision: int, base: int
    ) -> None:
        """Insert or replace rows.

        Rows that are the same already stay as they are, and so do rows that somebody else wrote
        after ``base``, the revision that the caller started from.
        """
        taken = ", ".join(f'"{field}" = excluded."{field}"' for field in self._fields)
        marks = ", ".join("?" * (3 + len(self._fields)))
        statement = (
            f"INSERT INTO {self.name} (revision, gone, checksum, {self._columns}) "
            f"VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, "
            f"gone = 0, checksum = excluded.checksum, {taken} "
            f"WHERE {self.name}.revision <= {int(base)} AND ({self.name}.gone "
            f"OR {self.name}.checksum <> excluded.checksum "
            f"OR {self.name}.version <> excluded.version)"
        )
        texts: dict[Any, str] = {}
        connection.executemany(statement, self._stored(rows, revision, texts))

    def _stored(
        self, rows: Iterable[T], revision: int, texts: dict[Any, str]
    ) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            values = [_to_sql(getattr(row, field), texts) for field in self._fields]
            yield (revision, 0, _checksum(values), *values)

    def bury(
        self, connection: sqlite3.Connection, ids: Iterable[str], *, revision: int, base: int
    ) -> None:
        """Mark rows as gone, unless somebody else wrote them after ``base``."""
        connection.executemany(
            f"UPDATE {self.name} SET gone = 1, waiting = 0, revision = ? "
            "WHERE id = ? AND revision <= ? AND NOT gone",
            [(revision, each, base) for each in ids],
        )

    # -- reading -----------------------------------------------------------------------------

    def read(
        self, connection: sqlite3.Connection, condition: str, parameters: Sequence[Any] = ()
    ) -> list[T]:
        """Read rows; ``condition`` is all that follows the table's name in the statement.

        Raises:
            DamagedRowError, ValueError, KeyError, TypeError, ArithmeticError: a row is damaged.
        """
        cursor = connection.execute(
            f"SELECT {self.name}.checksum, {self._qualified} FROM {self.name} {condition}",
            parameters,
        )
        shared = [_Shared(read) for read in self._readers]
        found: list[T] = []
        while rows := cursor.fetchmany(BUNDLE):
            _verify(rows)
            columns = list(zip(*rows, strict=True))[1:]
            values = [share.of(column) for share, column in zip(shared, columns, strict=True)]
            found.extend(map(self._kind, *values))
        return found

    @cached_property
    def _readers(self) -> tuple[Reader | None, ...]:
        """What makes a value of what is stored of it, for each field."""
        return tuple(_reader_of(hint) for hint in hints_of(self._kind).values())

    @property
    def _qualified(self) -> str:
        return ", ".join(f'{self.name}."{field}"' for field in self._fields)


class _Shared(dict[Any, Any]):
    """Values of one column by what is stored of them; each is made once."""

    def __init__(self, read: Reader | None) -> None:
        super().__init__()
        self._read = read
        self._asked = 0
        self._is_worthwhile = True

    def __missing__(self, stored: Any) -> Any:
        value = stored if stored is None or self._read is None else self._read(stored)
        self[stored] = value
        return value

    def of(self, column: Sequence[Any]) -> Iterable[Any]:
        """Return a column's values. A column of nothing but different values is not remembered."""
        if self._is_worthwhile:
            values = list(map(self.__getitem__, column))
            self._asked += len(column)
            if len(self) > BUNDLE // 4 and len(self) * 2 > self._asked:
                self._is_worthwhile = False
                self.clear()
            return values
        if self._read is None:
            return column
        read = self._read
        return [None if stored is None else read(stored) for stored in column]


def _reader_of(hint: Any) -> Reader | None:
    if hint is bool:
        return bool
    read = reader_of(hint)
    if not becomes_list(hint) or read is None:
        return read
    inner = read
    return lambda text: inner(json.loads(text))


def _to_sql(value: Any, texts: dict[Any, str]) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if write := WRITE.get(kind):
        return write(value)
    if isinstance(value, Enum):
        return value.value
    if kind is bool:
        return int(value)
    text = texts.get(value)
    if text is None:
        text = texts[value] = json.dumps(to_plain(value))
    return text


def _checksum(values: Sequence[Any]) -> int:
    return zlib.crc32("\x1f".join(map(str, values)).encode())


def _verify(rows: Sequence[tuple[Any, ...]]) -> None:
    for checksum, *values in rows:
        if _checksum(values) != checksum:
            msg = "a row was changed by somebody else"
            raise DamagedRowError(msg)
