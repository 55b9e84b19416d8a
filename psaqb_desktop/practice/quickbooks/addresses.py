"""Addresses as QuickBooks gives them back."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.entity_rows import Body

_LINES = ("Line1", "Line2", "Line3", "Line4", "Line5")


def folded(address: Body) -> Body:
    """Town, region and country as further lines, which is how an update leaves an address."""
    lines = [address[name] for name in _LINES if address.get(name)]
    town = " ".join(
        part
        for part in (
            address.get("City"),
            address.get("CountrySubDivisionCode"),
            address.get("PostalCode"),
        )
        if part
    )
    lines += [part for part in (town, address.get("Country")) if part]
    if len(lines) > len(_LINES):
        lines = [*lines[: len(_LINES) - 1], ", ".join(lines[len(_LINES) - 1 :])]
    return dict(zip(_LINES, lines, strict=False))
