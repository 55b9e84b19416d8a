"""Dataverse's ``$batch``: many operations in one request, multipart in and out.

The operations stand side by side (no change set) and each succeeds or fails for itself, which
``Prefer: odata.continue-on-error`` asks for.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.exact_json import dumps
from psaqb_desktop.domain.errors import UnreadableAnswerError

_CRLF = "\r\n"
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request inside a batch; ``path`` is relative to the Web API's root."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def is_write(self) -> bool:
        """It changes something."""
        return self.method != "GET"


def build(operations: Sequence[Operation], root: str) -> tuple[str, bytes]:
    """Return the content type and the body of a batch.

    ``root`` is the path of the Web API, for example ``/api/data/v9.2/``.
    """
    boundary = f"batch_{uuid.uuid4()}"
    parts = []
    for number, operation in enumerate(operations, start=1):
        lines = [
            f"--{boundary}",
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            f"Content-ID: {number}",
            "",
            f"{operation.method} {root}{operation.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in operation.headers.items()),
        ]
        if operation.body is None:
            lines += ["", ""]
        else:
            lines += ["Content-Type: application/json", "", dumps(operation.body)]
        parts.append(_CRLF.join(lines))
    text = _CRLF.join([*parts, f"--{boundary}--", ""])
    return f'multipart/mixed; boundary="{boundary}"', text.encode()


def parse(answer: HttpAnswer) -> list[HttpAnswer]:
    """Cut the answer of a batch into the answers of its operations, in their order.

    Raises:
        UnreadableAnswerError: it is not a multipart answer, or it breaks off.
    """
    found = _BOUNDARY.search(answer.headers.get("Content-Type") or "")
    if not found:
        raise UnreadableAnswerError(
            "The CRM answered a batch with something else.", details=answer.text[:500]
        )
    boundary = b"--" + found.group(1).encode()
    if boundary + b"--" not in answer.body:
        raise UnreadableAnswerError("The CRM's answer to a batch breaks off.")
    content = answer.body.rsplit(boundary + b"--", 1)[0]
    return [_part(part) for part in content.split(boundary)[1:]]


def _part(part: bytes) -> HttpAnswer:
    from requests.structures import (  # noqa: PLC0415 - loaded with the first request, not before
        CaseInsensitiveDict,
    )

    _outer, _, http = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
    head, _, body = http.lstrip(b"\r\n").partition(b"\r\n\r\n")
    status_line, _, header_lines = head.partition(b"\r\n")
    status = _STATUS_LINE.match(status_line)
    if not status:
        raise UnreadableAnswerError(
            "The CRM's answer to a batch cannot be read.",
            details=status_line[:200].decode(errors="replace"),
        )
    headers = CaseInsensitiveDict[str]()
    for line in header_lines.decode("latin-1").split(_CRLF):
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    return HttpAnswer(int(status.group(1)), headers, body.removesuffix(b"\r\n"), "CRM")
