"""A company's settings, as far as a client of the API feels them."""

from __future__ import annotations

from flask import Blueprint, render_template

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError
from psaqb_desktop.practice.quickbooks.tax_codes import COMPOUND


def create_settings_pages(service: PracticeQuickBooks) -> Blueprint:
    """The settings page."""
    pages = Blueprint("settings", __name__)

    @pages.errorhandler(UnknownCompanyError)
    def unknown_company(_error: UnknownCompanyError) -> tuple[str, int]:
        return render_template("not_found.html", what="company"), 404

    @pages.get("/app/<realm>/settings")
    def settings(realm: str) -> str:
        with service.reading(realm) as books:
            return render_template(
                "settings.html",
                company=books.company,
                rates=[row.body for row in books.rows.all("ExchangeRate")],
                tax_codes=_tax_codes(books),
            )

    return pages


def _tax_codes(books: Books) -> list[tuple[Body, list[str]]]:
    """The codes, each with its rates as they read."""
    rates = {row.id: row.body["RateValue"] for row in books.rows.all("TaxRate")}
    listed = []
    for row in books.rows.all("TaxCode"):
        details = row.body.get("SalesTaxRateList", {}).get("TaxRateDetail", [])
        words = [
            f"{rates[detail['TaxRateRef']['value']]} %"
            + (" on both" if detail["TaxTypeApplicable"] == COMPOUND else "")
            for detail in details
        ]
        listed.append((row.body, words))
    return listed
