"""Receiving one payment for several invoices of a customer, with the use of credit memos."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault, invalid_number
from psaqb_desktop.practice.quickbooks.operations import perform
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks, UnknownCompanyError

_ZERO = Decimal(0)


def create_payment_pages(service: PracticeQuickBooks) -> Blueprint:
    """The pages, and where the form goes."""
    pages = Blueprint("payments", __name__, url_prefix="/app/<realm>")

    @pages.errorhandler(UnknownCompanyError)
    def unknown_company(_error: UnknownCompanyError) -> tuple[str, int]:
        return render_template("not_found.html", what="company"), 404

    @pages.get("/receive-payment")
    def receive(realm: str) -> str:
        with service.reading(realm) as books:
            return _receive_page(books, request.args.get("customerId", ""))

    @pages.post("/receive-payment")
    def received(realm: str) -> Response:
        customer_id = request.form.get("customer_id", "")
        try:
            with service.writing(realm) as books:
                _receive(books, customer_id)
            flash("The payment was received.", "done")
        except ApiFault as fault:
            flash(fault.detail, "failed")
        return redirect(url_for("payments.receive", realm=realm, customerId=customer_id), 303)

    return pages


def _receive_page(books: Books, customer_id: str) -> str:
    listed = _open_forms(books, "Invoice")
    customers = {body["CustomerRef"]["value"]: body["CustomerRef"]["name"] for body in listed}
    return render_template(
        "receive_payment.html",
        company=books.company,
        customers=sorted(customers.items(), key=lambda pair: pair[1].casefold()),
        customer_id=customer_id,
        invoices=[body for body in listed if body["CustomerRef"]["value"] == customer_id],
        credits=[
            body
            for body in _open_forms(books, "CreditMemo")
            if body["CustomerRef"]["value"] == customer_id
        ],
        methods=[(method.id, method.body["Name"]) for method in books.rows.all("PaymentMethod")],
        today=books.clock.today().isoformat(),
        home_currency=books.company.home_currency,
    )


def _receive(books: Books, customer_id: str) -> None:
    lines, applied = [], _ZERO
    currency: Body = {}
    for kind in ("Invoice", "CreditMemo"):
        for body in _open_forms(books, kind):
            amount = _amount(f"{kind}-{body['Id']}")
            if body["CustomerRef"]["value"] != customer_id or not amount:
                continue
            link = {"TxnId": body["Id"], "TxnType": kind}
            lines.append({"Amount": amount, "LinkedTxn": [link]})
            applied += amount if kind == "Invoice" else -amount
            if "ExchangeRate" in body:
                names = ("CurrencyRef", "ExchangeRate")
                currency = {name: body[name] for name in names}
    sent: dict[str, Any] = {
        "CustomerRef": {"value": customer_id},
        "TotalAmt": _amount("amount") or max(applied, _ZERO),
        "TxnDate": request.form.get("txn_date", ""),
        "PaymentRefNum": request.form.get("reference", "").strip(),
        "Line": lines,
        **currency,
    }
    if request.form.get("method_id"):
        sent["PaymentMethodRef"] = {"value": request.form["method_id"]}
    perform(books, "Payment", "create", sent)


def _amount(field: str) -> Decimal:
    text = request.form.get(field, "").replace(",", "").strip()
    try:
        return Decimal(text or "0")
    except InvalidOperation as error:
        raise invalid_number(field, text) from error


def _open_forms(books: Books, kind: str) -> list[Body]:
    rows = books.rows.connection.execute(
        "SELECT body FROM entity WHERE realm = ? AND kind = ? AND deleted = 0"
        " AND CAST(json_extract(body, '$.Balance') AS REAL) > 0 ORDER BY position",
        (books.rows.realm, kind),
    )
    return [exact_json.loads(row["body"]) for row in rows]
