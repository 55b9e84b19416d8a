"""Whole amounts in currencies without cents; whether QuickBooks does so is not known."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from psaqb_desktop.practice.quickbooks.books import to_cents
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.sales_lines import SalesLines

_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})


def round_to_currency(form: Body, lines: SalesLines) -> None:
    """Rounds lines and taxes of a form whose currency has no cents; others stay as they are."""
    if form.get("CurrencyRef", {}).get("value") not in _WITHOUT_CENTS:
        return
    for line in (*lines.sold, *lines.discounts):
        line["Amount"] = _whole(line["Amount"])
    detail = form["TxnTaxDetail"]
    taxes = detail.get("TaxLine", [])
    for tax in taxes:
        tax["Amount"] = _whole(tax["Amount"])
    detail["TotalTax"] = (
        sum((tax["Amount"] for tax in taxes), Decimal(0)) if taxes else _whole(detail["TotalTax"])
    )


def _whole(amount: Decimal) -> Decimal:
    return to_cents(amount.quantize(Decimal(1), ROUND_HALF_UP))
