"""``$batch``: many calls in one, change sets all or nothing."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from urllib.parse import unquote
from uuid import uuid4

from werkzeug.datastructures import Headers

from psaqb_desktop.practice.crm.errors import ApiError, bad_query
from psaqb_desktop.practice.crm.odata.preferences import read_preferences
from psaqb_desktop.practice.crm.security import Caller
from psaqb_desktop.practice.crm.web.data_api import DataApi
from psaqb_desktop.practice.crm.web.message import (
    ApiRequest,
    ApiResponse,
    encode,
    path_and_query,
)

MOST_REQUESTS = 1000
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_REFERENCE = re.compile(r"\$(\w+)")
_REASONS = {
    200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 412: "Precondition Failed",
    429: "Too Many Requests",
}  # fmt: skip


@dataclass
class _Operation:
    """One call inside a batch, still as text."""

    method: str
    url: str
    headers: Headers
    body: str
    content_id: str


@dataclass
class _ChangeSet:
    operations: list[_Operation] = field(default_factory=list)


def answer_batch(api: DataApi, headers: Headers, body: bytes, caller: Caller) -> ApiResponse:
    """Answer all calls of a batch.

    Raises:
        ApiError: The batch itself cannot be read.
    """
    parts = _read_batch(headers.get("Content-Type", ""), body.decode("utf-8"))
    count = sum(len(p.operations) if isinstance(p, _ChangeSet) else 1 for p in parts)
    if count > MOST_REQUESTS:
        raise bad_query(
            f"The batch contains {count} requests; at most {MOST_REQUESTS} can be sent."
        )
    continues = read_preferences(headers.get("Prefer")).continues_on_error
    boundary = f"batchresponse_{uuid4()}"
    written: list[str] = []
    status = 200
    for part in parts:
        if isinstance(part, _ChangeSet):
            text, failed = _answer_change_set(api, part, caller)
        else:
            text, failed = _answer_single(api, part, caller)
        if failed and not continues:
            written, status = [*written, text], 400
            break
        written.append(text)
    text = "".join(f"--{boundary}\r\n{part}" for part in written) + f"--{boundary}--\r\n"
    return ApiResponse(status, text=text, content_type=f"multipart/mixed; boundary={boundary}")


def _answer_single(api: DataApi, operation: _Operation, caller: Caller) -> tuple[str, bool]:
    try:
        response = api.answer(_request(operation, {}), caller)
    except ApiError as error:
        return _error_part(error, operation.content_id), True
    return _part(response, operation.content_id), False


def _answer_change_set(api: DataApi, change_set: _ChangeSet, caller: Caller) -> tuple[str, bool]:
    try:
        with api.environment.database.write() as connection:
            parts = _answer_all(api, connection, change_set, caller)
    except ApiError as error:
        return _error_part(error, error.headers.pop("Content-ID", "")), True
    boundary = f"changesetresponse_{uuid4()}"
    inside = "".join(f"--{boundary}\r\n{part}" for part in parts) + f"--{boundary}--\r\n"
    return f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{inside}", False


def _answer_all(
    api: DataApi, connection: sqlite3.Connection, change_set: _ChangeSet, caller: Caller
) -> list[str]:
    known: dict[str, str] = {}
    parts = []
    for operation in change_set.operations:
        try:
            if operation.method == "GET":
                raise bad_query("A change set cannot contain GET requests.")
            response = api.answer_within(connection, _request(operation, known), caller)
        except ApiError as error:
            error.headers["Content-ID"] = operation.content_id
            raise
        address = response.headers.get("OData-EntityId")
        if operation.content_id and address:
            known[operation.content_id] = address
        parts.append(_part(response, operation.content_id))
    return parts


def _request(operation: _Operation, known: dict[str, str]) -> ApiRequest:
    url, body = operation.url, operation.body
    if url.startswith("$"):
        url = _REFERENCE.sub(lambda found: _resolved(found, known), url, count=1)
    body = re.sub(
        r'("[^"]*@odata\.(?:bind|id)"\s*:\s*")/?\$(\w+)',
        lambda found: found[1] + known_address(found[2], known),
        body,
    )
    path, query = path_and_query(url)
    return ApiRequest(operation.method, unquote(path), query, operation.headers, body.encode())


def known_address(content_id: str, known: dict[str, str]) -> str:
    """The address that an earlier call of the change set was answered with.

    Raises:
        ApiError: No call with that Content-ID came before.
    """
    if content_id not in known:
        raise bad_query(
            f"Content-ID Reference: '{content_id}' does not exist in the batch context."
        )
    return known[content_id]


def _resolved(found: re.Match[str], known: dict[str, str]) -> str:
    return known_address(found[1], known)


def _read_batch(content_type: str, text: str) -> list[_Operation | _ChangeSet]:
    parts: list[_Operation | _ChangeSet] = []
    for part in _split(content_type, text):
        headers, body = _head_and_body(part)
        kind = headers.get("Content-Type", "")
        if kind.lower().startswith("multipart/mixed"):
            inner = [_head_and_body(each) for each in _split(kind, body)]
            parts.append(_ChangeSet([_operation(head, rest) for head, rest in inner]))
        else:
            parts.append(_operation(headers, body))
    if not parts:
        raise bad_query("The batch contains no requests.")
    return parts


def _split(content_type: str, text: str) -> list[str]:
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise bad_query("Invalid 'Content-Type' header value: the boundary is missing.")
    text = "\n" + text.replace("\r\n", "\n")
    pieces = text.split(f"\n--{found[1].strip()}")
    return [piece.strip("\n") for piece in pieces[1:] if not piece.startswith("--")]


def _head_and_body(part: str) -> tuple[Headers, str]:
    head, _, body = part.partition("\n\n")
    headers = Headers()
    for line in head.split("\n"):
        name, separator, value = line.partition(":")
        if separator:
            headers.add(name.strip(), value.strip())
    return headers, body


def _operation(outer: Headers, text: str) -> _Operation:
    line, _, rest = text.lstrip("\n").partition("\n")
    words = line.split(" ")
    if len(words) < 2 or words[0] not in {"GET", "POST", "PATCH", "PUT", "DELETE"}:
        raise bad_query(f"Invalid request line '{line}' in the batch.")
    if rest.startswith("\n"):
        headers, body = Headers(), rest[1:]
    else:
        headers, body = _head_and_body(rest)
    content_id = outer.get("Content-ID") or headers.get("Content-ID") or ""
    if words[-1].startswith("HTTP/"):
        words.pop()
    return _Operation(words[0], " ".join(words[1:]), headers, body.strip("\n"), content_id)


def _part(response: ApiResponse, content_id: str) -> str:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'OK')}"]
    if response.status not in {204, 304}:
        lines.append(f"Content-Type: {response.content_type}")
    lines.append("OData-Version: 4.0")
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    body = "" if response.status in {204, 304} else response.body()
    return "\r\n".join([*lines, "", body, ""])


def _error_part(error: ApiError, content_id: str) -> str:
    response = ApiResponse(error.status, text=encode(error.body()))
    response.headers = {"REQ_ID": str(uuid4())} | error.headers
    return _part(response, content_id)
