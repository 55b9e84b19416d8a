"""The ``@odata.context`` of answers."""

from __future__ import annotations

from psaqb_desktop.practice.crm.odata.options import QueryOptions


def context(api_root: str, what: str, options: QueryOptions, *, single: bool = False) -> str:
    """The address that describes an answer: entity set, chosen columns, one row or many."""
    inside = _listed(options)
    return f"{api_root}$metadata#{what}{inside}{'/$entity' if single else ''}"


def _listed(options: QueryOptions) -> str:
    parts = list(options.select)
    parts.extend(f"{each.name}{_listed(each.options) or '()'}" for each in options.expand)
    return f"({','.join(parts)})" if parts else ""
