"""Pages: the opaque token of the next one and the condition that continues after a row."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.source import Source, Term

Ordering = list[tuple[Term, bool]]
_NEVER_EMPTY = frozenset({"createdon", "modifiedon", "versionnumber"})


def ordering(source: Source, orderby: list[tuple[str, bool]]) -> Ordering:
    """The order of rows, made unique by the primary key at its end.

    Raises:
        ApiError: A name is unknown.
    """
    order = [(source.term(name.split("/")), descending) for name, descending in orderby]
    primary = source.table.columns[source.table.primary_id]
    order.append((Term(source.expression(primary), primary), False))
    return order


@dataclass(frozen=True)
class Place:
    """Where a page begins.

    Attributes:
        number: Which page it is.
        last: The values by which rows are ordered, of the last row of the page before.
        tracked: The delta token of the first page, where changes are tracked.
    """

    number: int
    last: list[Any]
    tracked: str = ""


def skiptoken(place: Place) -> str:
    """A token like the platform's: an XML cookie that clients hand back untouched."""
    packed = json.dumps([place.last, place.tracked])
    inner = base64.urlsafe_b64encode(packed.encode()).decode()
    cookie = quote(quote(f'<cookie page="{place.number - 1}"><last value="{inner}"/></cookie>'))
    return (
        f'<cookie pagenumber="{place.number}" pagingcookie="{cookie}" '
        f'istracking="{bool(place.tracked)}" />'
    )


def read_skiptoken(token: str) -> Place:
    """What a token says.

    Raises:
        ApiError: The token is not one of ours.
    """
    try:
        # Some clients glue a slash to the end of the link; the platform does not mind.
        outer = ET.fromstring(token.rstrip("/") if token.endswith(">/") else token)  # noqa: S314
        inner = ET.fromstring(unquote(unquote(outer.attrib["pagingcookie"])))  # noqa: S314
        packed = inner[0].attrib["value"]
        last, tracked = json.loads(base64.urlsafe_b64decode(packed))
        return Place(int(outer.attrib["pagenumber"]), list(last), str(tracked))
    except (ET.ParseError, KeyError, ValueError, IndexError) as error:
        raise bad_query("Malformed XML in the Paging Cookie") from error


def after(order: Ordering, last_values: list[Any]) -> tuple[str, list[Any]]:
    """The condition that a row comes after the last row of the page before.

    Raises:
        ApiError: The token belongs to a query with another order.
    """
    if len(order) != len(last_values):
        raise bad_query("The Paging Cookie belongs to another query.")
    alternatives: list[str] = []
    parameters: list[Any] = []
    for position, (term, descending) in enumerate(order):
        equal = [f"{before.sql} IS ?" for before, _ in order[:position]]
        beyond, more = _beyond(term.sql, last_values[position], descending=descending)
        alternatives.append(" AND ".join([*equal, beyond]))
        parameters.extend([*last_values[:position], *more])
    condition = "(" + " OR ".join(f"({each})" for each in alternatives) + ")"
    term, descending = order[0]
    if len(order) > 1 and term.column.logical_name in _NEVER_EMPTY:
        # Said once more in a form that leads an index straight to the place.
        return f"{term.sql} {'<=' if descending else '>='} ? AND {condition}", [
            last_values[0],
            *parameters,
        ]
    return condition, parameters


def _beyond(sql: str, value: Any, *, descending: bool) -> tuple[str, list[Any]]:
    if value is None:
        return ("0", []) if descending else (f"{sql} IS NOT NULL", [])
    if descending:
        return f"({sql} < ? OR {sql} IS NULL)", [value]
    return f"{sql} > ?", [value]
