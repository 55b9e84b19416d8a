"""Keeps other web sites from driving the practice service through a person's browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def guard_origin(app: Flask) -> None:
    """Refuses requests under a foreign host name, and those that a foreign page sends."""

    @app.before_request
    def refuse_foreign() -> Response | None:
        host = urlsplit(f"//{request.host}").hostname
        if host not in _LOOPBACK:
            return Response("Practice QuickBooks answers on loopback only.\n", 403)
        origin = request.headers.get("Origin", "null")
        if origin != "null" and urlsplit(origin).netloc != request.host:
            return Response("Other sites may not send forms here.\n", 403)
        return None
