"""OAuth end points that programs call: tokens, revocation, discovery, user information."""

from __future__ import annotations

import json
import uuid

from flask import Blueprint, Response, request

from psaqb_desktop.practice.group import (
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
)
from psaqb_desktop.practice.quickbooks.gateway import refuse_too_many
from psaqb_desktop.practice.quickbooks.id_tokens import ISSUER, subject_of
from psaqb_desktop.practice.quickbooks.oauth_server import (
    IntuitTokenServer,
    answer_token_request,
    wants_hard_expiry,
)
from psaqb_desktop.practice.quickbooks.scopes import KNOWN_SCOPES
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks


def create_oauth_api(service: PracticeQuickBooks, server: IntuitTokenServer) -> Blueprint:
    """The routes, at the paths that they have on Intuit's hosts."""
    api = Blueprint("oauth_api", __name__)

    @api.after_request
    def stamp(response: Response) -> Response:
        response.headers["intuit_tid"] = f"1-{uuid.uuid4()}"
        response.headers["Cache-Control"] = "no-cache, no-store"
        return response

    @api.post("/oauth2/v1/tokens/bearer")
    def token() -> Response:
        return answer_token_request(
            service, server, tells_hard_expiry=wants_hard_expiry(request.headers)
        )

    @api.post("/v2/oauth2/tokens/revoke")
    def revoke() -> Response:
        return _revoke(service)

    @api.get("/.well-known/openid_configuration/")
    @api.get("/.well-known/openid_sandbox_configuration/")
    def discovery() -> Response:
        return _json(_discovery(service.base_url or request.host_url.rstrip("/")))

    @api.get("/op/v1/jwks")
    def keys() -> Response:
        return _json(service.id_tokens.public_keys())

    @api.get("/v1/openid_connect/userinfo")
    def user_info() -> Response:
        return _user_info(service)

    return api


def _revoke(service: PracticeQuickBooks) -> Response:
    credentials = request.authorization
    if (
        credentials is None
        or credentials.username != PRACTICE_INTUIT_CLIENT_ID
        or credentials.password != PRACTICE_INTUIT_CLIENT_SECRET
    ):
        return _json({"error": "invalid_client"}, 401)
    sent = request.get_json(silent=True)
    presented = sent.get("token") if isinstance(sent, dict) else request.form.get("token")
    if not isinstance(presented, str):
        return _json({"error": "invalid_request"}, 400)
    with service.tokens() as register:
        known = register.find(presented)
        if known is None or known.consent.revoked:
            return _json({"error": "invalid_request"}, 400)
        register.revoke(known.consent)
    return Response(status=200)


def _user_info(service: PracticeQuickBooks) -> Response:
    presented = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    with service.tokens() as register:
        known = register.find(presented)
        usable = known is not None and known.kind == "access" and register.is_usable(known)
    if known is None or not usable or "openid" not in known.consent.scope.split():
        return _json({"error": "invalid_token"}, 401)
    if not service.limits.admit_other(known.consent.realm, known.consent.client_id):
        return refuse_too_many(service)
    return _json({"sub": subject_of(known.consent), "email": known.consent.email})


def _discovery(base_url: str) -> dict[str, object]:
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{base_url}/connect/oauth2",
        "token_endpoint": f"{base_url}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base_url}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base_url}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base_url}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": list(KNOWN_SCOPES),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


def _json(payload: object, status: int = 200) -> Response:
    return Response(json.dumps(payload), status, content_type="application/json")
