"""Waiting for the system browser to come back: a listener on loopback that takes one visit.

Entra ID ignores the port of ``http://localhost``, so any free one will do; the path must be as
registered, that is none.
"""

from __future__ import annotations

import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Self

from psaqb_desktop.domain.errors import Cancelled, SignInNeededError

LONGEST_WAIT_SECONDS = 120.0
_TICK_SECONDS = 0.25
_READ_TIMEOUT_SECONDS = 5
_PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>PSAQB Desktop</title>"
    b"<body style='font-family:sans-serif;margin:4em'><h1>PSAQB Desktop</h1>"
    b"<p>You can close this window and return to the program.</p></body></html>"
)


class LoopbackListener:
    """Listens from the start until ``close``; ``wait`` returns the address the browser asked for.

    ``close`` may be called from another thread: it ends a wait, and does not block.
    """

    def __init__(self) -> None:
        self._server = _OneVisitServer()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._is_waiting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def redirect_uri(self) -> str:
        """What to ask for; ``localhost`` because Entra registers no number."""
        return f"http://localhost:{self._server.server_port}"

    def wait(
        self,
        timeout_seconds: float = LONGEST_WAIT_SECONDS,
        cancel: threading.Event | None = None,
    ) -> str:
        """Wait for the browser, at most two minutes, and return the whole redirected address.

        Raises:
            Cancelled: the listener was closed, or ``cancel`` was set.
            SignInNeededError: nobody came in time.
        """
        with self._lock:
            if self._closed.is_set():
                raise Cancelled("The sign-in was cancelled.")
            self._is_waiting = True
        try:
            return self._visited(
                time.monotonic() + min(timeout_seconds, LONGEST_WAIT_SECONDS), cancel
            )
        finally:
            with self._lock:
                self._is_waiting = False
                if self._closed.is_set():
                    self._server.server_close()

    def close(self) -> None:
        """Stop listening."""
        with self._lock:
            self._closed.set()
            if not self._is_waiting:
                self._server.server_close()

    def _visited(self, ends: float, cancel: threading.Event | None) -> str:
        while not self._server.visited:
            if self._closed.is_set() or (cancel and cancel.is_set()):
                raise Cancelled("The sign-in was cancelled.")
            if time.monotonic() >= ends:
                raise SignInNeededError("The browser did not come back in time.", service="CRM")
            self._server.handle_request()
        return self.redirect_uri + self._server.visited


class _OneVisitServer(HTTPServer):
    timeout = _TICK_SECONDS
    address_family = socket.AF_INET

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.visited = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a visitor that broke off; the real one is still to come."""


class _Visit(BaseHTTPRequestHandler):
    timeout = _READ_TIMEOUT_SECONDS
    server: _OneVisitServer

    def do_GET(self) -> None:
        """Take the redirect; ask everybody else (a favicon, a probe) to go away."""
        is_redirect = self.path.startswith("/?") and "state=" in self.path
        self.send_response(HTTPStatus.OK if is_redirect else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        if is_redirect:
            self.wfile.write(_PAGE)
            self.server.visited = self.path

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the address holds the code."""
