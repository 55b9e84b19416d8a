"""The authorization request: checked before anybody is asked anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID, PRACTICE_REDIRECT_URIS
from psaqb_desktop.practice.quickbooks.scopes import KNOWN_SCOPES

_NAMES = ("client_id", "response_type", "scope", "redirect_uri", "state")


class UnsafeRequestError(Exception):
    """The request is not from a known app, or its answer would go to an unknown place.

    It is told on a page and never by a redirect.
    """


@dataclass(frozen=True)
class ConsentRequest:
    """What an app asks for.

    Attributes:
        error: Why it is refused at once, in OAuth's words; empty when it is in order.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    parameters: tuple[tuple[str, str], ...]
    error: str = ""

    def redirect_with(self, **answer: str) -> str:
        """The app's address with the answer, and with the state as it was sent."""
        parts = urlsplit(self.redirect_uri)
        query = parse_qsl(parts.query, keep_blank_values=True) + list(answer.items())
        if self.state is not None:
            query.append(("state", self.state))
        return urlunsplit(parts._replace(query=urlencode(query)))


def read_consent_request(sent: Mapping[str, str]) -> ConsentRequest:
    """Reads and checks an authorization request.

    Raises:
        UnsafeRequestError: Unknown app or redirect address.
    """
    if sent.get("client_id") != PRACTICE_INTUIT_CLIENT_ID:
        raise UnsafeRequestError("The client_id of this request belongs to no app we know.")
    redirect_uri = sent.get("redirect_uri", "")
    if not _is_registered(redirect_uri):
        raise UnsafeRequestError(
            "The redirect_uri of this request is not registered for the app. "
            "It must match one of the registered addresses to the letter."
        )
    scopes = tuple(sent.get("scope", "").split())
    error = ""
    if sent.get("response_type") != "code":
        error = "unsupported_response_type"
    elif not scopes or not set(scopes) <= KNOWN_SCOPES.keys():
        error = "invalid_scope"
    return ConsentRequest(
        client_id=PRACTICE_INTUIT_CLIENT_ID,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=sent.get("state"),
        parameters=tuple((name, sent[name]) for name in _NAMES if name in sent),
        error=error,
    )


def _is_registered(redirect_uri: str) -> bool:
    if redirect_uri in PRACTICE_REDIRECT_URIS:
        return True
    try:
        parts = urlsplit(redirect_uri)
        has_port = parts.port is not None
    except ValueError:
        return False
    if parts.scheme != "http" or parts.hostname != "localhost" or not has_port:
        return False
    # A desktop program listens on whatever port is free: the port may differ, nothing else.
    without_port = urlunsplit(parts._replace(netloc="localhost"))
    same_user = "@" not in parts.netloc
    return same_user and without_port in PRACTICE_REDIRECT_URIS
