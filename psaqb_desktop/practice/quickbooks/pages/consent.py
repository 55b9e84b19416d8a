"""The sign-in, the choice of a company and the consent, as a person goes through them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from psaqb_desktop.practice.quickbooks.company import Company
from psaqb_desktop.practice.quickbooks.pages.consent_request import (
    ConsentRequest,
    UnsafeRequestError,
    read_consent_request,
)
from psaqb_desktop.practice.quickbooks.scopes import KNOWN_SCOPES
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks

PASSWORD = "practice"  # noqa: S105 - shown on the page
_EMAIL = "email"
_Answer = str | Response | tuple[str, int]


def create_consent_pages(service: PracticeQuickBooks) -> Blueprint:
    """The routes under ``/connect/oauth2``."""
    pages = Blueprint("consent", __name__, url_prefix="/connect/oauth2")

    @pages.errorhandler(UnsafeRequestError)
    def refuse(error: UnsafeRequestError) -> tuple[str, int]:
        return render_template("consent_refused.html", reason=str(error)), 400

    @pages.get("")
    def start() -> _Answer:
        asked = read_consent_request(request.args)
        if asked.error:
            return redirect(asked.redirect_with(error=asked.error))
        if _EMAIL not in session:
            return _sign_in_page(asked)
        return render_template(
            "consent_company.html",
            asked=asked,
            email=session[_EMAIL],
            companies=service.companies(),
        )

    @pages.post("/sign-in")
    def sign_in() -> _Answer:
        asked = read_consent_request(request.form)
        email = request.form.get("email", "").strip()
        if "@" not in email or request.form.get("password") != PASSWORD:
            problem = "Enter any e-mail address and the password “practice”."
            return _sign_in_page(asked, email, problem), 401
        session[_EMAIL] = email
        return redirect(_start_address(asked), 303)

    @pages.get("/sign-out")
    def sign_out() -> _Answer:
        session.pop(_EMAIL, None)
        return redirect(_start_address(read_consent_request(request.args)), 303)

    _add_decision(pages, service)
    return pages


def _add_decision(pages: Blueprint, service: PracticeQuickBooks) -> None:
    @pages.get("/consent")
    def consent() -> _Answer:
        asked = read_consent_request(request.args)
        company = _chosen(service, request.args)
        if _EMAIL not in session or company is None:
            return redirect(_start_address(asked), 303)
        return render_template(
            "consent_decision.html",
            asked=asked,
            email=session[_EMAIL],
            realm_id=company.realm,
            company_name=company.name,
            scopes=[(scope, KNOWN_SCOPES[scope]) for scope in asked.scopes],
        )

    @pages.post("/decide")
    def decide() -> _Answer:
        asked = read_consent_request(request.form)
        if request.form.get("decision") != "connect":
            return redirect(asked.redirect_with(error="access_denied"))
        company = _chosen(service, request.form)
        if _EMAIL not in session or company is None or asked.error:
            return redirect(_start_address(asked), 303)
        with service.tokens() as register:
            granted = register.grant(
                asked.client_id, company.realm, " ".join(asked.scopes), session[_EMAIL]
            )
            code = register.issue_code(granted, asked.redirect_uri)
        return redirect(asked.redirect_with(code=code, realmId=company.realm))


def _chosen(service: PracticeQuickBooks, sent: MultiDict[str, str]) -> Company | None:
    chosen = sent.get("realm_id", "")
    return next((each for each in service.companies() if each.realm == chosen), None)


def _sign_in_page(asked: ConsentRequest, email: str = "", problem: str = "") -> str:
    return render_template("consent_sign_in.html", asked=asked, email=email, problem=problem)


def _start_address(asked: ConsentRequest) -> str:
    return url_for("consent.start", _external=False, **dict(asked.parameters))
