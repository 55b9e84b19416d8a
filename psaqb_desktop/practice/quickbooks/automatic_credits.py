"""A new invoice that is paid at once from what the customer has left over.

This is the preference that surprises integrators: an invoice they have just made comes back with
a balance below its total, and nobody has paid it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import exact_json
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.payment_lines import money
from psaqb_desktop.practice.quickbooks.payments import change_payment, receive_payment

_NOTHING = Decimal(0)


def apply_open_credits(books: Books, invoice: EntityRow) -> EntityRow:
    """Uses up credit memos, then payments on account, the oldest first."""
    for memo in _open(books, "CreditMemo", "Balance", invoice):
        if not _still_open(books, invoice):
            break
        used = min(money(memo, "Balance"), _still_open(books, invoice))
        lines = [_line(invoice.id, "Invoice", used), _line(memo["Id"], "CreditMemo", used)]
        receive_payment(books, {**_shared(invoice), "TotalAmt": _NOTHING, "Line": lines})
    for body in _open(books, "Payment", "UnappliedAmt", invoice):
        if not _still_open(books, invoice):
            break
        used = min(money(body, "UnappliedAmt"), _still_open(books, invoice))
        kept = [{"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]} for line in body["Line"]]
        total = money(body, "TotalAmt")
        wanted = {**body, "TotalAmt": total, "Line": [*kept, _line(invoice.id, "Invoice", used)]}
        if "ExchangeRate" in body:
            wanted["ExchangeRate"] = money(body, "ExchangeRate")
        change_payment(books, books.existing("Payment", body["Id"]), wanted)
    return books.existing(invoice.kind, invoice.id)


def _still_open(books: Books, invoice: EntityRow) -> Decimal:
    return money(books.existing(invoice.kind, invoice.id).body, "Balance")


def _open(books: Books, kind: str, attribute: str, invoice: EntityRow) -> list[Body]:
    rows = books.rows.connection.execute(
        "SELECT body FROM entity WHERE realm = ? AND kind = ? AND deleted = 0"
        " AND json_extract(body, '$.CustomerRef.value') = ?"
        " AND CAST(json_extract(body, ?) AS REAL) > 0 ORDER BY position",
        (books.rows.realm, kind, invoice.body["CustomerRef"]["value"], f"$.{attribute}"),
    )
    return [exact_json.loads(row["body"]) for row in rows]


def _shared(invoice: EntityRow) -> dict[str, Any]:
    names = ("CustomerRef", "CurrencyRef")
    shared = {name: invoice.body[name] for name in names if name in invoice.body}
    if "ExchangeRate" in invoice.body:
        shared["ExchangeRate"] = money(invoice.body, "ExchangeRate")
    return shared


def _line(record_id: str, kind: str, amount: Decimal) -> dict[str, Any]:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": record_id, "TxnType": kind}]}
