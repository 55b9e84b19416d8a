"""Tables of the Sales application that an invoice leads to."""

from __future__ import annotations

from psaqb_desktop.practice.crm.schema.declare import (
    Declaration,
    Declared,
    boolean,
    choice,
    columns,
    customer,
    day,
    decimal,
    instant,
    lookup,
    memo,
    money,
    string,
    whole,
)
from psaqb_desktop.practice.crm.schema.model import Choice

PAYMENT_TERMS = {1: "Net 30", 2: "2% 10, Net 30", 3: "Net 45", 4: "Net 60"}
SHIPPING_METHODS = {
    1: "Airborne",
    2: "DHL",
    3: "FedEx",
    4: "UPS",
    5: "Postal Mail",
    6: "Full Load",
    7: "Will Call",
}


def address(prefix: str, separator: str = "_", *, suffix: str = "") -> list[Declared]:
    """The columns of one address, as they stand on customers, contracts and invoices."""
    start = prefix + separator
    return columns(
        string(f"{start}name{suffix}", 200),
        string(f"{start}line1", 250),
        string(f"{start}line2", 250),
        string(f"{start}line3", 250),
        string(f"{start}city", 80),
        string(f"{start}stateorprovince", 50),
        string(f"{start}postalcode", 20),
        string(f"{start}country", 80),
        string(f"{start}telephone" + ("1" if prefix == "address1" else ""), 50),
        string(f"{start}fax", 50),
        memo(f"{start}composite", 1000, on_create=False, on_update=False, is_system=True),
    )


def sales_tables() -> list[Declaration]:
    """Customers, products, price lists and contracts."""
    return [_account(), _contact(), *_catalogue(), _contract(), _contract_line()]


def _account() -> Declaration:
    return Declaration(
        "account",
        "accounts",
        "name",
        columns(
            string("name", 160, required="ApplicationRequired"),
            string("accountnumber", 20),
            string("emailaddress1", 100),
            string("telephone1", 50),
            string("websiteurl", 200),
            memo("description"),
            lookup("primarycontactid", "contact", back="account_primary_contact"),
            lookup("parentaccountid", "account", back="account_parent_account"),
            lookup("defaultpricelevelid", "pricelevel", back="price_level_accounts"),
            lookup(
                "transactioncurrencyid", "transactioncurrency", back="transactioncurrency_account"
            ),
            lookup("msdyn_company", "cdm_company", nav="msdyn_company", back="cdm_company_account"),
            choice("paymenttermscode", PAYMENT_TERMS),
            money("creditlimit", signed=False),
            decimal("exchangerate", 10, is_system=True),
            *address("address1"),
        ),
        ownership="UserOwned",
        is_audited=True,
        tracks_changes=True,
    )


def _contact() -> Declaration:
    return Declaration(
        "contact",
        "contacts",
        "fullname",
        columns(
            string("fullname", 160, is_system=True),
            string("firstname", 50),
            string("lastname", 50, required="ApplicationRequired"),
            string("emailaddress1", 100),
            string("telephone1", 50),
            memo("description"),
            customer("parentcustomerid", "contact_customer"),
            lookup(
                "transactioncurrencyid", "transactioncurrency", back="transactioncurrency_contact"
            ),
            lookup("msdyn_company", "cdm_company", nav="msdyn_company", back="cdm_company_contact"),
            choice("paymenttermscode", PAYMENT_TERMS),
            decimal("exchangerate", 10, is_system=True),
            *address("address1"),
        ),
        ownership="UserOwned",
        is_audited=True,
        tracks_changes=True,
    )


def _catalogue() -> list[Declaration]:
    return [
        Declaration(
            "uomschedule",
            "uomschedules",
            "name",
            columns(string("name", 200), string("baseuomname", 100)),
        ),
        Declaration(
            "uom",
            "uoms",
            "name",
            columns(
                string("name", 100),
                decimal("quantity", 5),
                lookup(
                    "uomscheduleid", "uomschedule", back="unit_of_measurement_schedule_conversions"
                ),
            ),
        ),
        Declaration(
            "pricelevel",
            "pricelevels",
            "name",
            columns(
                string("name", 100),
                lookup(
                    "transactioncurrencyid",
                    "transactioncurrency",
                    back="transactioncurrency_pricelevel",
                ),
                day("begindate"),
                day("enddate"),
            ),
        ),
        _product(),
    ]


