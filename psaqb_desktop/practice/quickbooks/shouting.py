"""Enumerations in upper case, as the documentation's answer to a void spells them."""

from __future__ import annotations

import re
from typing import Any

_ENUMERATIONS = frozenset({"PrintStatus", "EmailStatus", "DetailType", "Type"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def shouted(value: Any) -> Any:
    """The value with ``NotSet`` as ``NOT_SET`` wherever it is an enumeration."""
    if isinstance(value, list):
        return [shouted(member) for member in value]
    if isinstance(value, dict):
        return {
            name: _HUMP.sub("_", member).upper()
            if name in _ENUMERATIONS and isinstance(member, str)
            else shouted(member)
            for name, member in value.items()
        }
    return value
