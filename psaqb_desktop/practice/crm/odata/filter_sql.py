"""From ``$filter`` to a WHERE condition with parameters."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from odata_query import ast, exceptions
from odata_query.grammar import ODataLexer, ODataParser

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.source import Source, Term
from psaqb_desktop.practice.crm.schema.model import Column, Kind, ManyToMany
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.values import day_or_moment, guid, places

_SIGNS: dict[type, str] = {
    ast.Eq: "=",
    ast.NotEq: "<>",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_IN_FUNCTION = re.compile(
    r"Microsoft\.Dynamics\.CRM\.(?P<name>In|NotIn)\(PropertyName='(?P<property>\w+)',"
    r"PropertyValues=\[(?P<values>[^\]]*)\]\)"
)


@lru_cache(maxsize=512)
def parsed(text: str) -> Any:
    """The syntax tree of a filter.

    Raises:
        ApiError: The text does not follow the grammar.
    """
    try:
        lexer, parser = ODataLexer(), ODataParser()
        return parser.parse(lexer.tokenize(_IN_FUNCTION.sub(_as_in_operator, text)))
    except exceptions.ODataException as error:
        raise bad_query(f"Syntax error in $filter '{text}': {error}") from error


def _as_in_operator(found: re.Match[str]) -> str:
    values = found["values"].replace('"', "'")
    condition = (
        f"({found['property']} in ({values},))"
        if "," not in values
        else (f"({found['property']} in ({values}))")
    )
    return f"not {condition}" if found["name"] == "NotIn" else condition


class _WrongTypeError(Exception):
    """A literal is of another type than the column it is compared with."""


class FilterToSql:
    """Walks a syntax tree and writes SQL; parameters gather in ``parameters``."""

    def __init__(self, source: Source, variable: str = "") -> None:
        self.parameters: list[Any] = []
        self._source = source
        self._variable = variable

    def condition(self, node: Any) -> str:
        """SQL of a node that is true or false.

        Raises:
            ApiError: Names are unknown or values do not fit their columns.
        """
        writer = _CONDITIONS.get(type(node))
        if writer is None:
            raise bad_query("The $filter expression must evaluate to a single boolean value.")
        return writer(self, node)

    def _both(self, node: Any) -> str:
        # Clients join hundreds of ids with "or": a loop, since recursion would run out of stack.
        kind = type(node.op)
        parts: list[Any] = []
        while isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
            parts.append(node.right)
            node = node.left
        parts.append(node)
        word = " AND " if kind is ast.And else " OR "
        return "(" + word.join(self.condition(part) for part in reversed(parts)) + ")"

    def _not(self, node: Any) -> str:
        if not isinstance(node.op, ast.Not):
            raise bad_query("Only 'not' can stand before a condition.")
        return f"NOT COALESCE({self.condition(node.operand)}, 0)"

    def _compare(self, node: Any) -> str:
        if isinstance(node.comparator, ast.In):
            return self._among(node)
        sign = _SIGNS[type(node.comparator)]
        left, right = node.left, node.right
        if not isinstance(left, ast.Identifier | ast.Attribute):
            left, right, sign = right, left, _MIRRORED[sign]
        term = self._term(left)
        if isinstance(right, ast.Identifier | ast.Attribute):
            return f"{term.sql} {sign} {self._term(right).sql}"
        if isinstance(right, ast.Null):
            if sign not in {"=", "<>"}:
                raise bad_query("Null can only be compared with eq and ne.")
            return f"{term.sql} IS {'NOT ' if sign == '<>' else ''}NULL"
        self.parameters.append(literal(term.column, right))
        compared = f"{term.sql} {sign} ?"
        return f"({compared} OR {term.sql} IS NULL)" if sign == "<>" else compared

    def _among(self, node: Any) -> str:
        term = self._term(node.left)
        items = node.right.val if isinstance(node.right, ast.List) else [node.right]
        self.parameters.extend(literal(term.column, item) for item in items)
        return f"{term.sql} IN ({', '.join('?' * len(items))})"

    def _call(self, node: Any) -> str:
        name = node.func.name
        pattern = _TEXT_FUNCTIONS.get(name)
        if pattern is None or len(node.args) != 2:
            raise bad_query(f"The function '{name}' is not supported.")
        term = self._term(node.args[0])
        if term.column.kind not in {Kind.STRING, Kind.MEMO} or not isinstance(
            node.args[1], ast.String
        ):
            raise bad_query(f"No function signature for '{name}' matches the arguments.")
        text = node.args[1].val.casefold()
        self.parameters.extend([text] * pattern.count("?"))
        return pattern.format(term.sql)

    def _collection(self, node: Any) -> str:
        navigation = self._source.catalogue.navigation(self._source.table, node.owner.name)
        if navigation is None or not navigation.is_collection:
            raise bad_query(f"'{node.owner.name}' is not a collection.")
        relationship = navigation.relationship
        target = self._source.catalogue.tables[navigation.target]
        inner = Source(self._source.catalogue, self._source.rights, target, "c")
        if isinstance(relationship, ManyToMany):
            raise bad_query("Lambdas over many-to-many relationships are not supported.")
        joined = inner.join(relationship, self._source)
        if node.lambda_ is None:
            wanted = "1"
        else:
            walker = FilterToSql(inner, node.lambda_.identifier.name)
            wanted = walker.condition(node.lambda_.expression)
            self.parameters.extend(walker.parameters)
        is_all = isinstance(node.operator, ast.All)
        wanted = f"NOT COALESCE({wanted}, 0)" if is_all else wanted
        exists = (
            f"EXISTS (SELECT 1 FROM {quoted(target.logical_name)} c WHERE {joined} AND {wanted})"
        )
        return f"NOT {exists}" if is_all else exists

    def _term(self, node: Any) -> Term:
        path = _path(node)
        if self._variable and path[0] == self._variable:
            path = path[1:]
        return self._source.term(path)


def _path(node: Any) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_path(node.owner), node.attr]
    if isinstance(node, ast.Identifier):
        return [".".join((*node.namespace, node.name))]
    raise bad_query("A comparison needs a property on one side.")


def literal(column: Column, node: Any) -> Any:
    """A literal of a filter in the stored form of the column it is compared with.

    Raises:
        ApiError: The literal is of another type.
    """
    reader = _LITERALS.get(column.kind, _plain)
    try:
        return reader(column, node)
    except (_WrongTypeError, ValueError, ArithmeticError, AttributeError) as error:
        message = (
            "A binary operator with incompatible types was detected. "
            f"'{column.property_name}' is {column.kind.value}."
        )
        raise bad_query(message) from error


def _plain(_column: Column, node: Any) -> Any:
    if not isinstance(node, ast.Integer | ast.String):
        raise _WrongTypeError(node)
    return int(node.val)


def _text(_column: Column, node: Any) -> str:
    if not isinstance(node, ast.String):
        raise _WrongTypeError(node)
    return str(node.val)


def _number(column: Column, node: Any) -> int | float:
    value = Decimal(node.val).scaleb(places(column))
    return int(value) if value == value.to_integral_value() else float(value)


def _boolean(_column: Column, node: Any) -> int:
    if not isinstance(node, ast.Boolean):
        raise _WrongTypeError(node)
    return int(node.py_val)


def _id(_column: Column, node: Any) -> str:
    found = guid(str(node.val))
    if found is None:
        raise _WrongTypeError(node)
    return found


def _date(column: Column, node: Any) -> str:
    if not isinstance(node, ast.Date | ast.DateTime):
        raise _WrongTypeError(node)
    return day_or_moment(column, str(node.val))


_LITERALS: dict[Kind, Callable[[Column, Any], Any]] = {
    Kind.STRING: _text,
    Kind.MEMO: _text,
    Kind.MONEY: _number,
    Kind.DECIMAL: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATETIME: _date,
    Kind.UNIQUEIDENTIFIER: _id,
    Kind.LOOKUP: _id,
    Kind.CUSTOMER: _id,
    Kind.OWNER: _id,
}
_TEXT_FUNCTIONS = {
    "contains": "instr(folded({}), ?) > 0",
    "startswith": "substr(folded({}), 1, length(?)) = ?",
    "endswith": "substr(folded({0}), max(1, length(folded({0})) - length(?) + 1)) = ?",
}
_CONDITIONS: dict[type, Callable[[FilterToSql, Any], str]] = {
    ast.BoolOp: FilterToSql._both,  # noqa: SLF001 - the class's own table of methods
    ast.UnaryOp: FilterToSql._not,  # noqa: SLF001
    ast.Compare: FilterToSql._compare,  # noqa: SLF001
    ast.Call: FilterToSql._call,  # noqa: SLF001
    ast.CollectionLambda: FilterToSql._collection,  # noqa: SLF001
}
