"""Reading QuickBooks' faults: two spellings of JSON, XML, and pages of gateways in between."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.redaction import redact
from psaqb_desktop.domain.errors import UnreadableAnswerError

_ERROR_CODE = re.compile(r"errorCode=0*(\d+)")
_XML_ERROR = re.compile(r"<Error\b([^>]*)>(.*?)</Error>", re.DOTALL)
_XML_TYPE = re.compile(r"<Fault\b[^>]*\btype=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a fault. ``code`` has no leading zeros; ``kind`` is the fault's type."""

    code: str
    message: str
    detail: str = ""
    element: str = ""
    kind: str = ""

    @property
    def number(self) -> int:
        """The code as a number; 0 where it is none."""
        return int(self.code) if self.code.isdecimal() else 0

    @property
    def is_throttling(self) -> bool:
        """QuickBooks turned the request away unprocessed; older gateways say so with 403."""
        return self.code == "3001" or "ThrottleExceeded" in self.message

    @property
    def is_failure_inside(self) -> bool:
        """QuickBooks failed, so that nobody can tell what it has done before."""
        return self.number >= 10000 or self.kind.casefold() == "systemfault"

    def __str__(self) -> str:
        parts = [f"code {self.code}" if self.code else "no code", self.message, self.detail]
        element = f" [{self.element}]" if self.element else ""
        return redact(" – ".join(p for p in parts if p) + element)


def read_faults(answer: HttpAnswer) -> tuple[Fault, ...]:
    """Find the faults in an answer of any form; empty where it holds none."""
    try:
        return faults_in(answer.json())
    except UnreadableAnswerError:
        pass
    text = answer.text
    kind = _first(_XML_TYPE, text)
    return tuple(
        _xml_fault(attributes, inner, kind) for attributes, inner in _XML_ERROR.findall(text)
    )


def faults_in(data: object) -> tuple[Fault, ...]:
    """Find the faults in a JSON answer, under either spelling."""
    if not isinstance(data, Mapping):
        return ()
    fault = _get(data, "fault")
    if not isinstance(fault, Mapping):
        return ()
    kind = str(_get(fault, "type") or "")
    errors = _get(fault, "error")
    if not isinstance(errors, list):
        errors = [errors]
    found = [_json_fault(error, kind) for error in errors if isinstance(error, Mapping)]
    # A fault without errors is a fault all the same.
    return tuple(found) or (Fault("", json.dumps(dict(fault), default=str)[:300], kind=kind),)


def _json_fault(error: Mapping[str, Any], kind: str) -> Fault:
    words = {
        name: str(_get(error, name) or "") for name in ("code", "message", "detail", "element")
    }
    return _fault(kind=kind, **words)


def _xml_fault(attributes: str, inner: str, kind: str) -> Fault:
    def attribute(name: str) -> str:
        return html.unescape(_first(re.compile(rf"\b{name}=\"([^\"]*)\""), attributes))

    def child(name: str) -> str:
        return html.unescape(_first(re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL), inner))

    return _fault(
        code=attribute("code"),
        message=child("Message"),
        detail=child("Detail"),
        element=attribute("element"),
        kind=kind,
    )


def _fault(*, code: str, message: str, detail: str, element: str, kind: str) -> Fault:
    plain = code.strip().lstrip("0") or _first(_ERROR_CODE, message)
    return Fault(plain, message.strip(), detail.strip(), element.strip(), kind)


def _get(data: Mapping[str, Any], name: str) -> Any:
    for key in (name, name.capitalize()):
        if key in data:
            return data[key]
    return None


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1) if match else ""
