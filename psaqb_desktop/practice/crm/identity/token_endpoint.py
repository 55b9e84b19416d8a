"""The token end point: one function for each grant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from psaqb_desktop.practice.crm.identity.errors import SignInError
from psaqb_desktop.practice.crm.identity.id_token import IdTokenSigner
from psaqb_desktop.practice.crm.identity.people import APPLICATION
from psaqb_desktop.practice.crm.identity.registration import (
    Scopes,
    demand_client,
    demand_secret,
    read_scopes,
)
from psaqb_desktop.practice.crm.identity.tokens import REFRESH_SECONDS, Grant, TokenStore
from psaqb_desktop.practice.crm.options import CrmOptions

Form = Mapping[str, str]
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class TokenEndpoint:
    """Gives tokens for codes, refresh tokens, device codes and client secrets."""

    def __init__(
        self, store: TokenStore, base_url: str, options: CrmOptions, signer: IdTokenSigner
    ) -> None:
        self._store = store
        self._base_url = base_url
        self._options = options
        self._signer = signer
        self._grants: dict[str, Callable[[Form], dict[str, Any]]] = {
            "authorization_code": self._from_code,
            "refresh_token": self._from_refresh_token,
            "client_credentials": self._from_secret,
            _DEVICE_GRANT: self._from_device_code,
            "device_code": self._from_device_code,
        }

    def answer(self, form: Form) -> dict[str, Any]:
        """The body of a token answer.

        Raises:
            SignInError: The request is refused.
        """
        demand_client(form.get("client_id", ""))
        kind = form.get("grant_type", "")
        grant = self._grants.get(kind)
        if grant is None:
            message = f"The app requested an unsupported grant type '{kind}'."
            raise SignInError("unsupported_grant_type", 70003, message)
        if kind != "client_credentials" and form.get("client_secret"):
            message = (
                "Client is public so neither 'client_assertion' nor 'client_secret' should be "
                "presented."
            )
            raise SignInError("invalid_client", 700025, message, 401)
        return grant(form)

    def _from_code(self, form: Form) -> dict[str, Any]:
        found = self._store.take_code("authorization", form.get("code", ""))
        if found is None:
            message = "OAuth2 Authorization code was already redeemed or is malformed."
            raise SignInError("invalid_grant", 54005, message)
        given, in_time = found
        if not in_time:
            message = "The provided authorization code or refresh token has expired."
            raise SignInError("invalid_grant", 70008, message)
        if form.get("redirect_uri", "") != given["redirect_uri"]:
            message = "The reply address does not match the one of the authorization request."
            raise SignInError("invalid_grant", 500112, message)
        _demand_verifier(given, form.get("code_verifier", ""))
        scopes = read_scopes(form.get("scope") or given["scope"], self._base_url)
        asked = read_scopes(given["scope"], self._base_url)
        return self._body(
            given["user_id"], scopes, identity=asked.identity, nonce=given.get("nonce", "")
        )

    def _from_refresh_token(self, form: Form) -> dict[str, Any]:
        grant = self._store.find("refresh", form.get("refresh_token", ""))
        if grant is None:
            message = "The provided grant has expired due to it being revoked, sign in again."
            raise SignInError("invalid_grant", 50173, message)
        scopes = read_scopes(form.get("scope", ""), self._base_url)
        # The old refresh token stays valid, as Entra's does.
        return self._body(grant.user_id, scopes, identity=scopes.identity | {"offline_access"})

    def _from_secret(self, form: Form) -> dict[str, Any]:
        demand_secret(form.get("client_secret", ""))
        scopes = read_scopes(form.get("scope", ""), self._base_url)
        if scopes.permission != ".default" or scopes.identity:
            message = (
                f"The provided value for scope {form.get('scope')} is not valid. Client credential "
                "flows must have a scope value with /.default suffixed to the resource identifier."
            )
            raise SignInError("invalid_scope", 1002012, message)
        body = self._body(APPLICATION.user_id, scopes, identity=frozenset())
        del body["scope"]
        return body

    def _from_device_code(self, form: Form) -> dict[str, Any]:
        code = form.get("device_code", "")
        found = self._store.code("device", code)
        if found is None:
            message = "Invalid verification code received."
            raise SignInError("bad_verification_code", 70018, message)
        given, in_time = found
        if not in_time:
            raise SignInError("expired_token", 70020, "The provided device code has expired.")
        if given["decision"] == "declined":
            message = "The end user declined the authorization request."
            raise SignInError("authorization_declined", 70044, message)
        if given["decision"] != "accepted":
            message = "Pending end-user authorization..."
            raise SignInError("authorization_pending", 70016, message)
        self._store.take_code("device", code)
        scopes = read_scopes(given["scope"], self._base_url)
        return self._body(given["user_id"], scopes, identity=scopes.identity)

    def _body(
        self, user_id: str, scopes: Scopes, *, identity: frozenset[str], nonce: str = ""
    ) -> dict[str, Any]:
        seconds = self._options.access_token_seconds
        grant = Grant(user_id, "", scopes.resource)
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": scopes.text,
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._store.issue("access", grant, seconds),
        }
        if "offline_access" in identity:
            refresh = self._store.issue("refresh", grant, REFRESH_SECONDS)
            body["refresh_token"] = refresh
        if "openid" in identity:
            body["id_token"] = self._signer.sign(user_id, nonce)
        return body


def _demand_verifier(given: Mapping[str, str], verifier: str) -> None:
    challenge = given.get("code_challenge", "")
    if not challenge:
        return
    if not 43 <= len(verifier) <= 128:
        message = "The size of the code_verifier must be between 43 and 128 characters."
        raise SignInError("invalid_grant", 501491, message)
    method = given.get("code_challenge_method") or "plain"
    computed = create_s256_code_challenge(verifier) if method == "S256" else verifier
    if computed != challenge:
        message = "The Code_Verifier does not match the code_challenge supplied in the request."
        raise SignInError("invalid_grant", 501481, message)
