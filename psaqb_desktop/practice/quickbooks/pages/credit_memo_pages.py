"""Credit memos: the list, one as it would be printed, giving credit for an invoice, voiding it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault, invalid_number
from psaqb_desktop.practice.quickbooks.operations import perform
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError

_MOST_SHOWN = 200
_SHARED = (
    "CustomerRef",
    "CurrencyRef",
    "ExchangeRate",
    "GlobalTaxCalculation",
    "BillAddr",
    "DepartmentRef",
)


def create_credit_memo_pages(service: PracticeQuickBooks) -> Blueprint:
    """The pages, and where their forms go."""
    pages = Blueprint("credit_memos", __name__, url_prefix="/app/<realm>")

    @pages.errorhandler(UnknownCompanyError)
    def unknown_company(_error: UnknownCompanyError) -> tuple[str, int]:
        return render_template("not_found.html", what="company"), 404

    @pages.get("/creditmemos")
    def listed(realm: str) -> str:
        with service.reading(realm) as books:
            return render_template("credit_memos.html", company=books.company, memos=_newest(books))

    @pages.get("/creditmemo")
    def shown(realm: str) -> str | tuple[str, int]:
        with service.reading(realm) as books:
            row = books.rows.get("CreditMemo", request.args.get("txnId", ""))
            if row is None or row.deleted:
                return render_template("not_found.html", what="credit memo"), 404
            return _page(books, row)

    @pages.post("/invoice/<txn_id>/credit")
    def give(realm: str, txn_id: str) -> Response:
        try:
            with service.writing(realm) as books:
                memo = _give(books, txn_id)
        except ApiFault as fault:
            flash(fault.detail, "failed")
            return redirect(url_for("invoices.invoice", realm=realm, txnId=txn_id), 303)
        flash("The credit memo was saved. Use it under “Receive payment”.", "done")
        return redirect(url_for("credit_memos.shown", realm=realm, txnId=memo["Id"]), 303)

    @pages.post("/creditmemo/<txn_id>/void")
    def void(realm: str, txn_id: str) -> Response:
        try:
            with service.writing(realm) as books:
                body = books.existing("CreditMemo", txn_id).body
                version = {"Id": body["Id"], "SyncToken": body["SyncToken"]}
                perform(books, "CreditMemo", "void", version)
            flash("The credit memo was voided.", "done")
        except ApiFault as fault:
            flash(fault.detail, "failed")
        return redirect(url_for("credit_memos.shown", realm=realm, txnId=txn_id), 303)

    return pages


def _newest(books: Books) -> list[Body]:
    rows = books.rows.connection.execute(
        "SELECT body FROM entity WHERE realm = ? AND kind = 'CreditMemo' AND deleted = 0"
        " ORDER BY position DESC LIMIT ?",
        (books.rows.realm, _MOST_SHOWN),
    )
    return [exact_json.loads(row["body"]) for row in rows]


def _page(books: Books, row: EntityRow) -> str:
    return render_template(
        "credit_memo.html",
        company=books.company,
        memo=row.body,
        currency=row.body.get("CurrencyRef", {}).get("value", books.company.home_currency),
        tax_names={rate.id: rate.body["Name"] for rate in books.rows.all("TaxRate")},
        uses=_uses(books, row.id),
    )


def _give(books: Books, invoice_id: str) -> Body:
    """Credits an amount before tax, with item and tax of the invoice's first line."""
    invoice = books.existing("Invoice", invoice_id).body
    text = request.form.get("net", "").replace(",", "").strip()
    try:
        net = Decimal(text)
    except InvalidOperation as error:
        raise invalid_number("net", text) from error
    first = next(line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail")
    detail = first["SalesItemLineDetail"]
    kept = {name: detail[name] for name in ("ItemRef", "TaxCodeRef", "ClassRef") if name in detail}
    number = invoice.get("DocNumber", invoice["Id"])
    sent = {name: invoice[name] for name in _SHARED if name in invoice} | {
        "Line": [
            {
                "Amount": net,
                "DetailType": "SalesItemLineDetail",
                "Description": f"Credit for invoice {number}",
                "SalesItemLineDetail": kept,
            }
        ],
        "PrivateNote": f"Credit for invoice {number}",
        # QuickBooks' own form suggests a number, whatever is set for clients.
        "AutoDocNumber": True,
    }
    if invoice.get("GlobalTaxCalculation") == "TaxInclusive":
        sent["GlobalTaxCalculation"] = "TaxExcluded"
    code = invoice["TxnTaxDetail"].get("TxnTaxCodeRef")
    if code is not None:
        sent["TxnTaxDetail"] = {"TxnTaxCodeRef": code}
    return perform(books, "CreditMemo", "create", sent)


def _uses(books: Books, memo_id: str) -> list[tuple[Body, Decimal, list[Body]]]:
    """The payments that used the credit, how much of it, and the invoices they paid."""
    uses = []
    for application in books.applications.to_target("CreditMemo", memo_id):
        payment = books.existing("Payment", application.payment_id)
        paid = [
            books.existing("Invoice", line.target_id).body
            for line in books.applications.of_payment(payment.id)
            if line.target_kind == "Invoice"
        ]
        uses.append((payment.body, application.amount, paid))
    return uses
