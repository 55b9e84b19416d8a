"""Companies, their invoices, and one invoice as it would be printed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from psaqb_desktop.practice.group import GROUP
from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.company import Company
from psaqb_desktop.practice.quickbooks.entity_rows import EntityRow
from psaqb_desktop.practice.quickbooks.pages.invoice_status import STATUSES, invoice_status
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError

_PAGE_SIZE = 50


def create_invoice_pages(service: PracticeQuickBooks) -> Blueprint:
    """The pages to look at."""
    pages = Blueprint("invoices", __name__)

    @pages.errorhandler(UnknownCompanyError)
    def unknown_company(_error: UnknownCompanyError) -> tuple[str, int]:
        return render_template("not_found.html", what="company"), 404

    @pages.get("/")
    def companies() -> str:
        listed = []
        for company in service.companies():
            with service.reading(company.realm) as books:
                listed.append((company, _summary(books), _traits(company)))
        return render_template("companies.html", companies=listed, group_size=len(GROUP))

    @pages.get("/app/<realm>/invoices")
    def invoices(realm: str) -> str:
        return _list_page(service, realm)

    @pages.get("/app/<realm>/invoice")
    def invoice(realm: str) -> str | tuple[str, int]:
        with service.reading(realm) as books:
            row = books.rows.get("Invoice", request.args.get("txnId", ""))
            if row is None or row.deleted:
                return render_template("not_found.html", what="invoice"), 404
            return _invoice_page(books, row)

    @pages.get("/app/invoice")
    def deep_link() -> Response:
        """Intuit's own address of an invoice, which names no company."""
        record_id = request.args.get("txnId", "")
        for company in service.companies():
            with service.reading(company.realm) as books:
                if books.rows.get("Invoice", record_id) is not None:
                    return redirect(
                        url_for("invoices.invoice", realm=company.realm, txnId=record_id)
                    )
        return abort(404)

    return pages


def _traits(company: Company) -> list[str]:
    """What sets a company apart, in a few words each."""
    if not company.is_us:
        tax = "tax codes on lines"
    elif company.automated_tax == "set-up":
        tax = "automated sales tax"
    else:
        tax = "sales tax by state" if company.uses_sales_tax else "no sales tax"
    many = f"{company.home_currency} and others"
    return [
        many if company.is_multicurrency else f"{company.home_currency} only",
        tax,
        "own numbers" if company.uses_custom_numbers else "QuickBooks numbers",
    ]


def _summary(books: Books) -> dict[str, Any]:
    row = books.rows.connection.execute(
        "SELECT count(*) AS invoices,"
        " coalesce(sum(CAST(json_extract(body, '$.Balance') AS REAL) > 0), 0) AS open"
        " FROM entity WHERE realm = ? AND kind = 'Invoice' AND deleted = 0",
        (books.rows.realm,),
    ).fetchone()
    return {"invoices": row["invoices"], "open": row["open"]}


def _list_page(service: PracticeQuickBooks, realm: str) -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    search = request.args.get("search", "").strip()
    pattern = f"%{search.casefold()}%"
    with service.reading(realm) as books:
        rows = books.rows.connection.execute(
            "SELECT body FROM entity WHERE realm = ? AND kind = 'Invoice' AND deleted = 0"
            " AND (? = '' OR fold(json_extract(body, '$.DocNumber')) LIKE ?"
            " OR fold(json_extract(body, '$.CustomerRef.name')) LIKE ?)"
            " ORDER BY position DESC LIMIT ? OFFSET ?",
            (realm, search, pattern, pattern, _PAGE_SIZE + 1, (page - 1) * _PAGE_SIZE),
        ).fetchall()
        today = books.clock.today()
        bodies = [exact_json.loads(row["body"]) for row in rows[:_PAGE_SIZE]]
        return render_template(
            "invoices.html",
            company=books.company,
            invoices=[(body, invoice_status(body, today)) for body in bodies],
            statuses=STATUSES,
            search=search,
            page=page,
            has_more=len(rows) > _PAGE_SIZE,
        )


def _invoice_page(books: Books, row: EntityRow) -> str:
    history = []
    for application in books.applications.to_target("Invoice", row.id):
        payment = books.existing("Payment", application.payment_id)
        history.append((payment.body, application.amount))
    names = {rate.id: rate.body["Name"] for rate in books.rows.all("TaxRate")}
    return render_template(
        "invoice.html",
        company=books.company,
        invoice=row.body,
        status=invoice_status(row.body, books.clock.today()),
        currency=row.body.get("CurrencyRef", {}).get("value", books.company.home_currency),
        history=history,
        tax_names=names,
        methods=[(method.id, method.body["Name"]) for method in books.rows.all("PaymentMethod")],
        today=books.clock.today().isoformat(),
    )
