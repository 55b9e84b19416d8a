"""What stands in front of the Accounting API: tokens, companies, limits."""

from __future__ import annotations

import uuid

from flask import Request, Response
from flask import request as current_request

from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.fault_bodies import gateway_body
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.tokens import ACCOUNTING_SCOPE, KnownToken, TokenRegister
from psaqb_desktop.practice.quickbooks.xml_answers import as_xml, wants_xml

JSON_TYPE = "application/json;charset=UTF-8"


def refuse_call(service: PracticeQuickBooks, request: Request, realm: str) -> Response | None:
    """The gateway's refusal of a call, None when it may pass."""
    service.work.begin()
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not presented.strip():
        return _refusal(3202, "EmptyField", 401, "oauth_token is missing", "AUTHENTICATION")
    with service.store.reading() as connection:
        register = TokenRegister(connection, service.options, service.clock.epoch())
        token = register.find(presented.strip())
        problem = _token_problem(register, token)
    if problem or token is None:
        return _refusal(3200, "AuthenticationFailed", 401, problem, "AUTHENTICATION")
    if token.consent.realm != realm or ACCOUNTING_SCOPE not in token.consent.scope.split():
        return _refusal(
            3100,
            "ApplicationAuthorizationFailed",
            403,
            "The token is not for this company or has no accounting scope",
            "AUTHORIZATION",
        )
    if not service.limits.admit(
        realm, token.consent.client_id, is_batch=request.path.endswith("/batch")
    ):
        return refuse_too_many(service)
    if _wants_nothing_known(request):
        return Response("Practice QuickBooks answers JSON, XML or PDF.\n", 406)
    if request.mimetype in {"application/xml", "text/xml"}:
        return Response("Practice QuickBooks reads JSON only.\n", 415)
    service.work.admitted = True
    return None


def refuse_too_many(service: PracticeQuickBooks) -> Response:
    """The answer to a call beyond the limits."""
    refusal = _refusal(
        3001,
        "ThrottleExceeded",
        403 if service.options.throttles_with_403 else 429,
        "The request limit was reached.  Try again later",
        "SERVICE",
    )
    if service.options.retry_after_seconds:
        refusal.headers["Retry-After"] = str(service.options.retry_after_seconds)
    return refusal


def stamp_answer(response: Response) -> Response:
    """Adds the headers that every answer of the API has."""
    response.headers["intuit_tid"] = f"1-{uuid.uuid4()}"
    response.headers["QBO-Version"] = "practice"
    response.headers["Cache-Control"] = "no-cache, no-store"
    if response.content_type == JSON_TYPE and wants_xml(current_request):
        return as_xml(response)
    return response


def _token_problem(register: TokenRegister, token: KnownToken | None) -> str:
    if token is None or token.kind != "access":
        return "Token unknown"
    if token.consent.revoked:
        return "Token revoked"
    if register.seconds_left(token) <= 0:
        return "Token expired"
    return ""


def _wants_nothing_known(request: Request) -> bool:
    offered = ("application/json", "application/xml", "text/xml", "application/pdf", "text/plain")
    return bool(request.headers.get("Accept")) and not any(
        request.accept_mimetypes[kind] for kind in offered
    )


def _refusal(code: int, name: str, status: int, detail: str, kind: str) -> Response:
    body = gateway_body(code, name, status, detail, kind)
    return Response(exact_json.dumps(body), status, content_type=JSON_TYPE)
