"""Trouble on order: lost answers, delays and failures, at exactly the call that asks for them.

A ``FaultPlan`` holds rules; ``FaultMiddleware`` lays them over a service and keeps the log of its
calls. Both are driven over HTTP under ``/_practice/faults`` and ``/_practice/calls`` so that a
test, a benchmark or a person can break a service that runs as a process of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from psaqb_desktop.practice.call_log import CallLog
from psaqb_desktop.practice.fault_rules import FaultPlan, FaultRule, RuleError
from psaqb_desktop.practice.http_server import DropConnection

__all__ = ["FaultMiddleware", "FaultPlan", "FaultRule", "OwnFaults", "RuleError"]

_FAULTS_PATH = "/_practice/faults"
_CALLS_PATH = "/_practice/calls"

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass
class OwnFaults:
    """What can go wrong with one service in particular; a Flask application brings it along.

    Attributes:
        named: Rules by the name that stands as ``fault`` in a posted one, which adds to them.
        events: What a rule's ``event`` does, given the path of the call.
        plan: The plan in force, for the service's own pages.
    """

    named: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    events: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    plan: FaultPlan | None = None

    EXTENSION = "practice_own_faults"

    def spelt_out(self, posted: Any) -> Any:
        """A posted rule, or a list of them, with its name replaced by what it stands for.

        Raises:
            RuleError: The service knows no such event.
        """
        if isinstance(posted, list):
            return [self.spelt_out(each) for each in posted]
        if not isinstance(posted, dict):
            return posted
        meant = self.named.get(str(posted.get("fault")))
        if meant is not None:
            posted = {**meant, **{key: posted[key] for key in posted if key != "fault"}}
        event = posted.get("event")
        if event and event not in self.events:
            raise RuleError(f"there is no event {event!r}")
        return posted


class FaultMiddleware:
    """Lays a fault plan over a WSGI application and answers the control end points."""

    def __init__(self, app: WSGIApplication, plan: FaultPlan | None = None) -> None:
        self.app = app
        self.plan = plan or FaultPlan()
        self.calls = CallLog()
        extensions = getattr(app, "extensions", {})
        self.own: OwnFaults = extensions.get(OwnFaults.EXTENSION, OwnFaults())
        self.own.plan = self.plan

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request, or fails it as planned."""
        path = environ.get("PATH_INFO", "")
        if path in {_FAULTS_PATH, _CALLS_PATH}:
            return self._control(path, environ, start_response)
        method = environ["REQUEST_METHOD"]
        rule = self.plan.take(method, path, environ.get("QUERY_STRING", ""))
        started = time.monotonic()
        answer = _Answer()
        try:
            if rule is None:
                answer.collect(self.app, environ)
            else:
                self._fail(rule, answer, environ)
        finally:
            self.calls.add(
                method=method,
                path=path,
                query=environ.get("QUERY_STRING", ""),
                status=answer.status_code,
                seconds=time.monotonic() - started,
                fault=rule.fault if rule else None,
            )
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _fail(self, rule: FaultRule, answer: _Answer, environ: WSGIEnvironment) -> None:
        if rule.fault == "drop_before":
            raise DropConnection
        if rule.event:
            self.own.events[rule.event](environ.get("PATH_INFO", ""))
        if rule.fault == "delay":
            time.sleep(rule.seconds)
        if rule.fault != "status" or rule.commit:
            answer.collect(self.app, environ)
        if rule.fault == "drop_after":
            raise DropConnection
        if rule.fault == "delay_after":
            time.sleep(rule.seconds)
        if rule.fault == "half_answer":
            # The length that was announced stays; waitress closes the connection half way.
            answer.body = answer.body[: len(answer.body) // 2]
        if rule.fault == "status":
            answer.replace(rule.status, rule.body, rule.headers)

    def _control(
        self, path: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        target = self.plan if path == _FAULTS_PATH else self.calls
        method = environ["REQUEST_METHOD"]
        answer = _Answer()
        if method == "GET":
            answer.json(200, target.as_json())
        elif method == "DELETE":
            target.clear()
            answer.json(200, target.as_json())
        elif method == "POST" and target is self.plan:
            try:
                self.plan.add_json(self.own.spelt_out(_read_json(environ)))
                answer.json(200, self.plan.as_json())
            except (RuleError, ValueError) as error:
                answer.json(400, {"error": str(error)})
        else:
            answer.json(405, {"error": f"{method} is not offered here"})
        start_response(answer.status, answer.headers)
        return [answer.body]


class _Answer:
    """An answer held back until it is known whether and how it leaves."""

    def __init__(self) -> None:
        self.status = "000 No Answer"
        self.headers: list[tuple[str, str]] = []
        self.body = b""

    @property
    def status_code(self) -> int:
        return int(self.status[:3])

    def collect(self, app: WSGIApplication, environ: WSGIEnvironment) -> None:
        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /
        ) -> Any:
            self.status, self.headers = status, list(headers)
            return lambda _data: None

        chunks = app(environ, start_response)
        try:
            self.body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        if environ["REQUEST_METHOD"] != "HEAD":
            self._announce_length()

    def replace(self, status: int, body: str, headers: dict[str, str]) -> None:
        self.status = f"{status} {_REASONS.get(status, 'Practice Fault')}"
        self.body = body.encode()
        named = {name.lower() for name in headers}
        self.headers = list(headers.items())
        if "content-type" not in named:
            guessed = "application/json" if body.lstrip().startswith("{") else "text/plain"
            self.headers.append(("Content-Type", guessed))
        self._announce_length()

    def json(self, status: int, payload: Any) -> None:
        self.replace(status, json.dumps(payload), {"Content-Type": "application/json"})

    def _announce_length(self) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        self.headers.append(("Content-Length", str(len(self.body))))


def _read_json(environ: WSGIEnvironment) -> Any:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return json.loads(environ["wsgi.input"].read(length) or b"null")
