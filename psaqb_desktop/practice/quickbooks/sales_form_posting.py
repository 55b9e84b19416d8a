"""Posting invoices and credit memos: create, change, void, delete."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.addresses import folded
from psaqb_desktop.practice.quickbooks.automatic_credits import apply_open_credits
from psaqb_desktop.practice.quickbooks.balances import release_surplus, with_balance
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.numbering import must_be_free, number_of_new
from psaqb_desktop.practice.quickbooks.payment_lines import money
from psaqb_desktop.practice.quickbooks.sales_forms import build_sales_form

_ZERO = Decimal("0.00")
_NUMBERS_OF_LINES = ("Qty", "UnitPrice", "TaxInclusiveAmt", "DiscountPercent")


def create_sales_form(
    books: Books, kind: str, wanted: dict[str, Any], *, may_repeat_number: bool = False
) -> EntityRow:
    """Posts a new invoice or credit memo.

    Raises:
        ApiFault: The first thing wrong.
    """
    body = build_sales_form(books, kind, wanted)
    books.must_be_open(body["TxnDate"])
    number = number_of_new(
        books,
        kind,
        wanted.get("DocNumber"),
        forced=bool(wanted.get("AutoDocNumber")),
        may_repeat=may_repeat_number,
    )
    body.pop("DocNumber", None)
    if number is not None:
        body = {"DocNumber": number} | body
    row = books.rows.insert(kind, with_balance(books, kind, body, []))
    if kind == "Invoice" and books.company.applies_credits:
        return apply_open_credits(books, row)
    return row


def change_sales_form(
    books: Books, row: EntityRow, wanted: dict[str, Any], *, may_repeat_number: bool = False
) -> EntityRow:
    """Replaces an invoice or credit memo by a new version of it.

    Raises:
        ApiFault: The first thing wrong.
    """
    body = build_sales_form(books, row.kind, wanted, row.body)
    books.must_be_open(row.body["TxnDate"], body["TxnDate"])
    number = wanted.get("DocNumber")
    if number and number != row.body.get("DocNumber") and not may_repeat_number:
        must_be_free(books, number, row.id)
    if number is None and not books.company.uses_custom_numbers and "DocNumber" in row.body:
        body["DocNumber"] = row.body["DocNumber"]
    if body["CustomerRef"]["value"] != row.body["CustomerRef"]["value"] and row.body.get(
        "LinkedTxn"
    ):
        raise fault_bodies.cannot_be_linked("The customer of a paid transaction cannot change.")
    for name in ("BillAddr", "ShipAddr"):
        if name in body:
            body[name] = folded(body[name])
    return _replace(books, row, body)


def void_sales_form(books: Books, row: EntityRow) -> EntityRow:
    """Keeps the form with all amounts at zero; its payments become unapplied.

    Raises:
        ApiFault: 6210 in a closed period.
    """
    books.must_be_open(row.body["TxnDate"])
    note = row.body.get("PrivateNote", "")
    if not note.startswith("Voided"):
        note = f"Voided - {note}" if note else "Voided"
    body = {
        **row.body,
        "PrivateNote": note,
        "Line": [_emptied(line) for line in row.body["Line"]],
        "TxnTaxDetail": {
            name: value
            for name, value in row.body["TxnTaxDetail"].items()
            if name == "TxnTaxCodeRef"
        }
        | {"TotalTax": _ZERO},
        "TotalAmt": _ZERO,
    }
    if "Deposit" in body:
        body["Deposit"] = _ZERO
    if "HomeTotalAmt" in body:
        body["HomeTotalAmt"] = _ZERO
    return _replace(books, row, body)


def delete_sales_form(books: Books, row: EntityRow) -> None:
    """Removes a form that nothing is linked to.

    Raises:
        ApiFault: 6210 in a closed period, 6000 when payments are linked.
    """
    books.must_be_open(row.body["TxnDate"])
    if books.applications.to_target(row.kind, row.id):
        raise fault_bodies.business_rule(
            "The transaction is linked to others. Unlink them before you delete it."
        )
    books.rows.delete(row)


def _replace(books: Books, row: EntityRow, body: Body) -> EntityRow:
    payable = money(body, "TotalAmt") - money(body, "Deposit")
    applied = release_surplus(books, row, payable)
    return books.rows.replace(row, with_balance(books, row.kind, body, applied))


def _emptied(line: Body) -> Body:
    kind = line["DetailType"]
    detail_name = "DescriptionLineDetail" if kind == "DescriptionOnly" else kind
    detail = {
        name: Decimal(0) if name in _NUMBERS_OF_LINES else value
        for name, value in line.get(detail_name, {}).items()
    }
    emptied = {**line, detail_name: detail}
    if "Amount" in line:
        emptied["Amount"] = _ZERO
    return emptied