def _product() -> Declaration:
    return Declaration(
        "product",
        "products",
        "name",
        columns(
            string("name", 100, required="ApplicationRequired"),
            string("productnumber", 100),
            memo("description"),
            choice("producttypecode", {1: "Sales Inventory", 2: "Miscellaneous", 3: "Services"}),
            choice("productstructure", {1: "Product", 2: "Product Family", 3: "Product Bundle"}),
            money("price"),
            whole("quantitydecimal"),
            lookup("defaultuomid", "uom", back="unit_of_measurement_products"),
            lookup("defaultuomscheduleid", "uomschedule", back="unit_schedule_products"),
            lookup("pricelevelid", "pricelevel", back="price_level_products"),
            lookup(
                "transactioncurrencyid",
                "transactioncurrency",
                back="transactioncurrency_product",
            ),
            decimal("exchangerate", 10, is_system=True),
        ),
        tracks_changes=True,
    )


def _contract() -> Declaration:
    return Declaration(
        "salesorder",
        "salesorders",
        "name",
        _contract_columns(),
        ownership="UserOwned",
        states={0: "Active", 1: "Submitted", 2: "Canceled", 3: "Fulfilled", 4: "Invoiced"},
        statuses=(
            Choice(1, "New", 0),
            Choice(2, "Pending", 0),
            Choice(3, "In Progress", 1),
            Choice(4, "No Money", 2),
            Choice(100001, "Complete", 3),
            Choice(100003, "Invoiced", 4),
        ),
        is_audited=True,
        tracks_changes=True,
    )


def _contract_columns() -> list[Declared]:
    return columns(
        string("name", 300, required="SystemRequired"),
        string("ordernumber", 100, on_update=False),
        memo("description"),
        customer("customerid", "order_customer", required="ApplicationRequired"),
        lookup("pricelevelid", "pricelevel", back="price_level_orders"),
        lookup(
            "transactioncurrencyid",
            "transactioncurrency",
            back="transactioncurrency_salesorder",
            on_update=False,
        ),
        decimal("exchangerate", 10, is_system=True),
        choice("paymenttermscode", PAYMENT_TERMS),
        choice(
            "msdyn_ordertype",
            {
                192350000: "Item based",
                192350001: "Work based",
                690970002: "Service-Maintenance",
            },
        ),
        lookup(
            "msdyn_contractorganizationalunitid",
            "msdyn_organizationalunit",
            nav="msdyn_ContractOrganizationalUnitId",
            back="msdyn_organizationalunit_salesorder_ContractOrganizationalUnitId",
        ),
        lookup(
            "msdyn_owningcompany",
            "cdm_company",
            nav="msdyn_OwningCompany",
            back="msdyn_cdm_company_salesorder_OwningCompany",
        ),
        instant("submitdate"),
        day("requestdeliveryby"),
        money("totalamount"),
        *address("billto"),
    )


def _contract_line() -> Declaration:
    return Declaration(
        "salesorderdetail",
        "salesorderdetails",
        "salesorderdetailname",
        columns(
            string("salesorderdetailname", 4000),
            lookup("salesorderid", "salesorder", back="order_details", on_delete="Cascade"),
            whole("lineitemnumber"),
            boolean("isproductoverridden"),
            string("productdescription", 4000),
            lookup("productid", "product", back="product_order_details"),
            choice(
                "msdyn_billingmethod", {192350000: "Time and Material", 192350001: "Fixed Price"}
            ),
            lookup(
                "msdyn_project",
                "msdyn_project",
                nav="msdyn_Project",
                back="msdyn_msdyn_project_salesorderdetail_Project",
            ),
            lookup(
                "transactioncurrencyid",
                "transactioncurrency",
                back="transactioncurrency_salesorderdetail",
            ),
            decimal("exchangerate", 10, is_system=True),
            money("priceperunit"),
            money("extendedamount"),
        ),
        ownership="UserOwned",
        states={},
        is_audited=True,
    )
