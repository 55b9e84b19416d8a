"""Attributes of the lists: customers, items, terms, and what else has a name."""

from __future__ import annotations

from dataclasses import dataclass

from psaqb_desktop.practice.quickbooks.entities.attribute_types import (
    AttributeType,
    Choice,
    Day,
    Flag,
    Ignored,
    Number,
    Record,
    Text,
    reference,
)
from psaqb_desktop.practice.quickbooks.entities.shared_shapes import (
    ADDRESS,
    EMAIL,
    HEADER,
    PHONE,
    WEB,
)


@dataclass(frozen=True)
class NameList:
    """One list.

    Attributes:
        record: Its attributes.
        name: The attribute that is the name.
        shares_names_with: Lists that may not have the same name.
        creatable: Whether the API makes new ones.
    """

    record: Record
    name: str = "Name"
    shares_names_with: tuple[str, ...] = ()
    creatable: bool = True

    @property
    def kind(self) -> str:
        """The entity's name."""
        return self.record.owner


_PEOPLE = ("Customer", "Vendor", "Employee")


def _told(*names: str) -> dict[str, AttributeType]:
    return dict.fromkeys(names, Ignored())


_PERSON: dict[str, AttributeType] = {
    "Title": Text(16),
    "GivenName": Text(100),
    "MiddleName": Text(100),
    "FamilyName": Text(100),
    "Suffix": Text(16),
    "CompanyName": Text(100),
    "DisplayName": Text(500),
    "PrintOnCheckName": Text(110),
    "Active": Flag(),
    "PrimaryPhone": PHONE,
    "AlternatePhone": PHONE,
    "Mobile": PHONE,
    "Fax": PHONE,
    "PrimaryEmailAddr": EMAIL,
    "WebAddr": WEB,
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "CurrencyRef": reference(),
    "Notes": Text(2000),
    "PrimaryTaxIdentifier": Text(20),
}

_CUSTOMER = Record(
    "Customer",
    {
        **HEADER,
        **_PERSON,
        "Taxable": Flag(),
        "ResaleNum": Text(16),
        "SecondaryTaxIdentifier": Text(20),
        "BusinessNumber": Text(10),
        "DefaultTaxCodeRef": reference(),
        "TaxExemptionReasonId": Text(5),
        "SalesTermRef": reference(),
        "PaymentMethodRef": reference(),
        "CustomerTypeRef": reference(),
        "PreferredDeliveryMethod": Text(30),
        "ParentRef": reference(),
        "Job": Flag(),
        "BillWithParent": Flag(),
        "OpenBalanceDate": Day(),
        **_told(
            "FullyQualifiedName",
            "Level",
            "Balance",
            "BalanceWithJobs",
            "IsProject",
            "ARAccountRef",
            "ClientEntityId",
            "V4IDPseudonym",
            "Source",
            "GSTIN",
            "GSTRegistrationType",
        ),
    },
)

_ITEM = Record(
    "Item",
    {
        **HEADER,
        "Name": Text(100),
        "Description": Text(4000),
        "Active": Flag(),
        "Sku": Text(100),
        "Type": Choice(("Service", "NonInventory", "Inventory", "Group", "Category")),
        "UnitPrice": Number(),
        "PurchaseDesc": Text(1000),
        "PurchaseCost": Number(),
        "Taxable": Flag(),
        "SalesTaxIncluded": Flag(),
        "SalesTaxCodeRef": reference(),
        "IncomeAccountRef": reference(),
        "ExpenseAccountRef": reference(),
        "AssetAccountRef": reference(),
        "ParentRef": reference(),
        "SubItem": Flag(),
        "TrackQtyOnHand": Flag(),
        "QtyOnHand": Number(),
        "InvStartDate": Day(),
        "ClassRef": reference(),
        **_told("FullyQualifiedName", "Level", "ItemCategoryType", "TaxClassificationRef"),
    },
)

_TRACKING: dict[str, AttributeType] = {
    **HEADER,
    "Name": Text(100),
    "Active": Flag(),
    "SubClass": Flag(),
    "SubDepartment": Flag(),
    "ParentRef": reference(),
    **_told("FullyQualifiedName"),
}

NAME_LISTS: dict[str, NameList] = {
    listed.kind: listed
    for listed in (
        NameList(_CUSTOMER, "DisplayName", _PEOPLE),
        NameList(
            Record(
                "Vendor",
                {
                    **HEADER,
                    **_PERSON,
                    "AcctNum": Text(100),
                    "TaxIdentifier": Text(20),
                    "TaxReportingBasis": Text(20),
                    "BillRate": Number(),
                    "Vendor1099": Flag(),
                    "TermRef": reference(),
                    "APAccountRef": reference(),
                    **_told("Balance"),
                },
            ),
            "DisplayName",
            _PEOPLE,
        ),
        NameList(Record("Employee", {**HEADER, **_PERSON}), "DisplayName", _PEOPLE),
        NameList(_ITEM),
        NameList(Record("Class", _TRACKING)),
        NameList(Record("Department", {**_TRACKING, "Address": ADDRESS})),
        NameList(
            Record(
                "Term",
                {
                    **HEADER,
                    "Name": Text(31),
                    "Active": Flag(),
                    "Type": Ignored(),
                    "DueDays": Number(),
                    "DayOfMonthDue": Number(),
                    "DueNextMonthDays": Number(),
                    "DiscountPercent": Number(),
                    "DiscountDays": Number(),
                },
            )
        ),
        NameList(
            Record(
                "Account",
                {
                    **HEADER,
                    "Name": Text(100),
                    "Active": Flag(),
                    "AccountType": Text(50),
                    "AccountSubType": Text(80),
                    "AcctNum": Text(20),
                    "Description": Text(100),
                    "CurrencyRef": reference(),
                    **_told(
                        "FullyQualifiedName",
                        "Classification",
                        "SubAccount",
                        "CurrentBalance",
                        "CurrentBalanceWithSubAccounts",
                    ),
                },
            )
        ),
        NameList(
            Record(
                "PaymentMethod",
                {**HEADER, "Name": Text(31), "Active": Flag(), "Type": Text(30)},
            )
        ),
        NameList(Record("TaxCode", {**HEADER}), creatable=False),
        NameList(Record("TaxRate", {**HEADER}), creatable=False),
        NameList(Record("TaxAgency", {**HEADER}), "DisplayName", creatable=False),
        NameList(Record("CompanyCurrency", {**HEADER}), creatable=False),
        NameList(Record("ExchangeRate", {**HEADER}), "SourceCurrencyCode", creatable=False),
        NameList(Record("CompanyInfo", {**HEADER}), "CompanyName", creatable=False),
        NameList(Record("Preferences", {**HEADER}), "Id", creatable=False),
    )
}
"""All lists by entity name; the last ones can only be read."""
