"""Automated sales tax: the engine takes the rate from the address, whatever code was sent."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body

_CODE_OF_REGION = {"CA": "California", "NY": "New York"}
_ELSEWHERE = "Out of state"


def code_of_address(books: Books, form: Body) -> str | None:
    """The Id of the tax code for where the goods go; for services, where the bill goes."""
    address = form.get("ShipAddr") or form.get("BillAddr") or {}
    region = str(address.get("CountrySubDivisionCode", "")).upper()
    row = books.rows.with_name("TaxCode", "Name", _CODE_OF_REGION.get(region, _ELSEWHERE))
    return row.id if row is not None else None
