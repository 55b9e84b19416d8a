"""What came back over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from psaqb_desktop.adapters.http.redaction import redact
from psaqb_desktop.domain.errors import UnreadableAnswerError

_TRACE_HEADERS = ("intuit_tid", "x-ms-service-request-id", "x-ms-request-id", "request-id")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A complete answer: its body was read to the end.

    ``headers`` is looked up without regard to case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    service: str = ""
    is_confidential: bool = False
    """The body may hold tokens or secrets: nothing of it is ever told."""

    @property
    def is_success(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, whatever is in it."""
        return self.body.decode("utf-8-sig", errors="replace")

    @property
    def trace_id(self) -> str:
        """The service's own name for this exchange, which its support asks for."""
        return next((self.headers[name] for name in _TRACE_HEADERS if name in self.headers), "")

    @property
    def date(self) -> datetime | None:
        """When the service says that it answered, by its own clock; None where it does not."""
        try:
            found = parsedate_to_datetime(self.headers.get("Date", ""))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def json(self) -> Any:
        """Read the body as JSON; numbers with a point come as Decimal.

        Raises:
            UnreadableAnswerError: it is not JSON.
        """
        try:
            return json.loads(
                self.body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number
            )
        except (ValueError, RecursionError) as error:
            raise UnreadableAnswerError(
                f"The answer of {self.service or 'the service'} could not be read.",
                details=self.excerpt(),
            ) from error

    def excerpt(self, length: int = 600) -> str:
        """Return status, trace id and the beginning of the body for support, without secrets."""
        trace = f", trace id {self.trace_id}" if self.trace_id else ""
        if self.is_confidential:
            return f"HTTP {self.status}{trace} (its text is not shown: it may hold secrets)"
        return redact(f"HTTP {self.status}{trace}: {self.text[:length]}")


def _no_number(name: str) -> NoReturn:
    msg = f"{name} is not a number"
    raise ValueError(msg)
