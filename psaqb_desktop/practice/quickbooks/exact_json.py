"""JSON whose numbers stay exact: Decimal in, Decimal out, no float in between."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_encode_text = json.encoder.encode_basestring


def loads(text: str | bytes) -> Any:
    """Reads JSON; numbers with a fraction become Decimal.

    Raises:
        ValueError: The text is no JSON, or not UTF-8.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def dumps(value: Any) -> str:
    """Writes JSON; the standard library would send a Decimal through float."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(_encode_text(value))
    elif isinstance(value, dict):
        parts.append("{")
        for index, (name, member) in enumerate(value.items()):
            parts.append(("," if index else "") + _encode_text(name) + ":")
            _write(member, parts)
        parts.append("}")
    elif isinstance(value, (list, tuple)):
        parts.append("[")
        for index, member in enumerate(value):
            if index:
                parts.append(",")
            _write(member, parts)
        parts.append("]")
    elif isinstance(value, Decimal):
        parts.append(format(value, "f"))
    else:
        parts.append(json.dumps(value, allow_nan=False))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
