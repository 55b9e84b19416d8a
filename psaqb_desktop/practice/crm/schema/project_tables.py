"""Tables of Project Operations: companies, contracting units, projects, roles, line details."""

from __future__ import annotations

from psaqb_desktop.practice.crm.schema.declare import (
    Declaration,
    Declared,
    boolean,
    choice,
    columns,
    day_in_user_zone,
    decimal,
    lookup,
    memo,
    money,
    string,
    whole,
)

_TABLE = "msdyn_invoicelinetransaction"


def project_tables() -> list[Declaration]:
    """Everything that a project invoice leads to."""
    return [*_company_tables(), _project(), *_resource_tables(), _line_detail()]


def _company_tables() -> list[Declaration]:
    return [
        Declaration(
            "cdm_company",
            "cdm_companies",
            "cdm_name",
            columns(
                string("cdm_name", 100),
                string("cdm_companycode", 10, required="ApplicationRequired"),
                lookup("cdm_defaultowningteam", "team", back="team_cdm_company"),
            ),
        ),
        Declaration(
            "msdyn_organizationalunit",
            "msdyn_organizationalunits",
            "msdyn_name",
            columns(
                string("msdyn_name", 100, required="ApplicationRequired"),
                memo("msdyn_description"),
                lookup(
                    "msdyn_currency",
                    "transactioncurrency",
                    nav="msdyn_Currency",
                    back="msdyn_transactioncurrency_msdyn_organizationalunit_Currency",
                ),
            ),
        ),
    ]


def _project() -> Declaration:
    return Declaration(
        "msdyn_project",
        "msdyn_projects",
        "msdyn_subject",
        columns(
            string("msdyn_subject", 200, required="ApplicationRequired"),
            memo("msdyn_description"),
            lookup(
                "msdyn_contractorganizationalunitid",
                "msdyn_organizationalunit",
                nav="msdyn_ContractOrganizationalUnitId",
                back="msdyn_organizationalunit_msdyn_project_ContractOrganizationalUnitId",
            ),
            lookup(
                "msdyn_owningcompany",
                "cdm_company",
                nav="msdyn_OwningCompany",
                back="msdyn_cdm_company_msdyn_project_OwningCompany",
            ),
            lookup(
                "msdyn_customer",
                "account",
                nav="msdyn_customer",
                back="msdyn_account_msdyn_project_Customer",
            ),
            day_in_user_zone("msdyn_scheduledstart"),
        ),
        ownership="UserOwned",
    )


def _resource_tables() -> list[Declaration]:
    return [
        Declaration(
            "bookableresourcecategory",
            "bookableresourcecategories",
            "name",
            columns(string("name", 100, required="ApplicationRequired"), memo("description")),
            ownership="UserOwned",
        ),
        Declaration(
            "bookableresource",
            "bookableresources",
            "name",
            columns(string("name", 100, required="ApplicationRequired")),
            ownership="UserOwned",
        ),
        Declaration(
            "msdyn_transactioncategory",
            "msdyn_transactioncategories",
            "msdyn_name",
            columns(
                string("msdyn_name", 100, required="ApplicationRequired"),
                choice("msdyn_billingtype", {192350000: "Non Chargeable", 192350001: "Chargeable"}),
            ),
            ownership="UserOwned",
        ),
    ]


def _link(name: str, table: str, schema_name: str, relationship: str) -> Declared:
    return lookup(name, table, nav=schema_name, back=f"msdyn_{relationship}")


def _line_detail() -> Declaration:
    return Declaration(
        _TABLE,
        "msdyn_invoicelinetransactions",
        "msdyn_description",
        columns(
            string("msdyn_description", 200),
            string("msdyn_externaldescription", 200),
            *_line_detail_parents(),
            *_line_detail_links(),
            *_line_detail_amounts(),
            *_line_detail_codes(),
        ),
        ownership="UserOwned",
        is_audited=True,
        tracks_changes=True,
    )


