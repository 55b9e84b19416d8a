"""One exchange over requests, with its errors sorted by whether the request can have arrived.

Imported late: requests costs a tenth of a second, and the first paint does not need it.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.environment import LOOPBACK

_CONNECTIONS = 64


class NotConnectedError(Exception):
    """The request never left this machine."""


class NoAnswerError(Exception):
    """The request left, or may have left, and no complete answer came."""


class _HandshakeError(ssl.SSLError):
    """TLS was not agreed upon, so nothing of the request was sent."""


class Transport:
    """Sends requests. Connections are shared by all threads, sessions are not."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._http = HTTPAdapter(pool_maxsize=_CONNECTIONS)
        self._https = _SystemTrustAdapter(pool_maxsize=_CONNECTIONS)

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | None,
        timeout: tuple[float, float],
        service: str,
    ) -> HttpAnswer:
        """Send one request once and read its answer to the end. Redirects are not followed.

        Raises:
            NotConnectedError: it never left.
            NoAnswerError: it left, or may have.
        """
        session = self._session()
        try:
            prepared = session.prepare_request(
                requests.Request(method, url, headers=dict(headers), data=data)
            )
        except requests.RequestException as error:
            raise NotConnectedError(_reason(error)) from error
        try:
            response = session.send(
                prepared, timeout=timeout, allow_redirects=False, proxies=_proxies(url)
            )
        except (requests.RequestException, HTTPError) as error:
            if _never_left(error):
                raise NotConnectedError(_reason(error)) from error
            raise NoAnswerError(_reason(error)) from error
        return HttpAnswer(response.status_code, response.headers, response.content, service)

    def close(self) -> None:
        """Close all idle connections."""
        self._http.close()
        self._https.close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # The environment's .netrc would replace our Authorization header.
            session.trust_env = False
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            session.mount("http://", self._http)
            session.mount("https://", self._https)
            self._local.session = session
        return session


class _SystemTrust(truststore.SSLContext):
    """Marks what goes wrong in the handshake: later the same errors may mean a lost answer."""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        try:
            return super().wrap_socket(*args, **kwargs)
        except OSError as error:
            raise _HandshakeError(str(error)) from error


class _SystemTrustAdapter(HTTPAdapter):
    """Trusts the certificates that the system trusts, a company's own authority included."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["ssl_context"] = _SystemTrust(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        kwargs["ssl_context"] = _SystemTrust(ssl.PROTOCOL_TLS_CLIENT)
        return super().proxy_manager_for(proxy, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        # The base class would add the bundle that comes with requests to the system's store.
        conn.cert_reqs = "CERT_REQUIRED"


def _proxies(url: str) -> dict[str, str]:
    if (urlsplit(url).hostname or "").lower() in LOOPBACK:
        return {}
    return get_environ_proxies(url, no_proxy=None)


def _never_left(error: Exception) -> bool:
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return True
    never = (NewConnectionError, ConnectTimeoutError, ProxyError, _HandshakeError)
    return any(isinstance(cause, never) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk through what requests and urllib3 have wrapped: causes, reasons and arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, getattr(current, "reason", None), *current.args)
        waiting.extend(part for part in inner if isinstance(part, BaseException))


def _reason(error: Exception) -> str:
    """Name the innermost cause; the outer texts repeat the address with its query."""
    *_, last = _causes(error)
    words = last.strerror if isinstance(last, OSError) and last.strerror else ""
    return f"{type(last).__name__}{f' ({words})' if words else ''}"
