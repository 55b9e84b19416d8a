"""Answers a query from the database, with the stored JSON as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from psaqb_desktop.practice.quickbooks import exact_json, fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.clock import read_moment
from psaqb_desktop.practice.quickbooks.operations import KIND_BY_PATH
from psaqb_desktop.practice.quickbooks.query_language import Condition, Query
from psaqb_desktop.practice.quickbooks.query_properties import QUERYABLE, Property

_NOW_WORDS = ("current_date", "now")


@dataclass(frozen=True)
class _Sql:
    where: str
    values: tuple[Any, ...]
    order: str


def answer_query(books: Books, query: Query) -> str:
    """The QueryResponse member, as JSON text.

    Raises:
        ApiFault: 4001 for an unknown entity, property or value.
    """
    kind = KIND_BY_PATH.get(query.entity.lower())
    if kind is None:
        raise fault_bodies.invalid_query(f"Invalid context declaration: {query.entity}")
    sql = _sql(books, kind, query)
    connection = books.rows.connection
    if query.counts:
        statement = f"SELECT count(*) FROM entity WHERE {sql.where}"  # noqa: S608 - fixed parts
        total = connection.execute(statement, sql.values).fetchone()[0]
        return exact_json.dumps({"totalCount": total})
    statement = (
        f"SELECT body FROM entity WHERE {sql.where} ORDER BY {sql.order}"  # noqa: S608
        " LIMIT ? OFFSET ?"
    )
    page = (query.maximum, query.start - 1)
    bodies = [row["body"] for row in connection.execute(statement, (*sql.values, *page))]
    books.work.reads += len(bodies)
    if not bodies:
        return "{}"
    if query.columns:
        bodies = [_columns(body, query.columns) for body in bodies]
    return (
        f'{{"{kind}":[{",".join(bodies)}],'
        f'"startPosition":{query.start},"maxResults":{len(bodies)}}}'
    )


def _sql(books: Books, kind: str, query: Query) -> _Sql:
    where = ["realm = ?", "kind = ?", "deleted = 0"]
    values: list[Any] = [books.rows.realm, kind]
    if not any(condition.property.lower() == "active" for condition in query.conditions):
        where.append("active = 1")
    for condition in query.conditions:
        found = _property(kind, condition.property)
        where.append(_comparison(found, condition))
        values += [_value(books, found, text) for text in condition.values]
    order = [
        f"{_property(kind, name).sql} {'DESC' if descending else 'ASC'}"
        for name, descending in query.order
    ]
    # The plus sign keeps SQLite from walking all rows in order when a filter finds a few.
    last = "+position" if query.conditions else "position"
    return _Sql(" AND ".join(where), tuple(values), ", ".join([*order, last]))


def _property(kind: str, name: str) -> Property:
    for known, found in QUERYABLE[kind].items():
        if known.lower() == name.lower():
            return found
    raise fault_bodies.invalid_query(f"property '{name}' is not queryable")


def _comparison(found: Property, condition: Condition) -> str:
    if found.type == "id" and condition.operator not in {"=", "in"}:
        raise fault_bodies.invalid_query(
            f"operator '{condition.operator}' is not supported for property 'Id'"
        )
    if condition.operator == "in":
        return f"{found.sql} IN ({', '.join('?' * len(condition.values))})"
    if condition.operator == "like":
        if found.type != "text":
            raise fault_bodies.invalid_query(
                f"operator 'like' is not supported for property '{condition.property}'"
            )
        return f"{found.sql} LIKE ?"
    if condition.operator == "=" and condition.values == (" ",):
        return f"ifnull({found.sql}, ' ') = ?"
    return f"{found.sql} {condition.operator} ?"


def _value(books: Books, found: Property, text: str) -> Any:
    try:
        if found.type == "number":
            return float(Decimal(text))
        if found.type == "flag":
            return {"true": 1, "false": 0}[text.lower()]
        if found.type == "moment":
            if text.lower() in _NOW_WORDS:
                return books.clock.epoch()
            return read_moment(text).timestamp()
        if found.type == "day":
            if text.lower() in _NOW_WORDS:
                return books.clock.today().isoformat()
            return date.fromisoformat(text[:10]).isoformat()
    except (ValueError, KeyError, InvalidOperation) as error:
        raise fault_bodies.invalid_query(f"value '{text}' is not valid here") from error
    return text.casefold() if found.type == "text" else text


def _columns(body: str, columns: tuple[str, ...]) -> str:
    read = exact_json.loads(body)
    by_lower = {name.lower(): name for name in read}
    chosen = {"domain": "QBO", "sparse": True}
    for column in columns:
        name = by_lower.get(column.split(".", 1)[0].lower())
        if name is not None:
            chosen[name] = read[name]
    return exact_json.dumps(chosen | {"Id": read["Id"]})
