"""The tax codes of a company with their rates."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.sales_tax import Rate

PSEUDO_CODES = ("TAX", "NON")
"""All that a line of a US company may say."""

COMPOUND = "TaxOnAmountPlusTax"
"""How a rate that is taken from the amount with the taxes before it is marked."""

_RATE_WORDS = {"GB": "VAT", "CA": "GST/HST", "AU": "GST", "IN": "GST"}


def rates_of_code(books: Books, code_id: str, attribute: str = "TaxCodeRef") -> list[Rate]:
    """The rates of a tax code, in its order.

    Raises:
        ApiFault: 2500 or 610 when the code is unknown or was made inactive.
    """
    row = books.rows.get("TaxCode", code_id)
    if row is None or code_id in PSEUDO_CODES:
        raise fault_bodies.invalid_reference(attribute, f"TaxCode element id {code_id} not found")
    if not row.active:
        raise fault_bodies.inactive_reference(attribute)
    details = row.body.get("SalesTaxRateList", {}).get("TaxRateDetail", [])
    return [
        dataclasses.replace(
            rate_of(books, detail["TaxRateRef"]["value"]),
            compounds=detail.get("TaxTypeApplicable") == COMPOUND,
        )
        for detail in details
    ]


def rate_of(books: Books, rate_id: str) -> Rate:
    """One tax rate.

    Raises:
        ApiFault: 2500 when there is none.
    """
    row = books.rows.get("TaxRate", rate_id)
    if row is None:
        raise fault_bodies.invalid_reference(
            "TaxRateRef", f"TaxRate element id {rate_id} not found"
        )
    return Rate(rate_id, Decimal(str(row.body["RateValue"])))


def line_tax_code(books: Books, detail: dict[str, Any]) -> Body | None:
    """The tax code of a sales line by the rules of the company's country.

    Raises:
        ApiFault: 6100 in the US, 6000 elsewhere, 2500 or 610 for the reference itself.
    """
    sent = detail.get("TaxCodeRef", {}).get("value")
    if books.company.is_us:
        if sent is None:
            return {"value": "NON"}
        if sent not in PSEUDO_CODES:
            raise fault_bodies.wrong_line_tax_code(sent)
        return {"value": sent}
    if sent is None:
        word = _RATE_WORDS.get(books.company.country, "sales tax")
        raise fault_bodies.business_rule(
            f"Make sure all your transactions have a {word} rate before you save.", "TaxCodeRef"
        )
    rates_of_code(books, sent)
    return {"value": sent}
