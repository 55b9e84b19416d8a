"""Where the sign-in window may go, and where it has to stop.

Addresses are compared as Qt took them apart: a second parser could see another host than the one
that Chromium connects to.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QUrl

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_ENCODED = QUrl.ComponentFormattingOption.FullyEncoded
_DEFAULT_PORTS = {"https": 443, "http": 80}


def same_endpoint(url: QUrl, redirect: QUrl) -> bool:
    """Tell whether ``url`` is the redirect address, whatever its query says.

    Scheme, host, port and path must be equal: a prefix comparison would take
    ``https://app.example.com.evil.test`` for ``https://app.example.com``.
    """
    return _endpoint(url) == _endpoint(redirect) and not url.userInfo()


def _endpoint(url: QUrl) -> tuple[str, str, int, str]:
    scheme = url.scheme().lower()
    return (
        scheme,
        host_of(url),
        url.port(_DEFAULT_PORTS.get(scheme, -1)),
        url.path(_ENCODED) or "/",
    )


def host_of(url: QUrl) -> str:
    """Return the host in lower case and in ASCII, so that look-alike letters show."""
    return url.host(_ENCODED).lower().rstrip(".").strip("[]")


def shown_address(url: QUrl) -> str:
    """Return scheme and host (and an unusual port): all that the address line may show."""
    if not url.host():
        return ""
    port = f":{url.port()}" if url.port() != -1 else ""
    return f"{url.scheme()}://{host_of(url)}{port}"


def may_visit(url: QUrl, allowed_hosts: Iterable[str], environment_kind: str) -> bool:
    """Tell whether the window itself (not a frame in its page) may go to ``url``.

    Only the allowed hosts and what is below them, over https; http is for a service on this very
    computer, and never in production. An allowed host may name a port: then only that one counts.
    """
    if url.userInfo():
        return False
    scheme, host = url.scheme().lower(), host_of(url)
    if scheme == "http":
        if host not in LOOPBACK_HOSTS or environment_kind == "production":
            return False
    elif scheme != "https":
        return False
    port = url.port(_DEFAULT_PORTS[scheme])
    return any(_covers(allowed, host, port) for allowed in allowed_hosts)


def may_embed(url: QUrl, environment_kind: str) -> bool:
    """Tell whether a frame or part of a page may come from ``url``.

    Sign-in pages embed captchas and the like from many hosts, so any https host will do.
    """
    scheme = url.scheme().lower()
    if scheme in {"https", "wss", "about", "data", "blob"}:
        return True
    is_local = host_of(url) in LOOPBACK_HOSTS and environment_kind != "production"
    return scheme in {"http", "ws"} and is_local


def _covers(allowed: str, host: str, port: int) -> bool:
    name, wanted_port = _split(allowed)
    if wanted_port is not None and wanted_port != port:
        return False
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split(allowed: str) -> tuple[str, int | None]:
    text = allowed.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        return text, None  # a bare IPv6 address
    name, colon, port = text.rpartition(":")
    if colon and port.isdigit():
        return name.strip("[]"), int(port)
    return text.strip("[]"), None
