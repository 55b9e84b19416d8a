"""Shapes that several entities have: addresses, e-mail, lines, tax detail."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.entities.attribute_types import (
    AttributeType,
    Choice,
    Day,
    Flag,
    Identifier,
    Ignored,
    Many,
    Number,
    Record,
    Text,
    reference,
)

HEADER: dict[str, AttributeType] = {
    "Id": Identifier(),
    "SyncToken": Identifier(),
    "sparse": Flag(),
    "domain": Ignored(),
    "MetaData": Ignored(),
    "status": Ignored(),
}

ADDRESS = Record(
    "PhysicalAddress",
    {
        "Id": Ignored(),
        "Line1": Text(500),
        "Line2": Text(500),
        "Line3": Text(500),
        "Line4": Text(500),
        "Line5": Text(500),
        "City": Text(255),
        "Country": Text(255),
        "CountryCode": Text(255),
        "CountrySubDivisionCode": Text(255),
        "PostalCode": Text(30),
        "PostalCodeSuffix": Text(30),
        "Lat": Ignored(),
        "Long": Ignored(),
        "Note": Ignored(),
        "Tag": Ignored(),
    },
)

EMAIL = Record("EmailAddress", {"Address": Text(100), "Id": Ignored(), "Default": Ignored()})
PHONE = Record("TelephoneNumber", {"FreeFormNumber": Text(30), "Id": Ignored()})
WEB = Record("WebSiteAddress", {"URI": Text(1000), "Id": Ignored()})
MEMO = Record("MemoRef", {"value": Text(1000)})

CUSTOM_FIELDS = Many(
    Record(
        "CustomField",
        {
            "DefinitionId": Text(50),
            "Name": Ignored(),
            "Type": Ignored(),
            "StringValue": Text(4000),
            "NumberValue": Number(),
        },
    )
)

LINKED_TXN = Many(
    Record("LinkedTxn", {"TxnId": Identifier(), "TxnType": Text(50), "TxnLineId": Ignored()})
)

_SALES_ITEM = Record(
    "SalesItemLineDetail",
    {
        "ItemRef": reference(),
        "ItemAccountRef": Ignored(),
        "Qty": Number(),
        "UnitPrice": Number(),
        "TaxCodeRef": reference(),
        "ClassRef": reference(),
        "ServiceDate": Day(),
        "DiscountRate": Number(),
        "DiscountAmt": Number(),
        "TaxInclusiveAmt": Number(),
        "MarkupInfo": Ignored(),
        "PriceLevelRef": Ignored(),
        "TaxClassificationRef": Ignored(),
        "DeferredRevenue": Ignored(),
    },
    optional=False,
)

_DISCOUNT = Record(
    "DiscountLineDetail",
    {
        "Discount": Ignored(),
        "PercentBased": Flag(),
        "DiscountPercent": Number(),
        "DiscountAccountRef": reference(),
        "ClassRef": reference(),
        "TaxCodeRef": reference(),
    },
    optional=False,
)

LINE_DETAILS = (
    "SalesItemLineDetail",
    "DescriptionOnly",
    "DiscountLineDetail",
    "SubTotalLineDetail",
    "GroupLineDetail",
)

SALES_LINE = Record(
    "Line",
    {
        "Id": Text(20),
        "LineNum": Ignored(),
        "Description": Text(4000),
        "Amount": Number(),
        "DetailType": Choice(LINE_DETAILS),
        "LinkedTxn": Ignored(),
        "CustomField": Ignored(),
        "SalesItemLineDetail": _SALES_ITEM,
        "DescriptionLineDetail": Record(
            "DescriptionLineDetail", {"TaxCodeRef": reference(), "ServiceDate": Day()}
        ),
        "DiscountLineDetail": _DISCOUNT,
        "SubTotalLineDetail": Ignored(),
        "SubtotalLineDetail": Ignored(),
        "GroupLineDetail": Record(
            "GroupLineDetail",
            {"GroupItemRef": reference(), "Quantity": Number(), "Line": Ignored()},
        ),
    },
    optional=False,
)

TAX_DETAIL = Record(
    "TxnTaxDetail",
    {
        "DefaultTaxCodeRef": Ignored(),
        "TxnTaxCodeRef": reference(),
        "TotalTax": Number(),
        "UseAutomatedSalesTax": Ignored(),
        "TaxReviewStatus": Ignored(),
        "TaxLine": Many(
            Record(
                "Line",
                {
                    "Id": Ignored(),
                    "LineNum": Ignored(),
                    "Description": Ignored(),
                    "Amount": Number(),
                    "DetailType": Choice(("TaxLineDetail",)),
                    "TaxLineDetail": Record(
                        "TaxLineDetail",
                        {
                            "TaxRateRef": reference(),
                            "PercentBased": Flag(),
                            "TaxPercent": Number(),
                            "NetAmountTaxable": Number(),
                            "TaxInclusiveAmount": Ignored(),
                            "OverrideDeltaAmount": Ignored(),
                        },
                    ),
                },
            )
        ),
    },
)
