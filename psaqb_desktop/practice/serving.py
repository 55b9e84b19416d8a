"""The process in which both practice services run."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from psaqb_desktop.practice.crm.app import create_app as create_crm
from psaqb_desktop.practice.crm.app import environment_of
from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.http_server import RunningServer, serve
from psaqb_desktop.practice.quickbooks.app import create_app as create_quickbooks
from psaqb_desktop.practice.server import (
    ADDRESS_FILE,
    CRM_FOLDER,
    QUICKBOOKS_FOLDER,
    read_addresses,
)

HOST = "127.0.0.1"
_THREADS = 128
"""Some ten calls of each of a dozen companies are in the air while service times pass."""

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class CannotServeError(Exception):
    """The services cannot listen where they must, or run already."""


class PracticeServices:
    """Both services of one folder, listening until ``close``."""

    def __init__(
        self,
        folder: Path,
        *,
        crm_port: int,
        quickbooks_port: int,
        crm_options: CrmOptions | None = None,
    ) -> None:
        """Opens the ports, then the data, then tells where it listens.

        Raises:
            CannotServeError: The folder is served already, or a port that must stay is taken.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.stopping = threading.Event()
        self._lock = FileLock(folder / "practice.serving.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise CannotServeError(f"The folder {folder} is being served already.") from error
        kept = read_addresses(folder)
        crm, quickbooks = _Door(self.stopping), _Door(self.stopping)
        self._servers: list[RunningServer] = []
        self._crm: Environment | None = None
        try:
            self.crm_url = self._listen(crm, kept.crm_url if kept else None, crm_port)
            self.quickbooks_url = self._listen(
                quickbooks, kept.quickbooks_url if kept else None, quickbooks_port
            )
        except CannotServeError:
            self.close()
            raise
        crm_app = create_crm(folder / CRM_FOLDER, base_url=self.crm_url, options=crm_options)
        self._crm = environment_of(crm_app)
        crm.open(FaultMiddleware(crm_app), self.crm_url)
        quickbooks_app = create_quickbooks(folder / QUICKBOOKS_FOLDER, base_url=self.quickbooks_url)
        quickbooks.open(FaultMiddleware(quickbooks_app), self.quickbooks_url)
        self._tell(folder)

    def close(self) -> None:
        """Stop listening and let the folder go."""
        for server in self._servers:
            server.close()
        if self._crm is not None:
            self._crm.close()
        self._lock.release()

    def _listen(self, door: _Door, kept_url: str | None, preferred: int) -> str:
        kept_port = urlsplit(kept_url).port if kept_url else None
        try:
            server = serve(door, HOST, kept_port or preferred, _THREADS)
        except OSError as error:
            if kept_port is not None:
                raise CannotServeError(
                    f"Port {kept_port} is taken by another program. The practice companies are "
                    "connected by this address, so the port must become free again."
                ) from error
            server = serve(door, HOST, 0, _THREADS)
        self._servers.append(server)
        return server.url

    def _tell(self, folder: Path) -> None:
        addresses = {
            "pid": os.getpid(),
            "crm_url": self.crm_url,
            "quickbooks_url": self.quickbooks_url,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        draft = folder / f"{ADDRESS_FILE}.new"
        draft.write_text(json.dumps(addresses, indent=2), "utf-8")
        draft.replace(folder / ADDRESS_FILE)


class _Door:
    """Answers while the service behind it is being built, and tells of the process.

    Pages of other sites may not use the control end points: a browser names its page's origin.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._app: WsgiApp | None = None
        self._url = ""

    def open(self, app: WsgiApp, url: str) -> None:
        """Let requests through to the service."""
        self._url = url
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if self._app is None:
            return _json(start_response, "503 Service Unavailable", {"error": "starting"})
        if path.startswith("/_practice/"):
            origin = environ.get("HTTP_ORIGIN", self._url)
            if origin != self._url:
                return _json(start_response, "403 Forbidden", {"error": "foreign origin"})
        if path == "/_practice/health":
            return _json(start_response, "200 OK", {"url": self._url, "pid": os.getpid()})
        if path == "/_practice/stop" and environ["REQUEST_METHOD"] == "POST":
            self._stopping.set()
            return _json(start_response, "200 OK", {"stopping": True})
        return self._app(environ, start_response)


def _json(start_response: StartResponse, status: str, body: dict[str, Any]) -> Iterable[bytes]:
    text = json.dumps(body).encode()
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
    )
    return [text]
