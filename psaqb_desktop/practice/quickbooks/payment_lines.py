"""The lines of a payment as a read shows them, and what of it is not applied."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks.applications import Application
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.currencies import unit_of_body
from psaqb_desktop.practice.quickbooks.entity_rows import Body

_ZERO = Decimal(0)


def money(body: Body, name: str) -> Decimal:
    """A money attribute as Decimal; nothing counts as zero."""
    return Decimal(str(body.get(name, 0)))


def open_without(books: Books, body: Body, kind: str, record_id: str, payment_id: str) -> Decimal:
    """What would be open on an invoice or credit memo if this payment were not."""
    others = sum(
        (
            application.amount
            for application in books.applications.to_target(kind, record_id)
            if application.payment_id != payment_id
        ),
        _ZERO,
    )
    payable = money(body, "TotalAmt") - money(body, "Deposit")
    return rounded(payable - others, unit_of_body(books, body))


def unapplied(total: Decimal, applications: Sequence[Application]) -> Decimal:
    """Payment and credits used, less what went to invoices."""
    left = total
    for application in applications:
        sign = 1 if application.target_kind == "CreditMemo" else -1
        left += sign * application.amount
    return left


def write_lines(books: Books, body: Body, applications: Sequence[Application]) -> Body:
    """The payment's body with its lines and its UnappliedAmt."""
    lines = []
    for application in applications:
        target = books.rows.get(*application.target)
        shown = target.body if target else {}
        without = open_without(
            books, shown, application.target_kind, application.target_id, application.payment_id
        )
        lines.append(
            {
                "Amount": application.amount,
                "LinkedTxn": [{"TxnId": application.target_id, "TxnType": application.target_kind}],
                "LineEx": {
                    "any": [
                        _name_value("txnId", application.target_id),
                        _name_value("txnOpenBalance", format(without, "f")),
                        _name_value("txnReferenceNumber", shown.get("DocNumber", "")),
                    ]
                },
            }
        )
    return {
        **body,
        "UnappliedAmt": rounded(
            unapplied(money(body, "TotalAmt"), applications), unit_of_body(books, body)
        ),
        "Line": lines,
    }


def _name_value(name: str, value: str) -> dict[str, Any]:
    return {
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "value": {"Name": name, "Value": value},
        "nil": False,
        "globalScope": True,
        "typeSubstituted": False,
    }
