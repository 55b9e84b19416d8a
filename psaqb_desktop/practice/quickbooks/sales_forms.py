"""Invoices and credit memos: from what a client sent to what QuickBooks keeps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.currencies import (
    currency_of,
    currency_reference,
    home_amount,
    unit_of_body,
)
from psaqb_desktop.practice.quickbooks.custom_fields import shown_custom_fields
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.form_tax import form_tax
from psaqb_desktop.practice.quickbooks.references import copy_references, refer
from psaqb_desktop.practice.quickbooks.sales_lines import read_lines

_ZERO = Decimal(0)
_MOST_TAXABLE_LINES = 750
_REFERENCES = {
    "SalesTermRef": "Term",
    "DepartmentRef": "Department",
    "ClassRef": "Class",
    "DepositToAccountRef": "Account",
    "PaymentMethodRef": "PaymentMethod",
}
_COPIED = (
    "DocNumber",
    "TxnDate",
    "PrivateNote",
    "CustomerMemo",
    "ApplyTaxAfterDiscount",
    "BillEmail",
    "BillEmailCc",
    "BillEmailBcc",
    "ShipDate",
    "TrackingNum",
    "ShipMethodRef",
    "ProjectRef",
    "TransactionLocationType",
    "ShipFromAddr",
    "PaymentRefNum",
    "InvoiceRef",
    "DeliveryInfo",
)


def build_sales_form(
    books: Books, kind: str, wanted: dict[str, Any], kept: Body | None = None
) -> Body:
    """The body of an invoice or credit memo without balance, which payments decide.

    Args:
        books: The company's.
        kind: Invoice or CreditMemo.
        wanted: All attributes the form is to have, as read.
        kept: The version before.

    Raises:
        ApiFault: The first thing wrong.
    """
    kept = kept or {}
    if not wanted.get("Line"):
        raise fault_bodies.missing("Line")
    if "CustomerRef" not in wanted:
        raise fault_bodies.missing("CustomerRef")
    _check_tracking(books, wanted)
    customer_ref, customer = refer(
        books, "CustomerRef", "Customer", wanted["CustomerRef"], kept.get("CustomerRef")
    )
    form: Body = {
        "CustomField": shown_custom_fields(
            wanted.get("CustomField", []), books.options.custom_field_length
        ),
        "DocNumber": None,
        "TxnDate": books.clock.today().isoformat(),
    }
    form |= {name: wanted[name] for name in _COPIED if name in wanted}
    currency, rate = currency_of(books, customer, wanted)
    if books.company.is_multicurrency:
        form |= {"CurrencyRef": currency_reference(currency), "ExchangeRate": rate}
    if not books.company.is_us:
        form["GlobalTaxCalculation"] = wanted.get("GlobalTaxCalculation", "TaxExcluded")
    _put_addresses(form, wanted, customer)
    _put_lines_and_totals(books, kind, form, wanted, kept)
    form["CustomerRef"] = customer_ref
    copy_references(books, wanted, form, _REFERENCES, kept)
    _put_delivery(form, wanted)
    if kind == "Invoice":
        _put_invoice_only(books, form, wanted)
    return {name: value for name, value in form.items() if value is not None}


def _check_tracking(books: Books, wanted: dict[str, Any]) -> None:
    if "DepartmentRef" in wanted and not books.company.tracks_departments:
        raise fault_bodies.permission_denied("Location tracking is not part of this company.")
    if "ClassRef" in wanted and not books.company.tracks_classes:
        raise fault_bodies.permission_denied("Class tracking is not part of this company.")


def _put_lines_and_totals(
    books: Books, kind: str, form: Body, wanted: dict[str, Any], kept: Body
) -> None:
    unit = unit_of_body(books, form)
    lines = read_lines(
        books, wanted["Line"], kept.get("Line", []), form.get("GlobalTaxCalculation"), unit
    )
    subtotal_line = {
        "Amount": _ZERO,
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }
    form["TxnTaxDetail"] = form_tax(books, form, lines, wanted.get("TxnTaxDetail", {}))
    if form["TxnTaxDetail"]["TotalTax"] and len(lines.shown) > _MOST_TAXABLE_LINES:
        raise fault_bodies.business_rule("A taxable transaction can have 750 lines at most.")
    subtotal_line["Amount"] = rounded(lines.subtotal, unit)
    undiscounted = [line for line in lines.shown if line not in lines.discounts]
    form["Line"] = [*undiscounted, subtotal_line, *lines.discounts]
    total = rounded(lines.subtotal - lines.discount + form["TxnTaxDetail"]["TotalTax"], unit)
    if total < 0:
        raise fault_bodies.business_rule("Transaction amount must be 0 or greater.", "TotalAmt")
    form["TotalAmt"] = total
    if books.company.is_multicurrency:
        form["HomeTotalAmt"] = home_amount(books, form, total)
    if kind == "Invoice":
        deposit = rounded(wanted.get("Deposit", _ZERO), unit)
        if not 0 <= deposit <= total:
            raise fault_bodies.business_rule("The deposit is not between zero and the total.")
        form["Deposit"] = deposit


def _put_addresses(form: Body, wanted: dict[str, Any], customer: EntityRow) -> None:
    for name in ("BillAddr", "ShipAddr"):
        address = wanted.get(name) or customer.body.get(name)
        if address:
            form[name] = address
    form["FreeFormAddress"] = True


def _put_delivery(form: Body, wanted: dict[str, Any]) -> None:
    form["PrintStatus"] = wanted.get("PrintStatus", "NeedToPrint")
    form["EmailStatus"] = wanted.get("EmailStatus", "NotSet")
    address = wanted.get("BillEmail", {}).get("Address")
    if form["EmailStatus"] == "NeedToSend" and not address:
        raise fault_bodies.missing("BillEmail")
    if address and ("@" not in address or "." not in address):
        # Intuit does not report this one; the mail just never arrives.
        form["EmailStatus"] = wanted.get("EmailStatus", "NotSet")


def _put_invoice_only(books: Books, form: Body, wanted: dict[str, Any]) -> None:
    due = wanted.get("DueDate")
    if due is None:
        due = form["TxnDate"]
        term_id = form.get("SalesTermRef", {}).get("value")
        term = books.rows.get("Term", term_id) if term_id else None
        if term is not None:
            days = int(term.body.get("DueDays", 0))
            due = (date.fromisoformat(due) + timedelta(days=days)).isoformat()
    form["DueDate"] = due
    form |= {
        "AllowIPNPayment": False,
        "AllowOnlinePayment": False,
        "AllowOnlineCreditCardPayment": bool(wanted.get("AllowOnlineCreditCardPayment")),
        "AllowOnlineACHPayment": bool(wanted.get("AllowOnlineACHPayment")),
    }
