"""A server on loopback that answers, breaks off and hangs as it is told, over real sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Reply = Callable[[socket.socket], None]


@dataclass
class Received:
    """A request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LoopbackServer:
    """Gives the next reply to each request; the last one again and again."""

    replies: list[Reply]
    tls: ssl.SSLContext | None = None
    is_deaf: bool = False
    """Replies without reading, as if another protocol were spoken here."""
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        host = "localhost" if self.tls else "127.0.0.1"
        return f"{scheme}://{host}:{self.port}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                if self.is_deaf:
                    self.replies[0](connection)
                else:
                    self._answer(connection)
            except OSError:
                pass  # the client hung up first, as some tests want
            finally:
                connection.close()

    def _answer(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            line = stream.readline().decode(errors="replace").strip()
            if not line:
                return
            headers: dict[str, str] = {}
            while text := stream.readline().decode().strip():
                name, _, value = text.partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", "0")))
        self.received.append(Received(line, headers, body))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        reply(connection)


@pytest.fixture
def loopback() -> Iterator[Callable[..., LoopbackServer]]:
    """Start servers that are stopped at the end of the test."""
    servers: list[LoopbackServer] = []

    def start(*replies: Reply, tls: ssl.SSLContext | None = None) -> LoopbackServer:
        servers.append(LoopbackServer(list(replies), tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
