"""What a person does to an invoice in QuickBooks itself: receive, edit, void, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault, missing
from psaqb_desktop.practice.quickbooks.operations import perform
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.settings import change_settings

_SWITCHES = (
    "uses_custom_numbers",
    "warns_of_duplicate_numbers",
    "is_read_only",
    "applies_credits",
)
_FURTHER_SWITCHES = ("tracks_classes", "tracks_departments", "uses_sales_tax")
_CHOICES = ("book_close_date", "automated_tax")


def create_invoice_actions(service: PracticeQuickBooks) -> Blueprint:
    """The routes that the pages' forms are sent to."""
    actions = Blueprint("actions", __name__, url_prefix="/app/<realm>")

    @actions.post("/invoice/<txn_id>/payment")
    def receive_payment(realm: str, txn_id: str) -> Response:
        return _act(service, realm, txn_id, _receive, "The payment was received.")

    @actions.post("/invoice/<txn_id>/edit")
    def edit(realm: str, txn_id: str) -> Response:
        return _act(service, realm, txn_id, _edit, "The invoice was saved.")

    @actions.post("/invoice/<txn_id>/void")
    def void(realm: str, txn_id: str) -> Response:
        return _act(service, realm, txn_id, _void, "The invoice was voided.")

    @actions.post("/invoice/<txn_id>/delete")
    def delete(realm: str, txn_id: str) -> Response:
        done = _attempt(service, realm, lambda books: _delete(books, txn_id))
        if not done:
            return _back(realm, txn_id)
        flash("The invoice was deleted.", "done")
        return redirect(url_for("invoices.invoices", realm=realm), 303)

    @actions.post("/payment/<payment_id>/void")
    def void_payment(realm: str, payment_id: str) -> Response:
        def act(books: Books, _txn_id: str) -> None:
            body = books.existing("Payment", payment_id).body
            perform(books, "Payment", "void", _version(body))

        txn_id = request.form.get("txnId", "")
        return _act(service, realm, txn_id, act, "The payment was voided.")

    @actions.post("/settings")
    def settings(realm: str) -> Response:
        form = request.form
        try:
            change_settings(
                service,
                realm,
                _changes(form),
            )
            flash("The settings were saved.", "done")
        except ValueError as error:
            flash(f"Not saved: {error}.", "failed")
        return redirect(url_for("settings.settings", realm=realm), 303)

    return actions


def _changes(form: Mapping[str, str]) -> dict[str, Any]:
    """A box that is not ticked is not sent: the whole form says so by ``sections``."""
    switches = _SWITCHES + (_FURTHER_SWITCHES if form.get("sections") == "all" else ())
    changes: dict[str, Any] = {name: name in form for name in switches}
    if "is_multicurrency" in form:
        changes["is_multicurrency"] = True
    return changes | {name: form[name] for name in _CHOICES if name in form}


def _act(
    service: PracticeQuickBooks,
    realm: str,
    txn_id: str,
    action: Callable[[Books, str], None],
    success: str,
) -> Response:
    if _attempt(service, realm, lambda books: action(books, txn_id)):
        flash(success, "done")
    return _back(realm, txn_id)


def _attempt(service: PracticeQuickBooks, realm: str, action: Callable[[Books], None]) -> bool:
    try:
        with service.writing(realm) as books:
            action(books)
    except ApiFault as fault:
        flash(fault.detail, "failed")
        return False
    return True


def _back(realm: str, txn_id: str) -> Response:
    return redirect(url_for("invoices.invoice", realm=realm, txnId=txn_id), 303)


def _receive(books: Books, txn_id: str) -> None:
    invoice = books.existing("Invoice", txn_id).body
    form = request.form
    try:
        amount = Decimal(form.get("amount", "").replace(",", "").strip())
    except InvalidOperation as error:
        raise missing("amount") from error
    link = {"TxnId": txn_id, "TxnType": "Invoice"}
    sent: dict[str, Any] = {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": amount,
        "TxnDate": form.get("txn_date", ""),
        "PaymentRefNum": form.get("reference", "").strip(),
        "Line": [{"Amount": amount, "LinkedTxn": [link]}],
    }
    if form.get("method_id"):
        sent["PaymentMethodRef"] = {"value": form["method_id"]}
    if "ExchangeRate" in invoice:
        sent |= {
            "CurrencyRef": invoice["CurrencyRef"],
            "ExchangeRate": invoice["ExchangeRate"],
        }
    perform(books, "Payment", "create", sent)


def _edit(books: Books, txn_id: str) -> None:
    form = request.form
    sent = {
        **_version(books.existing("Invoice", txn_id).body),
        "sparse": True,
        "DueDate": form.get("due_date", ""),
        "PrivateNote": form.get("private_note", ""),
        "CustomerMemo": {"value": form.get("customer_memo", "")},
    }
    perform(books, "Invoice", "update", sent)


def _void(books: Books, txn_id: str) -> None:
    perform(books, "Invoice", "void", _version(books.existing("Invoice", txn_id).body))


def _delete(books: Books, txn_id: str) -> None:
    perform(books, "Invoice", "delete", _version(books.existing("Invoice", txn_id).body))


def _version(body: Body) -> dict[str, Any]:
    return {"Id": body["Id"], "SyncToken": body["SyncToken"]}
