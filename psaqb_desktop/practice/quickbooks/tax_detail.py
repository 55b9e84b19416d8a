"""The tax of a whole sales form: computed, or overridden by what the client sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.currencies import unit_of_body
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.sales_tax import Rate, RateTax
from psaqb_desktop.practice.quickbooks.tax_codes import rate_of

_ZERO = Decimal(0)


def tax_detail(books: Books, form: Body, taxes: Sequence[RateTax], sent: dict[str, Any]) -> Body:
    """The TxnTaxDetail member of a sales form.

    TaxLine wins over TotalTax, and both over what was computed. A TotalTax of nothing without
    lines is what empty client objects carry, and means "compute it".

    Raises:
        ApiFault: 2500 for an unknown rate.
    """
    unit = unit_of_body(books, form)
    if sent.get("TaxLine"):
        lines = [_overridden(books, line, taxes, unit) for line in sent["TaxLine"]]
    else:
        lines = [_line(tax, tax.tax, unit) for tax in taxes]
        if sent.get("TotalTax"):
            _spread(lines, rounded(sent["TotalTax"], unit))
    total = sum((line["Amount"] for line in lines), rounded(_ZERO))
    if not lines and sent.get("TotalTax"):
        total = rounded(sent["TotalTax"], unit)
    detail: Body = {}
    if books.company.is_us and "TxnTaxCodeRef" in sent:
        detail["TxnTaxCodeRef"] = {"value": sent["TxnTaxCodeRef"]["value"]}
    detail["TotalTax"] = total
    if lines:
        detail["TaxLine"] = lines
    return detail


def _overridden(
    books: Books, sent: dict[str, Any], taxes: Sequence[RateTax], unit: Decimal
) -> Body:
    rate_id = sent.get("TaxLineDetail", {}).get("TaxRateRef", {}).get("value")
    if rate_id is None:
        raise fault_bodies.missing("TaxRateRef")
    computed = next((tax for tax in taxes if tax.rate.id == rate_id), None)
    if computed is None:
        rate: Rate = rate_of(books, rate_id)
        net = rounded(sent["TaxLineDetail"].get("NetAmountTaxable", _ZERO), unit)
        computed = RateTax(rate, net, _ZERO)
    return _line(computed, rounded(sent.get("Amount", computed.tax), unit), unit)


def _line(tax: RateTax, amount: Decimal, unit: Decimal) -> Body:
    detail: Body = {
        "TaxRateRef": {"value": tax.rate.id},
        "PercentBased": True,
        "TaxPercent": tax.rate.percent,
        "NetAmountTaxable": rounded(tax.net, unit),
    }
    if amount != tax.tax:
        detail["OverrideDeltaAmount"] = amount - tax.tax
    return {"Amount": amount, "DetailType": "TaxLineDetail", "TaxLineDetail": detail}


def _spread(lines: list[Body], total: Decimal) -> None:
    """Puts the difference to the wanted total on the largest tax line."""
    delta = total - sum((line["Amount"] for line in lines), _ZERO)
    if not lines or not delta:
        return
    largest = max(lines, key=lambda line: abs(line["Amount"]))
    largest["Amount"] += delta
    largest["TaxLineDetail"]["OverrideDeltaAmount"] = delta
