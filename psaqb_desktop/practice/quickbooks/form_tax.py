"""The tax of a sales form by the rules of its company's country."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.automated_tax import code_of_address
from psaqb_desktop.practice.quickbooks.books import Books, rounded
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.sales_lines import SalesLines
from psaqb_desktop.practice.quickbooks.sales_tax import CodedAmount, Rate, tax_on_top, tax_within
from psaqb_desktop.practice.quickbooks.tax_codes import rates_of_code
from psaqb_desktop.practice.quickbooks.tax_detail import tax_detail

_ZERO = Decimal(0)
_PRICE = Decimal("0.0000001")


def form_tax(books: Books, form: Body, lines: SalesLines, sent: dict[str, Any]) -> Body:
    """The TxnTaxDetail of a form; for tax-inclusive ones the lines become net.

    Args:
        books: Where the tax codes are.
        form: The form's other attributes, as far as they matter for tax.
        lines: Its lines.
        sent: TxnTaxDetail as sent, empty when it was left out.

    Raises:
        ApiFault: 6170, 2500 or 610.
    """
    if books.company.is_us:
        return _us_tax(books, form, lines, sent)
    calculation = form["GlobalTaxCalculation"]
    if calculation == "NotApplicable":
        if sent:
            raise fault_bodies.tax_detail_without_tax()
        return {"TotalTax": rounded(_ZERO)}
    codes = _codes(lines)
    rates = {code: rates_of_code(books, code) for code in dict.fromkeys(codes)}
    for line in lines.discounts:
        code = line["DiscountLineDetail"].get("TaxCodeRef", {}).get("value")
        if code:
            rates[code] = rates_of_code(books, code)
    if calculation == "TaxInclusive":
        return _inclusive_tax(books, form, lines, rates, sent)
    sold = [CodedAmount(code, line["Amount"]) for code, line in zip(codes, lines.sold, strict=True)]
    taken_off = _discounted(lines, sold)
    return tax_detail(books, form, tax_on_top([*sold, *taken_off], rates, lines.unit), sent)


def _codes(lines: SalesLines) -> list[str]:
    return [line["SalesItemLineDetail"]["TaxCodeRef"]["value"] for line in lines.sold]


def _us_tax(books: Books, form: Body, lines: SalesLines, sent: dict[str, Any]) -> Body:
    if not books.company.uses_sales_tax:
        return {"TotalTax": rounded(_ZERO)}
    if books.company.automated_tax == "set-up":
        engine = code_of_address(books, form)
        # TaxLine and TotalTax of the client stay as an override; its code does not.
        sent = {**sent, "TxnTaxCodeRef": {"value": engine}} if engine else {}
    code = sent.get("TxnTaxCodeRef", {}).get("value")
    if code is None:
        return tax_detail(books, form, (), sent)
    rates = {code: rates_of_code(books, code, "TxnTaxCodeRef")}
    taxable = sum(
        (
            line["Amount"]
            for line, line_code in zip(lines.sold, _codes(lines), strict=True)
            if line_code == "TAX"
        ),
        _ZERO,
    )
    if form.get("ApplyTaxAfterDiscount") and lines.subtotal:
        taxable -= rounded(lines.discount * taxable / lines.subtotal, lines.unit)
    amounts = [CodedAmount(code, taxable)] if taxable else []
    return tax_detail(books, form, tax_on_top(amounts, rates, lines.unit), sent)


def _inclusive_tax(
    books: Books,
    form: Body,
    lines: SalesLines,
    rates: dict[str, list[Rate]],
    sent: dict[str, Any],
) -> Body:
    sold = [
        CodedAmount(code, gross) for code, gross in zip(_codes(lines), lines.gross, strict=True)
    ]
    taken_off = _discounted(lines, sold)
    parted = tax_within([*sold, *taken_off], rates, lines.unit)
    for line, gross, net in zip(lines.sold, lines.gross, parted.nets, strict=False):
        detail = line["SalesItemLineDetail"]
        line["Amount"] = net
        detail["TaxInclusiveAmt"] = gross
        if detail.get("Qty"):
            detail["UnitPrice"] = (net / detail["Qty"]).quantize(_PRICE).normalize()
    if lines.discounts:
        net_discount = -sum(parted.nets[len(sold) :], _ZERO)
        difference = lines.discount - net_discount
        lines.discounts[-1]["Amount"] -= difference
    return tax_detail(books, form, parted.taxes, sent)


def _discounted(lines: SalesLines, sold: list[CodedAmount]) -> list[CodedAmount]:
    """Discounts as negative amounts: under their own tax code, or shared among the lines'."""
    taken_off = []
    total = sum((coded.amount for coded in sold), _ZERO)
    for line in lines.discounts:
        code = line["DiscountLineDetail"].get("TaxCodeRef", {}).get("value")
        if code is not None:
            taken_off.append(CodedAmount(code, -line["Amount"]))
            continue
        left = line["Amount"]
        codes = list(dict.fromkeys(coded.code for coded in sold))
        for code in codes[:-1]:
            of_code = sum((coded.amount for coded in sold if coded.code == code), _ZERO)
            share = rounded(line["Amount"] * of_code / total, lines.unit) if total else _ZERO
            taken_off.append(CodedAmount(code, -share))
            left -= share
        if codes:
            taken_off.append(CodedAmount(codes[-1], -left))
    return taken_off
