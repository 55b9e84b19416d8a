"""A company's settings, as far as a client of the API feels them."""

from __future__ import annotations

from flask import Blueprint, render_template

from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError


def create_settings_pages(service: PracticeQuickBooks) -> Blueprint:
    """The settings page."""
    pages = Blueprint("settings", __name__)

    @pages.errorhandler(UnknownCompanyError)
    def unknown_company(_error: UnknownCompanyError) -> tuple[str, int]:
        return render_template("not_found.html", what="company"), 404

    @pages.get("/app/<realm>/settings")
    def settings(realm: str) -> str:
        with service.reading(realm) as books:
            return render_template("settings.html", company=books.company)

    return pages
