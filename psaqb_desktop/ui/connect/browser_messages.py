"""What the program and the process of the sign-in window say to each other: one line each way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Rectangle = tuple[int, int, int, int]
"""Left, top, width and height on the virtual desktop."""


@dataclass(frozen=True, slots=True)
class BrowserOrder:
    """What the sign-in window is to show, and where it has to stop.

    Travels by standard input, never on a command line: the address carries the client id and the
    state of the sign-in.
    """

    url: str = field(repr=False)
    redirect_uri: str
    title: str
    allowed_hosts: tuple[str, ...]
    environment_kind: str
    above: Rectangle | None = None
    """Where the window is that asks, so that this one opens over it."""
    is_dark: bool = False

    def to_line(self) -> str:
        """Return the order as one line of JSON."""
        return json.dumps(
            {
                "url": self.url,
                "redirect_uri": self.redirect_uri,
                "title": self.title,
                "allowed_hosts": list(self.allowed_hosts),
                "environment_kind": self.environment_kind,
                "above": list(self.above) if self.above else None,
                "is_dark": self.is_dark,
            }
        )

    @classmethod
    def from_line(cls, line: str) -> BrowserOrder:
        """Read an order.

        Raises:
            ValueError: the line is no order.
        """
        fields = _object(line)
        try:
            above = fields.get("above")
            return cls(
                url=str(fields["url"]),
                redirect_uri=str(fields["redirect_uri"]),
                title=str(fields.get("title") or "Sign in"),
                allowed_hosts=tuple(str(host) for host in fields.get("allowed_hosts", ())),
                environment_kind=str(fields.get("environment_kind") or "production"),
                above=_rectangle(above) if above else None,
                is_dark=bool(fields.get("is_dark")),
            )
        except KeyError as error:
            raise ValueError(f"the order lacks {error}") from None


class BrowseEnd(Enum):
    """How a sign-in window ended."""

    REDIRECTED = "redirected"
    CANCELLED = "cancelled"
    USE_SYSTEM_BROWSER = "use_system_browser"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BrowseOutcome:
    """How a sign-in window ended, with the redirected address or with what went wrong."""

    end: BrowseEnd
    redirected_url: str = field(default="", repr=False)
    problem: str = ""

    def to_line(self) -> str:
        """Return the outcome as one line of JSON."""
        said: str | bool = True
        if self.end is BrowseEnd.REDIRECTED:
            said = self.redirected_url
        elif self.end is BrowseEnd.FAILED:
            said = self.problem
        return json.dumps({self.end.value: said})

    @classmethod
    def from_line(cls, line: str) -> BrowseOutcome:
        """Read an outcome.

        Raises:
            ValueError: the line is no outcome.
        """
        fields = _object(line)
        if isinstance(fields.get("redirected"), str):
            return cls(BrowseEnd.REDIRECTED, redirected_url=fields["redirected"])
        if fields.get("cancelled") is True:
            return cls(BrowseEnd.CANCELLED)
        if fields.get("use_system_browser") is True:
            return cls(BrowseEnd.USE_SYSTEM_BROWSER)
        if isinstance(fields.get("failed"), str):
            return cls(BrowseEnd.FAILED, problem=fields["failed"])
        raise ValueError("the line names no known end")


def _object(line: str) -> Mapping[str, Any]:
    fields = json.loads(line)
    if not isinstance(fields, dict):
        raise ValueError("the line is not a JSON object")  # noqa: TRY004 - bad data, not a bug
    return fields


def _rectangle(numbers: Any) -> Rectangle:
    left, top, width, height = (int(number) for number in numbers)
    return left, top, width, height