def _line_detail_parents() -> list[Declared]:
    return columns(
        lookup(
            "msdyn_invoice",
            "invoice",
            nav="msdyn_Invoice",
            back="msdyn_invoice_msdyn_invoicelinetransaction_Invoice",
            on_delete="Cascade",
        ),
        lookup(
            "msdyn_invoicelineid",
            "invoicedetail",
            nav="msdyn_InvoiceLineId",
            back="msdyn_invoicedetail_msdyn_invoicelinetransactio",
            on_delete="Cascade",
        ),
        _link(
            "msdyn_salescontract",
            "salesorder",
            "msdyn_SalesContract",
            f"salesorder_{_TABLE}_SalesContract",
        ),
        _link(
            "msdyn_salescontractlineid",
            "salesorderdetail",
            "msdyn_SalesContractLineId",
            "salesorderdetail_msdyn_invoicelinetransac",
        ),
        lookup(
            "transactioncurrencyid",
            "transactioncurrency",
            back=f"TransactionCurrency_{_TABLE}",
        ),
        decimal("exchangerate", 10, is_system=True),
    )


def _line_detail_links() -> list[Declared]:
    return columns(
        _link("msdyn_project", "msdyn_project", "msdyn_Project", f"msdyn_project_{_TABLE}_Project"),
        _link(
            "msdyn_resourcecategory",
            "bookableresourcecategory",
            "msdyn_ResourceCategory",
            f"bookableresourcecategory_{_TABLE}_ResourceCategory",
        ),
        _link(
            "msdyn_bookableresource",
            "bookableresource",
            "msdyn_bookableresource",
            f"bookableresource_{_TABLE}_bookableresource",
        ),
        _link(
            "msdyn_transactioncategory",
            "msdyn_transactioncategory",
            "msdyn_TransactionCategory",
            f"msdyn_transactioncategory_{_TABLE}_TransactionCategory",
        ),
        _link("msdyn_product", "product", "msdyn_Product", f"product_{_TABLE}_Product"),
        _link("msdyn_unit", "uom", "msdyn_Unit", f"uom_{_TABLE}_Unit"),
        _link("msdyn_pricelist", "pricelevel", "msdyn_PriceList", f"pricelevel_{_TABLE}_PriceList"),
        _link(
            "msdyn_contractorganizationalunitid",
            "msdyn_organizationalunit",
            "msdyn_contractorganizationalunitid",
            f"msdyn_organizationalunit_{_TABLE}_ContractOrganizationalUnitId",
        ),
        _link(
            "msdyn_resourceorganizationalunitid",
            "msdyn_organizationalunit",
            "msdyn_resourceorganizationalunitid",
            "organizationalunit_invoicelinetransaction",
        ),
        _link(
            "msdyn_originalinvoicelinedetail",
            _TABLE,
            "msdyn_OriginalInvoiceLineDetail",
            f"{_TABLE}_{_TABLE}_OriginalInvoiceLineDetail",
        ),
    )


def _line_detail_amounts() -> list[Declared]:
    return columns(
        decimal("msdyn_quantity", 2),
        money("msdyn_price", precision_source=1),
        money("msdyn_amount"),
        decimal("msdyn_percent", 2),
        money("msdyn_previousamount"),
        money("msdyn_invoiceamount"),
        money("msdyn_tax"),
        money("msdyn_extendedamount"),
        whole("msdyn_linenumber"),
    )


def _line_detail_codes() -> list[Declared]:
    return columns(
        day_in_user_zone("msdyn_startdatetime"),
        day_in_user_zone("msdyn_enddatetime"),
        day_in_user_zone("msdyn_documentdate"),
        day_in_user_zone("msdyn_accountingdate"),
        day_in_user_zone("msdyn_exchangeratedate"),
        boolean("msdyn_correction"),
        choice(
            "msdyn_billingtype",
            {
                192350000: "Non Chargeable",
                192350001: "Chargeable",
                192350002: "Complimentary",
                192350003: "Not Available",
            },
        ),
        choice(
            "msdyn_transactionclassification",
            {
                192350000: "Time",
                192350001: "Expense",
                192350002: "Material",
                192350003: "Milestone",
                192350004: "Fee",
                690970002: "Tax",
            },
        ),
        choice(
            "msdyn_transactiontypecode",
            {
                192350000: "Cost",
                192350004: "Project Contract",
                192350005: "Unbilled Sales",
                192350006: "Billed Sales",
                192350007: "Resourcing Unit Cost",
                192350008: "Inter-Organizational Sales",
            },
        ),
        choice("msdyn_customertype", {192350001: "Account", 192350002: "Contact"}),
    )
