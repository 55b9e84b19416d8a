"""The query language: a small SQL with AND only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from psaqb_desktop.practice.quickbooks import fault_bodies

_GRAMMAR = r"""
query: "select"i selection "from"i NAME where? order? page*
selection: COUNT | column ("," column)*
column: STAR | NAME
where: "where"i condition ("and"i condition)*
condition: NAME OPERATOR value -> comparison
    | NAME "in"i "(" value ("," value)* ")" -> membership
    | NAME "like"i value -> pattern
order: ORDERBY NAME DIRECTION? ("," NAME DIRECTION?)*
page: START NUMBER -> start
    | MAX NUMBER -> maximum
value: STRING | NUMBER | NAME

COUNT.3: /count\s*\(\s*\*\s*\)/i
STAR: "*"
ORDERBY: /order\s*by\b/i
DIRECTION.2: /(asc|desc)\b/i
START.2: /startposition\b/i
MAX.2: /maxresults\b/i
OPERATOR: "<=" | ">=" | "=" | "<" | ">"
NUMBER: /-?\d+(\.\d+)?/
NAME: /(?!(select|from|where|and|in|like|order|orderby|startposition|maxresults)\b)[A-Za-z_][\w.]*/i
STRING: /'(\\.|''|[^'\\])*'/s
%import common.WS
%ignore WS
"""

_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1000
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """One comparison; ``operator`` is =, <, >, <=, >=, in or like."""

    property: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A query as written: names are not yet known to exist.

    Attributes:
        columns: As selected; empty for ``*``.
        counts: Whether ``count(*)`` was selected.
        order: Properties with True for descending.
    """

    entity: str
    columns: tuple[str, ...] = ()
    counts: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    start: int = 1
    maximum: int = _DEFAULT_PAGE


def read_query(text: str) -> Query:
    """Reads a query.

    Raises:
        ApiFault: 4000 when it is none, 4001 when its page is impossible.
    """
    if not text.strip():
        raise fault_bodies.unparsable_query("query is empty")
    try:
        tree = _PARSER.parse(text.strip().rstrip(";"))
    except UnexpectedInput as error:
        at = text.strip()[max(error.column - 1, 0) :][:20] if error.column > 0 else "end"
        raise fault_bodies.unparsable_query(
            f'Encountered "{at}" at line {error.line}, column {error.column}.'
        ) from error
    query: Query = _Reader().transform(tree)
    for name, value in (("startposition", query.start), ("maxresults", query.maximum)):
        if value < 1:
            raise fault_bodies.invalid_query(
                f"value {value} is too small. Min allowed value is 1 ({name})"
            )
    if query.maximum > _LARGEST_PAGE:
        raise fault_bodies.invalid_query(
            f"value {query.maximum} is too large. Max allowed value is {_LARGEST_PAGE}"
        )
    return query


_PARSER = Lark(_GRAMMAR, start="query", parser="lalr", maybe_placeholders=False)


class _Reader(Transformer[Token, Query]):
    """Turns the parse tree into a ``Query``."""

    def query(self, parts: list[Any]) -> Query:
        selected, entity, *clauses = parts
        return Query(entity=str(entity), **selected, **dict(clauses))

    def selection(self, parts: list[Any]) -> dict[str, Any]:
        if isinstance(parts[0], Token):
            return {"counts": True}
        columns = tuple(str(column) for column in parts)
        return {"columns": () if "*" in columns else columns}

    def column(self, parts: list[Token]) -> str:
        return str(parts[0])

    def where(self, parts: list[Condition]) -> tuple[str, tuple[Condition, ...]]:
        return "conditions", tuple(parts)

    def comparison(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), str(parts[1]), (parts[2],))

    def membership(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "in", tuple(parts[1:]))

    def pattern(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "like", (parts[1],))

    def order(self, parts: list[Token]) -> tuple[str, tuple[tuple[str, bool], ...]]:
        order: list[tuple[str, bool]] = []
        for part in parts[1:]:
            if part.type == "DIRECTION":
                order[-1] = (order[-1][0], part.lower() == "desc")
            else:
                order.append((str(part), False))
        return "order", tuple(order)

    def start(self, parts: list[Token]) -> tuple[str, int]:
        return "start", _whole(parts[1])

    def maximum(self, parts: list[Token]) -> tuple[str, int]:
        return "maximum", _whole(parts[1])

    def value(self, parts: list[Token]) -> str:
        token = parts[0]
        if token.type != "STRING":
            return str(token)
        return _ESCAPE.sub(lambda found: found[1] or "'", token[1:-1])


def _whole(token: Token) -> int:
    if not token.lstrip("-").isdigit():
        raise fault_bodies.unparsable_query(f'Encountered "{token}" where a whole number belongs.')
    return int(token)
