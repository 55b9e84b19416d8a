"""Tax codes joined with their sales rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.quickbooks_lists import TaxCode, TaxRate

_ON_TAX = ("TaxOnTax", "TaxOnAmountPlusTax")


def joined_tax_codes(codes: Iterable[Json], rates: Iterable[Json]) -> tuple[TaxCode, ...]:
    """Join codes with the rates that they take from sales, in their order; others are left out."""
    by_id = {read.text(rate, "Id"): rate for rate in rates}
    return tuple(_tax_code(code, by_id) for code in codes)


def _tax_code(code: Json, rates: Mapping[str, Json]) -> TaxCode:
    details = sorted(
        read.parts(read.part(code, "SalesTaxRateList"), "TaxRateDetail"),
        key=lambda detail: read.amount(detail, "TaxOrder") or ZERO,
    )
    is_active = read.truth(code, "Active", default=True) and not read.truth(code, "Hidden")
    return TaxCode(
        id=QuickBooksId(read.text(code, "Id")),
        name=read.text(code, "Name"),
        rates=tuple(_tax_rate(detail, rates) for detail in details),
        is_active=is_active,
    )


def _tax_rate(detail: Json, rates: Mapping[str, Json]) -> TaxRate:
    rate_id = read.ref(detail, "TaxRateRef")
    rate = rates.get(rate_id)
    if rate is None:
        raise read.unreadable(f"a tax code names rate {rate_id}, which is not on the list")
    kind = read.text(detail, "TaxTypeApplicable")
    return TaxRate(
        id=QuickBooksId(rate_id),
        name=read.text(rate, "Name"),
        percent=read.amount(rate, "RateValue") or ZERO,
        is_on_tax=any(read.same_word(kind, word) for word in _ON_TAX),
    )
