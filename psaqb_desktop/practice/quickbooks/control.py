"""Switches of the practice service itself, under ``/_practice``; the real one has none of them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from flask import Blueprint, Response, request

from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID
from psaqb_desktop.practice.quickbooks.company import CHANGEABLE
from psaqb_desktop.practice.quickbooks.oauth_server import token_answer
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError
from psaqb_desktop.practice.quickbooks.settings import change_settings
from psaqb_desktop.practice.quickbooks.tokens import ACCOUNTING_SCOPE


def create_control(service: PracticeQuickBooks) -> Blueprint:
    """The routes; they need no token, being reachable on loopback only."""
    control = Blueprint("control", __name__, url_prefix="/_practice")

    @control.errorhandler(ValueError)
    def refuse(error: ValueError) -> Response:
        return _json({"error": str(error)}, 400)

    @control.errorhandler(UnknownCompanyError)
    def unknown(error: UnknownCompanyError) -> Response:
        return _json({"error": f"there is no company {error}"}, 404)

    @control.post("/reset")
    def reset() -> Response:
        service.reset()
        return _json({"reset": True})

    @control.route("/options", methods=["GET", "POST"])
    def options() -> Response:
        if request.method == "POST":
            service.change_options(_sent())
        return _json(service.options.as_json())

    @control.get("/companies")
    def companies() -> Response:
        return _json({"companies": [dataclasses.asdict(each) for each in service.companies()]})

    @control.post("/companies/<realm>")
    def change(realm: str) -> Response:
        return _json(dataclasses.asdict(change_settings(service, realm, _sent())))

    _add_tokens(control, service)
    return control


def _add_tokens(control: Blueprint, service: PracticeQuickBooks) -> None:
    @control.post("/tokens")
    def issue() -> Response:
        """Tokens as if a person had just consented, for tests and benchmarks."""
        sent = _sent()
        realm = str(sent.get("realm_id", ""))
        if realm not in {company.realm for company in service.companies()}:
            raise UnknownCompanyError(realm)
        scope = str(sent.get("scope", ACCOUNTING_SCOPE))
        # Another app's tokens call the API like ours, but count against limits of their own.
        app = str(sent.get("client_id", PRACTICE_INTUIT_CLIENT_ID))
        with service.tokens() as register:
            consent = register.grant(app, realm, scope, "practice@alderfinch.example")
            answer = token_answer(register, consent, *register.issue(consent, "refresh"))
        return _json({**answer, "realmId": realm})

    @control.post("/tokens/expire")
    def expire() -> Response:
        """Ends access or refresh tokens of a company before their time."""
        sent = _sent()
        kind = sent.get("kind", "access")
        if kind not in {"access", "refresh"}:
            raise ValueError("kind must be access or refresh")
        with service.tokens() as register:
            return _json({"expired": register.expire(str(sent.get("realm_id", "")), kind)})

    @control.post("/tokens/revoke")
    def revoke() -> Response:
        """Disconnects all apps from a company, as a person can inside QuickBooks."""
        with service.tokens() as register:
            return _json({"revoked": register.revoke_realm(str(_sent().get("realm_id", "")))})


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise ValueError(f"the body must be a JSON object; company settings: {CHANGEABLE}")  # noqa: TRY004
    return sent


def _json(payload: object, status: int = 200) -> Response:
    return Response(json.dumps(payload), status, content_type="application/json")
