"""References from one record to another: they must exist and be in use."""

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow

_DISPLAYED = {"Customer": "DisplayName", "Vendor": "DisplayName", "Employee": "DisplayName"}


def refer(
    books: Books, attribute: str, kind: str, sent: dict[str, Any], kept: Body | None = None
) -> tuple[Body, EntityRow]:
    """Completes a reference that a client sent, and returns the record it points to.

    A record that was made inactive can stay where it already is (``kept``), but not be put
    anywhere anew.

    Raises:
        ApiFault: 2020, 2030, 2500 or 610.
    """
    value = sent.get("value")
    if not value:
        raise fault_bodies.missing(attribute)
    if not value.lstrip("-").isdigit() and kind != "TaxCode":
        raise fault_bodies.invalid_id(attribute, value)
    row = books.rows.get(kind, value)
    if row is None or row.deleted:
        raise fault_bodies.invalid_reference(attribute, f"{kind} element id {value} not found")
    was_there = kept is not None and kept.get("value") == value
    if not row.active and not was_there:
        raise fault_bodies.inactive_reference(attribute)
    return {"value": value, "name": display_name(row)}, row


def display_name(row: EntityRow) -> str:
    """How a record is shown where it is referred to."""
    name = row.body.get("FullyQualifiedName") or row.body.get(_DISPLAYED.get(row.kind, "Name"))
    return str(name or row.id)


def copy_references(
    books: Books, sent: Body, into: Body, kinds: dict[str, str], kept: Body | None = None
) -> None:
    """Completes those references of ``sent`` that ``kinds`` names, and puts them into ``into``."""
    for attribute, kind in kinds.items():
        if attribute in sent:
            before = (kept or {}).get(attribute)
            into[attribute] = refer(books, attribute, kind, sent[attribute], before)[0]
