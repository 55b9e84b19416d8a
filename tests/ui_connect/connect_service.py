"""A sign-in service and a trap on loopback: real sockets, started by the tests.

The service sends the browser to the redirect address in every way that real ones use; the trap
stands at the redirect address and counts who knocks.
"""

from __future__ import annotations

import html
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

_FORM = "<h1>Sign in</h1><form><label>E-mail <input autofocus></label></form>"
_SUBMIT = (
    '<form id="f" method="POST" action="{target}">{inputs}</form>'
    "<script>document.getElementById('f').submit()</script>"
)
_THEN_PAGE = "<script>setTimeout(() => location.href = {back!r} + '&from=page', 700)</script>"
_BODIES = {
    "script": "<script>location.href = {back!r}</script>",
    "meta": '<meta http-equiv="refresh" content="0;url={link}">',
    "post-302": _SUBMIT.replace("{target}", "/posted"),
    "post": _SUBMIT.replace("{target}", "{redirect_uri}"),
    "popup": "<script>window.open({back!r})</script>Popup",
    "frame": '<iframe src="{link}"></iframe>' + _THEN_PAGE,
    "parts": '<img src="{link}"><script>fetch({back!r}).catch(() => 0)</script>' + _THEN_PAGE,
    "elsewhere": "<script>location.href = {elsewhere!r}</script>Sign in",
}


class _Words(dict[str, str]):
    """What the pages above are filled with."""

    def __init__(self, asked: dict[str, str], back: str) -> None:
        inputs = "".join(
            f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">'
            for key, value in asked.items()
        )
        super().__init__(asked, back=back, link=html.escape(back), inputs=inputs)


class _Pages(BaseHTTPRequestHandler):
    server: SignInService

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.server.cookies.append(self.headers.get("Cookie", ""))
        way, back = parts.path.strip("/"), self._back(asked)
        moves = {
            "302": back,
            "chain": self.path.replace("/chain", "/302"),
            "cookie": back,
        }
        if way in moves:
            self._redirect(moves[way], cookie="session=abc; Max-Age=99999")
        elif way == "broken":
            self._answer(503, b"<h1>Out of order</h1>")
        else:
            self._page(_BODIES.get(way, _FORM).format_map(_Words(asked, back)))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        fields = parse_qs(self.rfile.read(length).decode())
        self._redirect(self._back({key: values[0] for key, values in fields.items()}))

    def _back(self, asked: dict[str, str]) -> str:
        # "%2B" and "%2F" must arrive as they are: codes are base64 at some services.
        query = f"code=a%2Bb%2Fc%3D&state={quote(asked.get('state', ''), safe='')}&realmId=9130"
        return f"{asked.get('redirect_uri', '')}?{query}"

    def _page(self, body: str) -> None:
        self._answer(200, f"<!doctype html><title>secret-title</title>{body}".encode())

    def _redirect(self, target: str, cookie: str = "") -> None:
        self.send_response(302)
        self.send_header("Location", target)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Be quiet."""


class SignInService(ThreadingHTTPServer):
    """The service; ``cookies`` are what the browser sent, visit by visit."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        self.cookies: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Trap:
    """Stands where the browser must never arrive: counts who knocks, keeps what they say."""

    def __init__(self) -> None:
        self.visits = 0
        self.heard = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self._listen, args=(visitor,), daemon=True).start()

    def _listen(self, visitor: socket.socket) -> None:
        with visitor:
            try:
                while said := visitor.recv(4096):
                    self.heard += said
            except OSError:
                return

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
