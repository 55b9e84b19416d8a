"""Spelling of OData: keys, literals, conditions over many ids, query options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
ETAG = "@odata.etag"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_SAFE = "$,()'/:@;="
"""OData's marks stay readable; blanks become %20."""

T = TypeVar("T")


def guid(value: str) -> str:
    """Return ``value`` if it is a GUID, so that nothing else gets into an address.

    Raises:
        ValueError: it is not.
    """
    if not _GUID.fullmatch(value):
        raise ValueError(f"{value!r} is not the key of a CRM record")
    return value.lower()


def text(value: str) -> str:
    """Return a string literal: in single quotes, quotes doubled."""
    return "'" + value.replace("'", "''") + "'"


def moment(value: datetime) -> str:
    """Return an instant as Dataverse takes it: UTC, whole seconds (it keeps no more)."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def any_of(column: str, ids: Iterable[str]) -> str:
    """Return the condition that a GUID column holds one of these."""
    return " or ".join(f"{column} eq {guid(each)}" for each in ids)


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the condition that a text column holds one of these, as one condition of many values.

    The platform's own function: long chains of ``or`` are limited, and slower.
    """
    listed = ",".join(text(value) for value in values)
    return f"Microsoft.Dynamics.CRM.In(PropertyName={text(column)},PropertyValues=[{listed}])"


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def query(options: Mapping[str, str]) -> str:
    """Return query options as the part of an address behind ``?``."""
    return urlencode(options, safe=_SAFE, quote_via=quote)
