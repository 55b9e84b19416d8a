"""Making and changing records of the lists: customers, items and the like."""

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.currencies import currency_reference
from psaqb_desktop.practice.quickbooks.entities.attribute_types import Ignored
from psaqb_desktop.practice.quickbooks.entities.name_lists import NAME_LISTS, NameList
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.references import copy_references, refer

_FORBIDDEN = (":", "\t", "\n")
_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_REFERENCES = {
    "SalesTermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "IncomeAccountRef": "Account",
    "ExpenseAccountRef": "Account",
    "AssetAccountRef": "Account",
    "ClassRef": "Class",
}
_PEOPLE = ("Customer", "Vendor", "Employee")


def create_listed(books: Books, kind: str, wanted: dict[str, Any]) -> EntityRow:
    """Adds a record to a list.

    Raises:
        ApiFault: The first thing wrong.
    """
    listed = NAME_LISTS[kind]
    if not listed.creatable:
        raise fault_bodies.unsupported_operation(f"create of {kind}")
    return books.rows.insert(kind, _body(books, listed, wanted, None))


def change_listed(books: Books, row: EntityRow, wanted: dict[str, Any]) -> EntityRow:
    """Replaces a record of a list; ``Active`` false is how one is taken out of use.

    Raises:
        ApiFault: The first thing wrong.
    """
    listed = NAME_LISTS[row.kind]
    if not listed.creatable:
        raise fault_bodies.unsupported_operation(f"update of {row.kind}")
    return books.rows.replace(row, _body(books, listed, wanted, row))


def _body(books: Books, listed: NameList, wanted: dict[str, Any], kept: EntityRow | None) -> Body:
    body = {**wanted, "Active": wanted.get("Active", True)}
    copy_references(books, wanted, body, _REFERENCES, kept.body if kept else None)
    if kept is not None:
        _carry_over(listed, body, kept.body)
    if listed.kind in _PEOPLE:
        _put_person(books, listed.kind, body, kept)
    elif listed.kind == "Item":
        _put_item(body)
    elif listed.kind == "Term":
        body["Type"] = "DATE_DRIVEN" if "DayOfMonthDue" in body else "STANDARD"
    if listed.name not in body:
        raise fault_bodies.missing(listed.name)
    if "FullyQualifiedName" in listed.record.attributes:
        body["FullyQualifiedName"] = _full_name(books, listed, body)
    _check_free(books, listed, body[listed.name], kept)
    return body


def _carry_over(listed: NameList, body: Body, kept: Body) -> None:
    """Keeps what QuickBooks itself tells, and the names of references that stay."""
    for name, value in kept.items():
        if isinstance(listed.record.attributes.get(name), Ignored):
            body.setdefault(name, value)
        sent = body.get(name)
        if isinstance(sent, dict) and isinstance(value, dict) and "value" in sent:
            body[name] = value if sent["value"] == value.get("value") else sent


def _put_person(books: Books, kind: str, body: Body, kept: EntityRow | None) -> None:
    for name in ("DisplayName", "PrintOnCheckName", *_NAME_PARTS):
        if any(sign in body.get(name, "") for sign in _FORBIDDEN):
            raise fault_bodies.invalid_string(name, body[name])
    if "DisplayName" not in body:
        parts = " ".join(body[name] for name in _NAME_PARTS if name in body)
        body["DisplayName"] = parts or body.get("CompanyName")
    if not body["DisplayName"]:
        raise fault_bodies.no_name()
    address = body.get("PrimaryEmailAddr", {}).get("Address", "@.")
    if "@" not in address or "." not in address:
        raise fault_bodies.invalid_email("PrimaryEmailAddr")
    body.setdefault("PrintOnCheckName", body["DisplayName"])
    before = kept.body.get("CurrencyRef", {}).get("value") if kept else None
    currency = body.get("CurrencyRef", {}).get("value") or before or books.company.home_currency
    if before is not None and currency != before:
        raise fault_bodies.business_rule(
            "The currency of a customer cannot be changed.", "CurrencyRef"
        )
    if currency != books.company.home_currency and not books.company.is_multicurrency:
        raise fault_bodies.business_rule("Multicurrency is not turned on.", "CurrencyRef")
    body["CurrencyRef"] = currency_reference(currency)
    if kind == "Customer":
        body.setdefault("Taxable", True)
        body.setdefault("Job", False)
        body["BillWithParent"] = body.get("BillWithParent", False)
        body.setdefault("Balance", 0)
        body.setdefault("BalanceWithJobs", 0)


def _put_item(body: Body) -> None:
    body.setdefault("Type", "Service")
    body.setdefault("UnitPrice", 0)
    body.setdefault("Taxable", True)
    if body["Type"] in {"Service", "Inventory"} and "IncomeAccountRef" not in body:
        raise fault_bodies.missing("IncomeAccountRef")


def _full_name(books: Books, listed: NameList, body: Body) -> str:
    name = str(body[listed.name])
    if "ParentRef" not in body:
        return name
    reference, parent = refer(books, "ParentRef", listed.kind, body["ParentRef"])
    body["ParentRef"] = reference
    return f"{parent.body.get('FullyQualifiedName', reference['name'])}:{name}"


def _check_free(books: Books, listed: NameList, name: str, kept: EntityRow | None) -> None:
    for kind in listed.shares_names_with or (listed.kind,):
        other = books.rows.with_name(kind, NAME_LISTS[kind].name, name)
        is_own = kept is not None and other is not None and other.id == kept.id
        if other is not None and not (is_own and kind == listed.kind):
            raise fault_bodies.duplicate_name()
