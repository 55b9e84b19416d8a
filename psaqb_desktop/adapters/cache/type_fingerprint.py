"""A fingerprint of dataclasses: rows that another version of the program wrote are told by it."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, get_args

from psaqb_desktop.adapters.cache.plain_values import hints_of


def fingerprint(*kinds: type) -> str:
    """Return all fields and types as one text: changed dataclasses have another one."""
    seen: dict[type, str] = {}
    for kind in kinds:
        _describe(kind, seen)
    return "\n".join(seen.values())


def _describe(hint: Any, seen: dict[type, str]) -> None:
    if isinstance(hint, type) and is_dataclass(hint):
        if hint not in seen:
            seen[hint] = f"{hint.__name__}: {hints_of(hint)}"
            for inner in hints_of(hint).values():
                _describe(inner, seen)
    else:
        for argument in get_args(hint):
            _describe(argument, seen)
