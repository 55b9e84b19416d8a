"""Sign-in on a second device: the device code end point and the page where the code is typed."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from psaqb_desktop.practice.crm.identity.errors import SignInError
from psaqb_desktop.practice.crm.identity.people import PEOPLE, person_by_key
from psaqb_desktop.practice.crm.identity.registration import (
    demand_client,
    demand_tenant,
    read_scopes,
)
from psaqb_desktop.practice.crm.identity.tokens import TokenStore

_SECONDS = 900
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def device_blueprint(store: TokenStore, base_url: str) -> Blueprint:
    """Routes of the device code sign-in."""
    blueprint = Blueprint("device", __name__)

    @blueprint.errorhandler(SignInError)
    def refuse(error: SignInError) -> ResponseReturnValue:
        return jsonify(error.body()), error.status

    @blueprint.post("/<tenant>/oauth2/v2.0/devicecode")
    def begin(tenant: str) -> ResponseReturnValue:
        demand_tenant(tenant)
        demand_client(request.form.get("client_id", ""))
        scope = request.form.get("scope", "")
        read_scopes(scope, base_url)
        return jsonify(_begin(store, base_url, scope))

    @blueprint.get("/devicelogin")
    def ask() -> ResponseReturnValue:
        return render_template(
            "device_login.html", people=PEOPLE, code=request.args.get("code", ""), message=""
        )

    @blueprint.post("/devicelogin")
    def decide() -> ResponseReturnValue:
        return _decide(store)

    return blueprint


def _begin(store: TokenStore, base_url: str, scope: str) -> dict[str, Any]:
    device_code = secrets.token_urlsafe(40)
    user_code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    waiting = {"scope": scope, "decision": "", "user_id": ""}
    store.put_code("device", device_code, waiting, _SECONDS)
    store.put_code("user", user_code, {"device_code": device_code}, _SECONDS)
    address = f"{base_url}/devicelogin"
    return {
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": address,
        "expires_in": _SECONDS,
        "interval": 1,
        "message": f"To sign in, open the page {address} and enter the code {user_code}.",
    }


def _decide(store: TokenStore) -> ResponseReturnValue:
    code = request.form.get("code", "").strip().upper()
    found = store.code("user", code)
    person = person_by_key(request.form.get("user", ""))
    if found is None or not found[1] or person is None:
        message = "That code did not work. Check the code and try again."
        page = render_template("device_login.html", people=PEOPLE, code=code, message=message)
        return page, 400
    device_code = found[0]["device_code"]
    waiting = store.code("device", device_code)
    accepted = request.form.get("decision") == "accept"
    if waiting is not None:
        decided = waiting[0] | {
            "decision": "accepted" if accepted else "declined",
            "user_id": person.user_id,
        }
        store.put_code("device", device_code, decided, _SECONDS)
    store.take_code("user", code)
    return render_template("signed_in.html")
