"""Dataverse's Web API: one request each, pages and batches, errors translated.

Observed of the service (reference ``dataverse.md`` 2): a PATCH without ``If-Match`` creates what
is not there, so each update names its condition; the next page's address is absolute and used
untouched; ``If-None-Match: null`` keeps proxies from answering out of a cache.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlsplit

from psaqb_desktop.adapters.dataverse import batch
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.batch_size import BatchSize
from psaqb_desktop.adapters.dataverse.faults import (
    SERVICE,
    details_of,
    error_of,
    outcome_unknown,
)
from psaqb_desktop.adapters.dataverse.odata import chunks, query
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.environment import LOOPBACK
from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    ServiceUnavailableError,
    UnreadableAnswerError,
    UntrustedHostError,
)

JsonObject = dict[str, Any]

API_PATH = "/api/data/v9.2/"
READS_IN_ONE_BATCH = 10
_BATCHES_AT_ONCE = 4
"""Microsoft advises few operations a batch and batches side by side; 52 calls are allowed."""
_CONNECT_TIMEOUT = 10.0
_TIMEOUT = 120.0
"""The platform itself gives up on a query after two minutes."""
_TEXT_JSON = "application/json; charset=utf-8"


class AccessToken(Protocol):
    """Answers a token that is good for some minutes."""

    def __call__(self, *, refused: str = "") -> str:
        """Return a token, from memory if one is good and is not the one that was refused."""
        ...


class DataverseClient:
    """One CRM. May be used from any thread."""

    def __init__(self, crm_url: str, access_token: AccessToken, http: HttpSession) -> None:
        """``crm_url`` is the CRM's address without a path.

        Raises:
            UntrustedHostError: the address would carry the token without TLS.
        """
        parts = urlsplit(crm_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise UntrustedHostError(
                f"{crm_url} is not protected (https). Nothing was sent.",
                remedy="Correct crm_url of the environment.",
            )
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._root = self._origin + API_PATH
        self._access_token = access_token
        self._http = http
        self._writes_in_one = BatchSize()

    def address(self, path: str) -> str:
        """Return the whole address of a record, as references between records want it."""
        return self._root + path

    def get(
        self,
        path: str,
        options: Mapping[str, str] | None = None,
        *,
        doing: str,
        is_confidential: bool = False,
    ) -> JsonObject:
        """Read one record or one answer; ``doing`` completes the sentence of an error.

        What a confidential answer says is in no error: it may hold secrets.
        """
        answer = self._checked(
            "GET",
            self._url(path, options),
            doing=doing,
            is_safe=True,
            is_confidential=is_confidential,
        )
        return _object(answer)

    def pages(
        self,
        path: str,
        options: Mapping[str, str],
        *,
        doing: str,
        annotations: str = "",
        page_size: int = 5000,
    ) -> Iterator[list[JsonObject]]:
        """Yield a collection page by page."""
        prefer = {"Prefer": _reading(annotations, page_size)}
        bodies = self._follow(self._url(path, options), prefer, doing=doing)
        return (_values(body) for body in bodies)

    def bodies(
        self, path: str, options: Mapping[str, str], *, doing: str, page_size: int, wish: str = ""
    ) -> Iterator[JsonObject]:
        """Yield a collection page by page, each with what else its answer says.

        ``wish`` is one more preference, such as ``odata.track-changes``.
        """
        prefer = ",".join(filter(None, (_reading("", page_size), wish)))
        return self._follow(self._url(path, options), {"Prefer": prefer}, doing=doing)

    def bodies_from(self, link: str, *, doing: str, page_size: int) -> Iterator[JsonObject]:
        """Yield the pages behind an address that the CRM gave, such as a delta link."""
        return self._follow(link, {"Prefer": _reading("", page_size)}, doing=doing)

    def rows(
        self, path: str, options: Mapping[str, str], *, doing: str, annotations: str = ""
    ) -> list[JsonObject]:
        """Read a whole collection."""
        pages = self.pages(path, options, doing=doing, annotations=annotations)
        return [row for page in pages for row in page]

    def rows_of(
        self, addresses: Sequence[str], *, doing: str, annotations: str = ""
    ) -> list[JsonObject]:
        """Read several collections in few requests; all of their rows, in the same order.

        ``addresses`` are paths with their query; long ones are welcome (64 KB inside a batch).
        """
        each = self.rows_of_each(addresses, doing=doing, annotations=annotations)
        return [row for rows in each for row in rows]

    def rows_of_each(
        self, addresses: Sequence[str], *, doing: str, annotations: str = ""
    ) -> list[list[JsonObject]]:
        """Read several collections in few requests; the rows of each of them."""
        prefer = {"Prefer": _reading(annotations, 5000)}
        operations = [Operation("GET", address, prefer) for address in addresses]
        found: list[list[JsonObject]] = []
        for answer in self.batch(operations, doing=doing, is_safe=True):
            if answer.status >= 400:
                raise error_of(answer, doing=doing, is_write=False)
            first = _object(answer)
            rows = list(_values(first))
            if follow := first.get("@odata.nextLink"):
                for body in self._follow(str(follow), prefer, doing=doing):
                    rows.extend(_values(body))
            found.append(rows)
        return found

    def write(
        self,
        operation: Operation,
        *,
        doing: str,
        is_safe: bool = False,
        timeout: float = _TIMEOUT,
        is_confidential: bool = False,
    ) -> HttpAnswer:
        """Send one write and return its answer (below 400).

        ``is_safe`` says that repeating it does no harm: absolute values, no condition on a version.
        """
        return self._checked(
            operation.method,
            self._root + operation.path,
            headers=operation.headers,
            body=operation.body,
            doing=doing,
            is_safe=is_safe,
            timeout=timeout,
            is_confidential=is_confidential,
        )

    def update(
        self,
        path: str,
        body: JsonObject,
        *,
        if_match: str,
        select: str,
        doing: str,
        is_confidential: bool = False,
    ) -> JsonObject:
        """Change columns of one record and return its ``select`` columns with its new version.

        Raises:
            StaleRecordError: ``if_match`` names another version.
        """
        headers = {"If-Match": if_match, "Prefer": "return=representation"}
        operation = Operation("PATCH", f"{path}?$select={select}", headers, body)
        answer = self.write(
            operation, doing=doing, is_safe=if_match == "*", is_confidential=is_confidential
        )
        return _object(answer)

    def create(self, path: str, body: JsonObject, *, select: str, doing: str) -> JsonObject:
        """Make the record with the key in ``path``, refused if it is there; read ``select``.

        Raises:
            StaleRecordError: it exists.
        """
        headers = {"If-None-Match": "*", "Prefer": "return=representation"}
        operation = Operation("PATCH", f"{path}?$select={select}", headers, body)
        return _object(self.write(operation, doing=doing))

    def batch(
        self, operations: Sequence[Operation], *, doing: str, is_safe: bool
    ) -> list[HttpAnswer]:
        """Send many operations in few requests; the answers come in the same order.

        Raises:
            OutcomeUnknownError: an answer with writes in it was lost (never when ``is_safe``).
        """
        has_writes = any(operation.is_write for operation in operations)
        size = self._writes_in_one.size if has_writes else READS_IN_ONE_BATCH
        pieces = list(chunks(operations, size))
        if len(pieces) < 2:
            return self._batch(pieces[0], doing, is_safe=is_safe) if pieces else []
        with ThreadPoolExecutor(_BATCHES_AT_ONCE, thread_name_prefix="crm-batch") as pool:
            waiting = [pool.submit(self._batch, piece, doing, is_safe=is_safe) for piece in pieces]
            return [answer for future in waiting for answer in future.result()]

    def _batch(
        self, operations: Sequence[Operation], doing: str, *, is_safe: bool
    ) -> list[HttpAnswer]:
        content_type, body = batch.build(operations, API_PATH)
        writes = sum(operation.is_write for operation in operations)
        began = time.monotonic()
        try:
            answer = self._checked(
                "POST",
                self._root + "$batch",
                headers={"Content-Type": content_type, "Prefer": "odata.continue-on-error"},
                body=body,
                doing=doing,
                is_safe=is_safe,
            )
        except (OutcomeUnknownError, ServiceUnavailableError):
            if writes:
                self._writes_in_one.was_lost()
            raise
        self._writes_in_one.took(writes, time.monotonic() - began)
        try:
            answers = batch.parse(answer)
        except UnreadableAnswerError as error:
            if is_safe:
                raise
            raise outcome_unknown(doing, error.details) from error
        if len(answers) != len(operations):
            raise outcome_unknown(doing, f"{len(answers)} answers to {len(operations)} operations")
        return answers

    def _follow(self, url: str, headers: Mapping[str, str], *, doing: str) -> Iterator[JsonObject]:
        next_page: object = url
        while next_page:
            address = str(next_page)
            if not address.startswith(self._origin + "/"):
                raise UntrustedHostError(
                    "The CRM named another host for its next page. Nothing was sent there.",
                    remedy="Check crm_url of the environment.",
                    details=urlsplit(address).netloc,
                )
            page = _object(
                self._checked("GET", address, headers=headers, doing=doing, is_safe=True)
            )
            yield page
            next_page = page.get("@odata.nextLink")

    def _url(self, path: str, options: Mapping[str, str] | None) -> str:
        return self._root + path + (f"?{query(options)}" if options else "")

    def _checked(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        url: str,
        *,
        doing: str,
        is_safe: bool,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = _TIMEOUT,
        is_confidential: bool = False,
    ) -> HttpAnswer:
        """Send; a refused token is replaced once; raise for any answer of 400 or more."""
        token = self._access_token()
        for is_last in (False, True):
            try:
                answer = self._http.send(
                    method,
                    url,
                    headers=self._headers(token, headers or {}, body),
                    data=body if isinstance(body, bytes) else None,
                    json=None if isinstance(body, bytes) else body,
                    is_safe_to_repeat=is_safe,
                    timeout=(_CONNECT_TIMEOUT, timeout),
                    is_confidential=is_confidential,
                )
            except OutcomeUnknownError as error:
                raise outcome_unknown(doing, error.details) from error
            if answer.status != 401 or is_last:
                break
            token = self._access_token(refused=token)
        if answer.status >= 400 or answer.status in range(300, 400):
            raise error_of(answer, doing=doing, is_write=not is_safe)
        return answer

    def _headers(self, token: str, own: Mapping[str, str], body: object) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "OData-MaxVersion": "4.0",
            "OData-Version": "4.0",
            "If-None-Match": "null",
            "x-ms-client-request-id": str(uuid.uuid4()),
        }
        if body is not None:
            headers["Content-Type"] = _TEXT_JSON
        return headers | dict(own)


def _reading(annotations: str, page_size: int) -> str:
    prefer = f"odata.maxpagesize={page_size}"
    if annotations:
        prefer += f',odata.include-annotations="{annotations}"'
    return prefer


def _object(answer: HttpAnswer) -> JsonObject:
    body = answer.json()
    if not isinstance(body, dict):
        raise UnreadableAnswerError(
            f"The {SERVICE} answered something else than a record.", details=details_of(answer)
        )
    return body


def _values(body: JsonObject) -> list[JsonObject]:
    values = body.get("value")
    if not isinstance(values, list):
        raise UnreadableAnswerError(f"The {SERVICE} answered something else than a list.")
    return values
