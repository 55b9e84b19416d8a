"""JSON written with exact amounts: a Decimal becomes a plain number, and no float gets in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def dumps(value: object) -> str:
    """Write compact JSON.

    Raises:
        TypeError: a float, or something that JSON has no word for.
        ValueError: a Decimal that is not a number.
    """
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(k)}:{dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return "[" + ",".join(dumps(part) for part in value) + "]"
    msg = f"{type(value).__name__} has no exact form in JSON"
    raise TypeError(msg)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        msg = f"{value} is not an amount"
        raise ValueError(msg)
    # Plain notation: some parsers read 1E+2 as a float, and people read it as nonsense.
    return format(value, "f")


def _key(value: object) -> str:
    if not isinstance(value, str):
        msg = f"{type(value).__name__} cannot be a name in JSON"
        raise TypeError(msg)
    return json.dumps(value, ensure_ascii=False)
