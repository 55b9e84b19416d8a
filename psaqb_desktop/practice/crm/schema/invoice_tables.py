"""The invoice and its lines, with the columns that Sales and Project Operations give them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.schema.declare import (
    Declaration,
    Declared,
    boolean,
    choice,
    columns,
    customer,
    day,
    day_in_user_zone,
    decimal,
    instant,
    lookup,
    memo,
    money,
    string,
    whole,
    zoneless_day,
)
from psaqb_desktop.practice.crm.schema.model import Choice
from psaqb_desktop.practice.crm.schema.sales_tables import (
    PAYMENT_TERMS,
    SHIPPING_METHODS,
    address,
)

PRICING_ERRORS = {
    0: "None",
    1: "Detail Error",
    2: "Missing Price Level",
    3: "Inactive Price Level",
    4: "Missing Quantity",
    5: "Missing Unit Price",
    6: "Missing Product",
    7: "Invalid Product",
    14: "Missing Price",
    19: "Invalid Price",
    25: "Price Calculation Error",
    28: "Invalid Discount",
    29: "Invalid Quantity",
    34: "Invalid Price Level Currency",
    35: "Price Attribute Out Of Range",
    38: "Transaction currency is not set for the product price list item",
}
INVOICE_STATES = {0: "Active", 1: "Closed (deprecated)", 2: "Paid", 3: "Canceled"}
INVOICE_STATUSES = (
    Choice(1, "New", 0),
    Choice(2, "Partially Shipped", 0),
    Choice(4, "Billed", 0),
    Choice(5, "Booked (applies to services)", 0),
    Choice(6, "Installed (applies to services)", 0),
    Choice(3, "Canceled (deprecated)", 1),
    Choice(7, "Paid in Full (deprecated)", 1),
    Choice(100001, "Complete", 2),
    Choice(100002, "Partial", 2),
    Choice(100003, "Canceled", 3),
)
PROJECT_INVOICE_STATUSES = {
    192350000: "Draft",
    192350001: "In Review",
    192350002: "Confirmed",
    192350003: "Invoice Paid",
}
ORDER_TYPES = {192350000: "Item based", 192350001: "Work based", 690970002: "Service-Maintenance"}


def invoice_tables() -> list[Declaration]:
    """The invoice table and its lines."""
    return [_invoice(), _invoice_line()]


def _invoice() -> Declaration:
    return Declaration(
        "invoice",
        "invoices",
        "name",
        columns(
            string("invoicenumber", 100, on_update=False),
            string("name", 300, required="SystemRequired"),
            memo("description"),
            customer("customerid", "invoice_customer", required="ApplicationRequired"),
            *_invoice_links(),
            string("msdyn_billtocontactname", 150),
            *address("billto"),
            *address("shipto"),
            choice("shipto_freighttermscode", {1: "Default Value"}),
            boolean("willcall"),
            string("emailaddress", 100),
            *_invoice_dates_and_codes(),
            *_invoice_amounts(),
        ),
        ownership="UserOwned",
        states=INVOICE_STATES,
        statuses=INVOICE_STATUSES,
        is_audited=True,
        tracks_changes=True,
    )


def _invoice_links() -> list[Declared]:
    read_only: dict[str, Any] = {"on_create": False, "on_update": False, "is_system": True}
    return columns(
        lookup("accountid", "account", back="invoice_accountid", **read_only),
        lookup("contactid", "contact", back="invoice_contactid", **read_only),
        lookup("salesorderid", "salesorder", back="order_invoices"),
        lookup("pricelevelid", "pricelevel", back="price_level_invoices"),
        lookup(
            "transactioncurrencyid",
            "transactioncurrency",
            back="transactioncurrency_invoice",
            on_update=False,
        ),
        decimal("exchangerate", 10, is_system=True),
    )


def _invoice_dates_and_codes() -> list[Declared]:
    return columns(
        day("duedate"),
        day_in_user_zone("datedelivered"),
        day_in_user_zone("lastbackofficesubmit"),
        zoneless_day("msdyn_invoicedate"),
        choice("paymenttermscode", PAYMENT_TERMS),
        choice("shippingmethodcode", SHIPPING_METHODS),
        choice("prioritycode", {1: "Default Value"}),
        boolean("ispricelocked", on_create=False),
        choice("pricingerrorcode", PRICING_ERRORS),
        choice("skippricecalculation", {0: "DoPriceCalcAlways", 1: "SkipPriceCalcOnRetrieve"}),
        choice("msdyn_ordertype", ORDER_TYPES),
        choice("msdyn_projectinvoicestatus", PROJECT_INVOICE_STATUSES),
        boolean("msdyn_hascorrections"),
    )


def _invoice_amounts() -> list[Declared]:
    return columns(
        decimal("discountpercentage", 2, minimum=Decimal(0), maximum=Decimal(100)),
        money("discountamount", signed=False),
        money("freightamount", signed=False),
        money("totallineitemamount"),
        money("totallineitemdiscountamount"),
        money("totaldiscountamount"),
        money("totalamountlessfreight"),
        money("totaltax"),
        money("totalamount"),
        money("msdyn_amountdue"),
    )


def _invoice_line() -> Declaration:
    return Declaration(
        "invoicedetail",
        "invoicedetails",
        "invoicedetailname",
        columns(
            lookup(
                "invoiceid",
                "invoice",
                back="invoice_details",
                on_delete="Cascade",
                required="SystemRequired",
            ),
            string("invoicedetailname", 4000),
            whole("lineitemnumber", minimum=Decimal(0)),
            whole("sequencenumber"),
            boolean("isproductoverridden", on_update=False),
            lookup("productid", "product", back="product_invoice_details"),
            string("productdescription", 4000),
            string("productname", 4000),
            memo("description"),
            choice(
                "producttypecode",
                {
                    1: "Product",
                    2: "Bundle",
                    3: "Required Bundle Product",
                    4: "Optional Bundle Product",
                    5: "Project-based Service",
                },
            ),
            decimal("quantity", 5),
            lookup("uomid", "uom", back="unit_of_measurement_invoice_details"),
            boolean("ispriceoverridden"),
            *_line_amounts(),
            *_line_links(),
            *_line_project_columns(),
        ),
        ownership="UserOwned",
        states={},
        is_audited=True,
        tracks_changes=True,
    )


def _line_amounts() -> list[Declared]:
    return columns(
        money("priceperunit", precision_source=1),
        money("volumediscountamount", signed=False, on_update=False),
        money("manualdiscountamount", signed=False),
        money("baseamount"),
        money("tax"),
        money("extendedamount"),
        choice("skippricecalculation", {0: "DoPriceCalcAlways", 1: "SkipPriceCalcOnCreate"}),
    )


def _line_links() -> list[Declared]:
    return columns(
        lookup(
            "transactioncurrencyid", "transactioncurrency", back="transactioncurrency_invoicedetail"
        ),
        decimal("exchangerate", 10, is_system=True),
        lookup(
            "salesorderdetailid",
            "salesorderdetail",
            nav="salesorderdetailid",
            back="salesorderdetail_invoicedetail",
        ),
        lookup("salesrepid", "systemuser", back="system_user_invoicedetail"),
        instant("actualdeliveryon"),
        string("shippingtrackingnumber", 100),
        lookup(
            "msdyn_project",
            "msdyn_project",
            nav="msdyn_Project",
            back="msdyn_msdyn_project_invoicedetail_Project",
        ),
    )


def _line_project_columns() -> list[Declared]:
    return columns(
        choice(
            "msdyn_linetype", {690970000: "Project Service Line", 690970001: "Field Service Line"}
        ),
        choice("msdyn_billingmethod", {192350000: "Time and Material", 192350001: "Fixed Price"}),
        money("msdyn_contractlineamount"),
        money("msdyn_invoicedtilldate"),
        money("msdyn_chargeableamount"),
        money("msdyn_nonchargeableamount"),
        money("msdyn_complimentaryamount"),
        string("msdyn_contractline", 100),
        boolean("msdyn_iscorrection", on_update=False),
        choice(
            "msdyn_retainertype",
            {192350000: "Retainer Request", 192350001: "Retainer Usage"},
            on_update=False,
        ),
        money("msdyn_balanceretaineramount", signed=False),
    )
