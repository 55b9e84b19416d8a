"""The HTTP server under the practice services: threaded, keep-alive, loopback only, silent.

Waitress does the work. It keeps connections open when an answer carries Content-Length, switches
Nagle's algorithm off, and closes a connection without a byte of answer when the application says
the client is gone: that is how a lost answer is made real (see ``DropConnection``).
"""

from __future__ import annotations

import ipaddress
import logging
import select
import socket
import threading
from collections.abc import Callable
from typing import Any, Self

from waitress.channel import ClientDisconnected
from waitress.server import create_server

WsgiApp = Callable[..., Any]

DropConnection: type[Exception] = ClientDisconnected
"""Raised out of a WSGI application, it closes the client's connection without any answer."""

THREADS = 48
"""A delayed answer holds a thread, so there are more than a client opens connections."""

_CONNECTIONS = 1000
_POLL_SECONDS = 0.5


class NotLoopbackError(ValueError):
    """A practice service was asked to listen where other machines could reach it."""


class RunningServer:
    """A server at work in a thread of its own, until ``close``."""

    def __init__(self, app: WsgiApp, host: str, port: int, threads: int = THREADS) -> None:
        """Listens at once; ``port`` 0 takes a free one, told by ``.port``."""
        logging.getLogger("waitress").addHandler(logging.NullHandler())
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._sockets,
            listen=f"{_bracketed(host)}:{port}",
            threads=threads,
            connection_limit=_CONNECTIONS,
            asyncore_use_poll=hasattr(select, "poll"),
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self.host = host
        self.port = int(self._server.effective_port)
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, name=f"practice-http-{self.port}", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the server is reached, without a slash at the end."""
        return f"http://{_bracketed(self.host)}:{self.port}"

    def close(self) -> None:
        """Stops listening, lets running requests end and closes all connections."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._server.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        self._server.asyncore.close_all(self._sockets, ignore_all=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        # One turn of waitress's loop at a time, so that close() can end it from outside.
        while not self._stopping.is_set():
            self._server.asyncore.loop(
                timeout=_POLL_SECONDS,
                use_poll=self._server.adj.asyncore_use_poll,
                map=self._sockets,
                count=1,
            )


def serve(
    app: WsgiApp, host: str = "127.0.0.1", port: int = 0, threads: int = THREADS
) -> RunningServer:
    """Serves ``app`` on loopback.

    Raises:
        NotLoopbackError: ``host`` is not a loopback address; practice data has no protection.
        OSError: The port is taken.
    """
    if not _is_loopback(host):
        raise NotLoopbackError(f"Practice services listen on loopback only, not on {host}.")
    return RunningServer(app, host, port, threads)


def _is_loopback(host: str) -> bool:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address).is_loopback for address in found)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
