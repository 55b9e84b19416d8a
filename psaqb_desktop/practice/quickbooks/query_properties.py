"""Which properties of an entity a query may filter and sort by, and how they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PropertyType = Literal["id", "text", "number", "day", "moment", "flag"]


@dataclass(frozen=True)
class Property:
    """One property: the SQL that yields it, and the type that its values are compared as."""

    sql: str
    type: PropertyType


def _text(name: str) -> Property:
    return Property(f"fold(json_extract(body, '$.{name}'))", "text")


def _reference(name: str) -> Property:
    return Property(f"json_extract(body, '$.{name}.value')", "text")


def _number(name: str) -> Property:
    # SQLite compares as float here; amounts themselves never pass through it.
    return Property(f"CAST(json_extract(body, '$.{name}') AS REAL)", "number")


def _day(name: str) -> Property:
    return Property(f"json_extract(body, '$.{name}')", "day")


def _flag(name: str) -> Property:
    return Property(f"json_extract(body, '$.{name}')", "flag")


_ALL = {
    "Id": Property("id", "id"),
    "MetaData.CreateTime": Property("created", "moment"),
    "MetaData.LastUpdatedTime": Property("updated", "moment"),
}
_LISTED = {
    **_ALL,
    "Active": Property("active", "flag"),
    "Name": _text("Name"),
    "FullyQualifiedName": _text("FullyQualifiedName"),
}
_PERSON = {
    **_ALL,
    "Active": Property("active", "flag"),
    **{
        name: _text(name)
        for name in (
            "DisplayName",
            "FullyQualifiedName",
            "Title",
            "GivenName",
            "MiddleName",
            "FamilyName",
            "Suffix",
            "CompanyName",
            "PrintOnCheckName",
        )
    },
    "PrimaryEmailAddr": _text("PrimaryEmailAddr.Address"),
    "Job": _flag("Job"),
    "Balance": _number("Balance"),
}
_SALES_FORM = {
    **_ALL,
    "DocNumber": _text("DocNumber"),
    "TxnDate": _day("TxnDate"),
    "DueDate": _day("DueDate"),
    "CustomerRef": _reference("CustomerRef"),
    "SalesTermRef": _reference("SalesTermRef"),
    "ProjectRef": _reference("ProjectRef"),
    "Balance": _number("Balance"),
}

_ATTACHED = {
    # A link matches when any of the record's links does: most attachments have one.
    "AttachableRef.EntityRef.Type": _text("AttachableRef[0].EntityRef.type"),
    "AttachableRef.EntityRef.Value": Property(
        "json_extract(body, '$.AttachableRef[0].EntityRef.value')", "text"
    ),
    "FileName": _text("FileName"),
    "Note": _text("Note"),
    "ContentType": _text("ContentType"),
    "Category": _text("Category"),
    "Size": _number("Size"),
}

QUERYABLE: dict[str, dict[str, Property]] = {
    "Invoice": _SALES_FORM,
    "CreditMemo": _SALES_FORM,
    "Payment": {
        **_ALL,
        "TxnDate": _day("TxnDate"),
        "CustomerRef": _reference("CustomerRef"),
        "PaymentRefNum": _text("PaymentRefNum"),
        "ProjectRef": _reference("ProjectRef"),
    },
    "Attachable": {**_ALL, **_ATTACHED},
    "Customer": _PERSON,
    "Vendor": _PERSON,
    "Employee": _PERSON,
    "Item": {
        **_LISTED,
        "Type": _text("Type"),
        "Sku": _text("Sku"),
        "UnitPrice": _number("UnitPrice"),
    },
    "Account": {
        **_LISTED,
        "AccountType": _text("AccountType"),
        "AccountSubType": _text("AccountSubType"),
        "Classification": _text("Classification"),
        "CurrentBalance": _number("CurrentBalance"),
    },
    "Class": _LISTED,
    "Department": _LISTED,
    "Term": _LISTED,
    "PaymentMethod": {**_LISTED, "Type": _text("Type")},
    "TaxCode": {**_LISTED, "Description": _text("Description"), "Taxable": _flag("Taxable")},
    "TaxRate": {**_LISTED, "Description": _text("Description")},
    "TaxAgency": {**_ALL, "DisplayName": _text("DisplayName")},
    "CompanyCurrency": {**_LISTED, "Code": _text("Code")},
    "ExchangeRate": {
        **_ALL,
        "SourceCurrencyCode": _text("SourceCurrencyCode"),
        "AsOfDate": _day("AsOfDate"),
    },
    "CompanyInfo": _ALL,
    "Preferences": _ALL,
}
"""Per entity, the properties that the documentation marks as filterable."""
