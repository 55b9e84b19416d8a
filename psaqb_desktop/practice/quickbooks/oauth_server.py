"""Intuit's token end point, on authlib's server side."""

from __future__ import annotations

import secrets
from typing import Any, cast

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, UnsupportedGrantTypeError
from flask import Flask, Response, g

from psaqb_desktop.practice.group import (
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
)
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.tokens import (
    Consent,
    KnownCode,
    KnownToken,
    TokenRegister,
)

_DEAD = "Token invalid"
_REPLACED = "Incorrect or invalid refresh token"
_FOREIGN = "Incorrect Token type or clientID"
_TOLD = frozenset({_DEAD, _REPLACED, _FOREIGN})
_HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"


class DeveloperApp:
    """The one developer app that is registered here."""

    client_id = PRACTICE_INTUIT_CLIENT_ID

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is the app's."""
        return secrets.compare_digest(client_secret, PRACTICE_INTUIT_CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Both ways that Intuit's discovery document lists."""
        return method in {"client_secret_basic", "client_secret_post"}

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes and refresh tokens."""
        return grant_type in {"authorization_code", "refresh_token"}


class _Code:
    """A code in the form that authlib asks for."""

    def __init__(self, known: KnownCode) -> None:
        self.known = known

    def get_redirect_uri(self) -> str:
        return self.known.redirect_uri

    def get_scope(self) -> str:
        return self.known.consent.scope


class _RefreshToken:
    """A refresh token in the form that authlib asks for."""

    def __init__(self, known: KnownToken, presented: str) -> None:
        self.known = known
        self.presented = presented

    def check_client(self, client: DeveloperApp) -> bool:
        return self.known.consent.client_id == client.client_id

    def get_scope(self) -> str:
        return self.known.consent.scope


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Exchanges a code, once, with the redirect address it was asked for with."""

    def query_authorization_code(self, code: str, client: DeveloperApp) -> _Code:
        register = _register()
        known = register.find_code(code)
        if (
            known is None
            or known.used
            or register.now >= known.expires
            or known.consent.client_id != client.client_id
        ):
            raise InvalidGrantError
        return _Code(known)

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        _register().use_code(authorization_code.known)

    def authenticate_user(self, authorization_code: _Code) -> Consent:
        return authorization_code.known.consent

    def generate_token(self, user: Consent, **_: Any) -> dict[str, Any]:
        return _answer(user, *_register().issue(user, "refresh"))

    def save_token(self, token: dict[str, Any]) -> None:
        """Tokens were stored when they were made."""


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """Refreshes; once a day the refresh token itself is replaced."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshToken:
        register = _register()
        known = register.find(refresh_token)
        if known is None:
            raise InvalidGrantError(_REPLACED)
        if known.kind != "refresh" or known.consent.client_id != self.request.client.client_id:
            raise InvalidGrantError(_FOREIGN)
        if not register.is_usable(known):
            gone = register.seconds_left(known) <= 0 or known.consent.revoked
            raise InvalidGrantError(_DEAD if gone else _REPLACED)
        return _RefreshToken(known, refresh_token)

    def authenticate_user(self, refresh_token: _RefreshToken) -> Consent:
        return refresh_token.known.consent

    def issue_token(self, user: Consent, refresh_token: _RefreshToken) -> dict[str, Any]:
        register = _register()
        known = refresh_token.known
        if not register.is_due_for_rotation(known):
            return _answer(user, refresh_token.presented, register.seconds_left(known))
        register.mark_replaced(known)
        return _answer(user, *register.issue(user, "refresh"))

    def save_token(self, token: dict[str, Any]) -> None:
        """Tokens were stored when they were made."""

    def revoke_old_credential(self, refresh_token: _RefreshToken) -> None:
        """Was done when the new token was made."""


class IntuitTokenServer(AuthorizationServer):  # type: ignore[misc]
    """Answers with Intuit's status codes and literal bodies."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, query_client=_find_app, save_token=lambda _token, _request: None)
        self.register_grant(_CodeGrant)
        self.register_grant(_RefreshGrant)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        """Drops authlib's descriptions, which Intuit does not give."""
        if isinstance(payload, dict) and "error" in payload:
            payload = dict(payload)
            if payload.get("error_description") not in _TOLD:
                payload.pop("error_description", None)
            if payload["error"] == UnsupportedGrantTypeError.error:
                payload = {"error": UnsupportedGrantTypeError.error}
            if payload["error"] == "invalid_client":
                status_code = 401
            payload = dict(sorted(payload.items(), reverse=True))
        return cast("Response", super().handle_response(status_code, payload, headers))


def answer_token_request(
    service: PracticeQuickBooks, server: IntuitTokenServer, *, tells_hard_expiry: bool
) -> Response:
    """Answers a request of the token end point in one transaction.

    Two refreshes with one token come one after the other; when the first has replaced the token,
    the second is refused.
    """
    with service.tokens() as register:
        g.token_register = register
        g.tells_hard_expiry = tells_hard_expiry
        g.id_tokens = service.id_tokens
        return cast("Response", server.create_token_response())


def wants_hard_expiry(headers: Any) -> bool:
    """Whether a client asked to be told when consent ends for good."""
    return str(headers.get(_HARD_EXPIRY_HEADER, "")).lower() == "true"


def token_answer(
    register: TokenRegister, consent: Consent, refresh_token: str, refresh_seconds: int
) -> dict[str, Any]:
    """The members of a token answer, with a new access token."""
    access_token, seconds = register.issue(consent, "access")
    return {
        "token_type": "bearer",
        "access_token": access_token,
        "expires_in": seconds,
        "refresh_token": refresh_token,
        "x_refresh_token_expires_in": refresh_seconds,
    }


def _answer(consent: Consent, refresh_token: str, refresh_seconds: int) -> dict[str, Any]:
    register = _register()
    answer = token_answer(register, consent, refresh_token, refresh_seconds)
    if g.tells_hard_expiry:
        answer["x_refresh_token_hard_expires_in"] = register.hard_seconds_left(consent)
    if "openid" in consent.scope.split():
        answer["id_token"] = g.id_tokens.sign(consent, register.now)
    return answer


def _register() -> TokenRegister:
    return cast("TokenRegister", g.token_register)


def _find_app(client_id: str) -> DeveloperApp | None:
    return DeveloperApp() if client_id == PRACTICE_INTUIT_CLIENT_ID else None
