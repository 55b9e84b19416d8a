"""Query options over definitions: they are few enough to be searched in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from odata_query import ast

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.odata.filter_sql import parsed

Document = dict[str, Any]
_ENUM = re.compile(r"Microsoft\.Dynamics\.CRM\.\w+'(\w+)'")
_ALWAYS = ("@odata.type", "MetadataId")


def matching(documents: Iterable[Document], text: str) -> list[Document]:
    """The documents that a ``$filter`` lets through.

    Raises:
        ApiError: The filter cannot be read.
    """
    if not text:
        return list(documents)
    tree = parsed(_ENUM.sub(r"'\1'", text))
    return [document for document in documents if _holds(tree, document)]


def chosen(document: Document, names: Sequence[str], type_name: str) -> Document:
    """The properties of ``$select`` with those that always come along.

    Raises:
        ApiError: The type has no such property.
    """
    if not names:
        return document
    for name in names:
        if name not in document:
            raise bad_query(
                f"Could not find a property named '{name}' on type "
                f"'Microsoft.Dynamics.CRM.{type_name}'."
            )
    return {name: value for name, value in document.items() if name in names or name in _ALWAYS}


def _holds(node: Any, document: Document) -> bool:
    if isinstance(node, ast.BoolOp):
        both = (_holds(node.left, document), _holds(node.right, document))
        return all(both) if isinstance(node.op, ast.And) else any(both)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _holds(node.operand, document)
    if isinstance(node, ast.Compare):
        return _compared(node, document)
    if isinstance(node, ast.Call) and node.func.name in _TEXT:
        left, right = (str(_value(each, document) or "").casefold() for each in node.args)
        return _TEXT[node.func.name](left, right)
    if isinstance(node, ast.Identifier | ast.Attribute):
        return bool(_value(node, document))
    raise bad_query("The $filter expression is not supported for metadata.")


def _compared(node: Any, document: Document) -> bool:
    left, right = _folded(_value(node.left, document)), _folded(_value(node.right, document))
    if isinstance(node.comparator, ast.In):
        return left in right
    if isinstance(node.comparator, ast.Eq):
        return bool(left == right)
    if isinstance(node.comparator, ast.NotEq):
        return bool(left != right)
    raise bad_query("Metadata can only be compared with eq, ne and in.")


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [_folded(each) for each in value]
    return value.casefold() if isinstance(value, str) else value


def _value(node: Any, document: Document) -> Any:
    if isinstance(node, ast.Attribute):
        owner = _value(node.owner, document)
        return owner.get(node.attr) if isinstance(owner, dict) else None
    if isinstance(node, ast.Identifier):
        if node.name not in document:
            raise bad_query(f"Could not find a property named '{node.name}'.")
        return document[node.name]
    if isinstance(node, ast.List):
        return [_value(each, document) for each in node.val]
    if isinstance(node, ast.GUID):
        return node.val.lower()
    return node.py_val


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda left, right: right in left,
    "startswith": lambda left, right: left.startswith(right),
    "endswith": lambda left, right: left.endswith(right),
}
