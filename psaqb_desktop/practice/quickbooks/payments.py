"""Receiving payments, changing, voiding and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.applications import Application
from psaqb_desktop.practice.quickbooks.balances import refresh
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.currencies import (
    currency_of,
    currency_reference,
    home_amount,
    unit_of,
    unit_of_body,
)
from psaqb_desktop.practice.quickbooks.entities.transactions import PAYMENT_LINK_TYPES
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.payment_lines import open_without, unapplied, write_lines
from psaqb_desktop.practice.quickbooks.references import copy_references, refer

_ZERO = Decimal(0)
_REFERENCES = {"PaymentMethodRef": "PaymentMethod", "DepositToAccountRef": "Account"}
_DEPOSITED_TO = ("Bank", "Other Current Asset")


def receive_payment(books: Books, wanted: dict[str, Any]) -> EntityRow:
    """Records a payment and applies it as its lines say.

    Raises:
        ApiFault: The first thing wrong.
    """
    body, customer = _payment_body(books, wanted, {})
    row = books.rows.insert("Payment", body)
    return _apply(books, row, body, wanted.get("Line", []), customer)


def change_payment(books: Books, row: EntityRow, wanted: dict[str, Any]) -> EntityRow:
    """Replaces a payment; its lines are those of ``wanted``, all of them.

    Raises:
        ApiFault: The first thing wrong.
    """
    body, customer = _payment_body(books, wanted, row.body)
    books.must_be_open(row.body["TxnDate"])
    return _apply(books, row, body, wanted.get("Line", []), customer)


def void_payment(books: Books, row: EntityRow) -> EntityRow:
    """Leaves the payment with nothing in it; what it paid is open again.

    Raises:
        ApiFault: 6210 in a closed period.
    """
    books.must_be_open(row.body["TxnDate"])
    body = {**row.body, "TotalAmt": rounded(_ZERO), "PrivateNote": "Voided"}
    if books.company.is_multicurrency:
        body["HomeTotalAmt"] = rounded(_ZERO)
    return _apply(books, row, body, [], None)


def delete_payment(books: Books, row: EntityRow) -> None:
    """Removes the payment; what it paid is open again.

    Raises:
        ApiFault: 6210 in a closed period.
    """
    books.must_be_open(row.body["TxnDate"])
    freed = [application.target for application in books.applications.of_payment(row.id)]
    books.applications.replace(row.id, [])
    books.rows.delete(row)
    refresh(books, freed)


def _payment_body(books: Books, wanted: dict[str, Any], kept: Body) -> tuple[Body, EntityRow]:
    if "TotalAmt" not in wanted:
        raise fault_bodies.missing("TotalAmt")
    if "CustomerRef" not in wanted:
        raise fault_bodies.missing("CustomerRef")
    if wanted["TotalAmt"] < 0:
        raise fault_bodies.business_rule("Transaction amount must be 0 or greater.", "TotalAmt")
    customer_ref, customer = refer(
        books, "CustomerRef", "Customer", wanted["CustomerRef"], kept.get("CustomerRef")
    )
    body: Body = {"TxnDate": wanted.get("TxnDate", books.clock.today().isoformat())}
    books.must_be_open(body["TxnDate"])
    currency, rate = currency_of(books, customer, wanted)
    total = rounded(wanted["TotalAmt"], unit_of(books, currency))
    if books.company.is_multicurrency:
        body |= {"CurrencyRef": currency_reference(currency), "ExchangeRate": rate}
    body |= {"CustomerRef": customer_ref, "TotalAmt": total, "ProcessPayment": False}
    if books.company.is_multicurrency:
        body["HomeTotalAmt"] = home_amount(books, body, total)
    copy_references(books, wanted, body, _REFERENCES, kept)
    _put_deposit_account(books, body)
    for name in ("PaymentRefNum", "PrivateNote", "ProjectRef", "TransactionLocationType"):
        if name in wanted:
            body[name] = wanted[name]
    return body, customer


def _put_deposit_account(books: Books, body: Body) -> None:
    if "DepositToAccountRef" not in body:
        account = books.rows.with_name("Account", "Name", "Undeposited Funds")
        if account is not None:
            body["DepositToAccountRef"] = {"value": account.id, "name": "Undeposited Funds"}
        return
    account = books.existing("Account", body["DepositToAccountRef"]["value"])
    if account.body["AccountType"] not in _DEPOSITED_TO:
        raise fault_bodies.wrong_account_type("DepositToAccountRef")


def _apply(
    books: Books,
    row: EntityRow,
    body: Body,
    lines: Sequence[dict[str, Any]],
    customer: EntityRow | None,
) -> EntityRow:
    before = books.applications.of_payment(row.id)
    after: list[Application] = []
    for line in lines:
        application = _application(books, row.id, after, line, customer)
        if application is not None:
            after.append(application)
    if unapplied(body["TotalAmt"], after) < 0:
        raise fault_bodies.business_rule(
            "The amount applied to invoices is more than the payment and the credits.", "TotalAmt"
        )
    books.applications.replace(row.id, after)
    changed = {application.target for application in set(before) ^ set(after)}
    ordered = [item.target for item in [*before, *after] if item.target in changed]
    refresh(books, ordered)
    written = write_lines(books, body, after)
    if row.sync_token == 0 and row.body.get("UnappliedAmt") is None:
        return books.rows.complete(row, written)
    return books.rows.replace(row, written)


def _application(
    books: Books,
    payment_id: str,
    earlier: Sequence[Application],
    line: dict[str, Any],
    customer: EntityRow | None,
) -> Application | None:
    if "Amount" not in line:
        raise fault_bodies.missing("Amount")
    links = line.get("LinkedTxn", [])
    if not links:
        return None
    kind, record_id = links[0].get("TxnType", ""), links[0].get("TxnId", "")
    if kind not in PAYMENT_LINK_TYPES:
        raise fault_bodies.invalid_choice("TxnType", kind)
    target = books.rows.get(kind, record_id)
    if target is None or target.deleted:
        raise fault_bodies.invalid_reference("TxnId", f"{kind} element id {record_id} not found")
    if customer is not None and target.body["CustomerRef"]["value"] != customer.id:
        raise fault_bodies.cannot_be_linked(
            f"{kind} {record_id} belongs to another customer than the payment."
        )
    if line["Amount"] < 0:
        raise fault_bodies.business_rule("An applied amount must be 0 or greater.", "Amount")
    # QuickBooks takes more than is open and keeps the rest on the payment as unapplied.
    still_open = open_without(books, target.body, kind, record_id, payment_id)
    still_open -= sum((line.amount for line in earlier if line.target == (kind, record_id)), _ZERO)
    applied = min(rounded(line["Amount"], unit_of_body(books, target.body)), still_open)
    if applied <= 0:
        return None
    return Application(payment_id, len(earlier) + 1, kind, record_id, applied)
