"""The pages and end points of the authority, under ``/{tenant}/oauth2/v2.0``."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from psaqb_desktop.practice.crm.identity.errors import SignInError
from psaqb_desktop.practice.crm.identity.id_token import IdTokenSigner
from psaqb_desktop.practice.crm.identity.people import PEOPLE, person_by_key
from psaqb_desktop.practice.crm.identity.registration import (
    NATIVE_CLIENT_PATH,
    demand_client,
    demand_redirect,
    demand_tenant,
    read_scopes,
)
from psaqb_desktop.practice.crm.identity.token_endpoint import TokenEndpoint
from psaqb_desktop.practice.crm.identity.tokens import CODE_SECONDS, TokenStore
from psaqb_desktop.practice.crm.options import CrmOptions

_REMEMBERED = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
)


def authority_blueprint(store: TokenStore, base_url: str, options: CrmOptions) -> Blueprint:
    """All routes of the authority except the device code's."""
    blueprint = Blueprint("authority", __name__)
    signer = IdTokenSigner(base_url)
    endpoint = TokenEndpoint(store, base_url, options, signer)

    @blueprint.errorhandler(SignInError)
    def refuse(error: SignInError) -> ResponseReturnValue:
        return jsonify(error.body()), error.status

    @blueprint.get("/<tenant>/oauth2/v2.0/authorize")
    def authorize(tenant: str) -> ResponseReturnValue:
        return _show_sign_in(tenant, base_url)

    @blueprint.post("/<tenant>/oauth2/v2.0/authorize")
    def decide(tenant: str) -> ResponseReturnValue:
        return _decide(tenant, base_url, store)

    @blueprint.post("/<tenant>/oauth2/v2.0/token")
    def token(tenant: str) -> ResponseReturnValue:
        demand_tenant(tenant)
        form = request.form.to_dict()
        basic = request.authorization
        if basic is not None and basic.type == "basic":
            form.setdefault("client_id", basic.username or "")
            form.setdefault("client_secret", basic.password or "")
        answer = jsonify(endpoint.answer(form))
        answer.headers["Cache-Control"] = "no-store, no-cache"
        return answer

    @blueprint.get("/<tenant>/v2.0/.well-known/openid-configuration")
    def configuration(tenant: str) -> ResponseReturnValue:
        demand_tenant(tenant)
        return jsonify(_configuration(base_url, tenant))

    @blueprint.get("/<tenant>/discovery/v2.0/keys")
    def keys(tenant: str) -> ResponseReturnValue:
        demand_tenant(tenant)
        return jsonify(signer.public_keys())

    @blueprint.get(NATIVE_CLIENT_PATH)
    def native_client() -> ResponseReturnValue:
        return render_template("signed_in.html")

    return blueprint


def _show_sign_in(tenant: str, base_url: str) -> ResponseReturnValue:
    asked = request.args
    try:
        demand_tenant(tenant)
        demand_client(asked.get("client_id", ""))
        demand_redirect(asked.get("redirect_uri", ""), base_url)
    except SignInError as error:
        return render_template("sign_in_error.html", error=error), 400
    try:
        _demand_request(asked.get("response_type", ""), asked.get("prompt", ""))
        read_scopes(asked.get("scope", ""), base_url)
    except SignInError as error:
        answer = {"error": error.error, "error_description": error.description}
        return _send_back(asked, answer)
    hidden = {name: asked[name] for name in _REMEMBERED if name in asked}
    hint = asked.get("login_hint", "").lower()
    chosen = next((person.key for person in PEOPLE if person.email == hint), PEOPLE[0].key)
    return render_template("sign_in.html", people=PEOPLE, hidden=hidden, chosen=chosen)


def _demand_request(response_type: str, prompt: str) -> None:
    if response_type not in {"code", "code id_token"}:
        message = f"The response type '{response_type}' is not supported."
        raise SignInError("unsupported_response_type", 70007, message)
    if prompt == "none":
        message = "Session information is not sufficient for single-sign-on."
        raise SignInError("login_required", 50058, message)


def _decide(tenant: str, base_url: str, store: TokenStore) -> ResponseReturnValue:
    form = request.form
    try:
        demand_tenant(tenant)
        demand_client(form.get("client_id", ""))
        demand_redirect(form.get("redirect_uri", ""), base_url)
    except SignInError as error:
        return render_template("sign_in_error.html", error=error), 400
    if form.get("decision") != "accept":
        refused = SignInError("access_denied", 65004, "User declined to consent.")
        answer = {
            "error": "access_denied",
            "error_subcode": "cancel",
            "error_description": refused.description,
        }
        return _send_back(form, answer)
    person = person_by_key(form.get("user", ""))
    if person is None:
        unknown = SignInError("invalid_request", 50034, "The user account does not exist.")
        return render_template("sign_in_error.html", error=unknown), 400
    code = "1.practice." + secrets.token_urlsafe(32)
    given = {name: form.get(name, "") for name in _REMEMBERED} | {"user_id": person.user_id}
    store.put_code("authorization", code, given, CODE_SECONDS)
    return _send_back(form, {"code": code, "session_state": secrets.token_hex(8)})


def _send_back(asked: Any, answer: dict[str, str]) -> Response:
    address = asked.get("redirect_uri", "")
    if address.count("/") == 2:
        address += "/"
    if asked.get("state"):
        answer["state"] = asked["state"]
    if asked.get("response_mode") == "form_post":
        return Response(render_template("form_post.html", address=address, answer=answer))
    separator = "#" if asked.get("response_mode") == "fragment" else "?"
    return Response(status=302, headers={"Location": address + separator + urlencode(answer)})


def _configuration(base_url: str, tenant: str) -> dict[str, Any]:
    start = f"{base_url}/{tenant}/oauth2/v2.0"
    return {
        "issuer": f"{base_url}/{tenant}/v2.0",
        "authorization_endpoint": f"{start}/authorize",
        "token_endpoint": f"{start}/token",
        "device_authorization_endpoint": f"{start}/devicecode",
        "jwks_uri": f"{base_url}/{tenant}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "code id_token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["plain", "S256"],
    }
