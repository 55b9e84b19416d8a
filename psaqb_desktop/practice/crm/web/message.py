"""Requests and answers of the Web API, whether they came alone or inside a batch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import Headers

from psaqb_desktop.practice.crm.errors import UNKNOWN_IN_PAYLOAD, ApiError, bad_payload

_ROOT = re.compile(r"^/api/data/v9\.[0-2](?:\.\d+)?/?")
_NUMBER = re.compile(r'"\\u0001(-?[0-9.]+)\\u0001"')


@dataclass
class ApiRequest:
    """One call: ``path`` begins behind ``/api/data/v9.x/``."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Headers
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body as an object; numbers with a point become exact decimals.

        Raises:
            ApiError: The body is no JSON object.
        """
        if not self.body:
            return {}
        try:
            found = json.loads(self.body, parse_float=Decimal)
        except ValueError as error:
            raise bad_payload("The payload is not valid JSON.") from error
        if not isinstance(found, dict):
            raise ApiError(400, UNKNOWN_IN_PAYLOAD, "The payload must be a JSON object.")
        return found

    def custom(self, name: str) -> str | None:
        """A query parameter that is not an OData system option."""
        return next((value for key, value in self.query if key == name), None)


@dataclass
class ApiResponse:
    """One answer; ``payload`` is JSON, ``text`` is anything else."""

    status: int = 204
    payload: Any = None
    text: str = ""
    content_type: str = "application/json; odata.metadata=minimal"
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> str:
        """The text that goes over the wire."""
        return self.text if self.payload is None else encode(self.payload)


def encode(payload: Any) -> str:
    """Write JSON in which decimals are numbers that keep their trailing zeros."""
    text = json.dumps(payload, default=_mark, ensure_ascii=False)
    return _NUMBER.sub(r"\1", text) if "\\u0001" in text else text


def _mark(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\x01{value:f}\x01"
    return str(value)


def path_and_query(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Split an absolute or relative address into Web API path and decoded query."""
    parts = urlsplit(url)
    path = _ROOT.sub("", parts.path if parts.scheme else "/" + parts.path.lstrip("/"))
    return path.lstrip("/"), parse_qsl(parts.query, keep_blank_values=True)
