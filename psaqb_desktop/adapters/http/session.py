"""Sending requests under the retry rule of the house."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urljoin, urlsplit

from psaqb_desktop import __version__
from psaqb_desktop.adapters.http import exact_json
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.redaction import loggable
from psaqb_desktop.adapters.http.retry import (
    MOST_TRIES,
    backoff,
    is_passing_failure,
    is_throttled,
    retry_after,
)
from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    ServiceUnavailableError,
    UntrustedHostError,
)

if TYPE_CHECKING:
    from psaqb_desktop.adapters.http.transport import Transport

__all__ = ["HttpAnswer", "HttpSession"]

_SAFE_IN_QUERY = "$,()'/:@"
"""OData's marks stay readable; a blank becomes %20, which every server reads alike."""

_log = logging.getLogger("psaqb.http")


@dataclass(frozen=True, slots=True)
class _Request:
    """A request ready to leave."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None
    timeout: tuple[float, float]
    is_safe_to_repeat: bool
    is_paced: bool
    is_confidential: bool


class HttpSession:
    """Talks to one service. May be used from any thread.

    A request is sent again when it never left this machine, when the service turned it away
    unprocessed (429), and otherwise only if it is safe to repeat; at most four times in all.
    """

    def __init__(
        self,
        service: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        timeout: tuple[float, float] = (10, 60),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``timeout`` is for connecting and for each wait for bytes, in seconds."""
        self._service = service
        self._sleep = sleep
        self._timeout = timeout
        self._jitter = jitter
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def send(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: bytes | str | None = None,
        json: object = None,
        is_safe_to_repeat: bool,
        timeout: tuple[float, float] | None = None,
        before_try: Callable[[], None] | None = None,
        is_confidential: bool = False,
    ) -> HttpAnswer:
        """Send a request and return its answer, whatever its status, read to the end.

        ``before_try`` is called before each time the request leaves: a pacer waits there. Who
        paces also decides what waits when the service asks to slow down, so 429 is then returned.
        ``is_confidential`` keeps the answer's text, which may hold secrets, out of all errors.

        Raises:
            ServiceUnavailableError: it never left, was throttled, or (safe requests) failed with
                5xx or without an answer, at all tries: this call changed nothing.
            OutcomeUnknownError: a request that is not safe to repeat was sent, and its answer was
                lost, cut off or late.
            UntrustedHostError: the answer would send the request on to another host.
        """
        all_headers = {"User-Agent": f"PSAQB-Desktop/{__version__}", **(headers or {})}
        if json is not None:
            data = exact_json.dumps(json)
            all_headers.setdefault("Content-Type", "application/json")
        if params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(
                params, safe=_SAFE_IN_QUERY, quote_via=quote
            )
        request = _Request(
            method,
            url,
            all_headers,
            data.encode() if isinstance(data, str) else data,
            timeout or self._timeout,
            is_safe_to_repeat,
            before_try is not None,
            is_confidential,
        )
        for tries in range(1, MOST_TRIES + 1):
            if before_try:
                before_try()
            answer = self._try(request, is_last=tries == MOST_TRIES)
            if isinstance(answer, HttpAnswer):
                return self._own(answer, request)
            self._sleep(backoff(tries, self._jitter) if answer is None else answer)
        raise AssertionError  # the last try returns or raises

    def close(self) -> None:
        """Close idle connections; the session can be used again."""
        with self._lock:
            transport, self._transport = self._transport, None
        if transport:
            transport.close()

    def _try(self, request: _Request, *, is_last: bool) -> HttpAnswer | float | None:
        """Send once; return the answer, or how long to wait, or None for the usual wait."""
        from psaqb_desktop.adapters.http.transport import (  # noqa: PLC0415 - see there
            NoAnswerError,
            NotConnectedError,
        )

        try:
            answer = self._exchange(request)
        except NotConnectedError as error:
            if is_last:
                raise self._unreachable(request, str(error)) from error
            return None
        except NoAnswerError as error:
            if not request.is_safe_to_repeat:
                raise self._unknown(request, str(error)) from error
            if is_last:
                raise self._unreachable(request, str(error)) from error
            return None
        if self._is_final(answer, request):
            return answer
        if is_last:
            raise self._unavailable(request, answer)
        return retry_after(answer.headers)

    @staticmethod
    def _is_final(answer: HttpAnswer, request: _Request) -> bool:
        if answer.status == 429:
            return request.is_paced
        return not (request.is_safe_to_repeat and is_passing_failure(answer.status))

    def _exchange(self, request: _Request) -> HttpAnswer:
        started = time.monotonic()
        outcome = "no answer"
        try:
            answer = self._opened().exchange(
                request.method,
                request.url,
                headers=request.headers,
                data=request.data,
                timeout=request.timeout,
                service=self._service,
            )
            outcome = f"{answer.status} {answer.trace_id}".rstrip()
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            _log.info(
                "%s %s %s %.0f ms", request.method, loggable(request.url), outcome, milliseconds
            )
        return replace(answer, is_confidential=True) if request.is_confidential else answer

    def _opened(self) -> Transport:
        with self._lock:
            if self._transport is None:
                from psaqb_desktop.adapters.http.transport import Transport  # noqa: PLC0415

                self._transport = Transport()
            return self._transport

    def _own(self, answer: HttpAnswer, request: _Request) -> HttpAnswer:
        """Refuse to be sent on: a token must not follow an address that a stranger names."""
        location = answer.headers.get("Location", "")
        if not 300 <= answer.status < 400 or not location:
            return answer
        here, there = urlsplit(request.url), urlsplit(urljoin(request.url, location))
        if (here.scheme, here.netloc.lower()) == (there.scheme, there.netloc.lower()):
            return answer
        raise UntrustedHostError(
            f"{self._service} would have sent the request on to {there.netloc}. "
            "It was not followed.",
            details=f"HTTP {answer.status} from {loggable(request.url)}",
        )

    def _unreachable(self, request: _Request, reason: str) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            f"{self._service} cannot be reached.",
            service=self._service,
            details=f"{request.method} {loggable(request.url)}: {reason}",
        )

    def _unknown(self, request: _Request, reason: str) -> OutcomeUnknownError:
        return OutcomeUnknownError(
            f"{self._service} did not answer; whether it carried the request out is not known.",
            details=f"{request.method} {loggable(request.url)}: {reason}",
        )

    def _unavailable(self, request: _Request, answer: HttpAnswer) -> ServiceUnavailableError:
        busy = is_throttled(answer.status, answer.headers)
        return ServiceUnavailableError(
            f"{self._service} "
            + ("asks to slow down." if busy else "is not able to answer at the moment."),
            service=self._service,
            retry_after=retry_after(answer.headers),
            details=f"{request.method} {loggable(request.url)}: {answer.excerpt()}",
        )
