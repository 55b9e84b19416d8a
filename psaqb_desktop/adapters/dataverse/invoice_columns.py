"""Which columns of the CRM's own tables are asked for, as far as this CRM has them.

Project columns exist only with PSA or Project Operations, the owning company only beside an ERP,
the invoice date only with Field Service: each CRM is asked once what it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.tables import KnownColumns, known_columns

LINE_DETAIL = "msdyn_invoicelinetransaction"
DATE_COLUMNS = ("msdyn_invoicedate", "msdyn_accountingdate")
"""Where the invoice date may be found, best first."""

_HEADER = (
    "invoiceid,invoicenumber,name,description,_customerid_value,emailaddress,"
    "billto_name,billto_line1,billto_line2,billto_line3,billto_city,billto_stateorprovince,"
    "billto_postalcode,billto_country,duedate,paymenttermscode,pricingerrorcode,"
    "totaldiscountamount,freightamount,totalamountlessfreight,totaltax,totalamount,"
    "statecode,statuscode,createdon,modifiedon,_owningbusinessunit_value,_salesorderid_value"
)
_PROJECT_HEADER = ("msdyn_ordertype", "msdyn_projectinvoicestatus", "msdyn_hascorrections")
_CONTRACT = "name,ordernumber"
_CONTRACT_ROUTING = ("_msdyn_contractorganizationalunitid_value", "_msdyn_owningcompany_value")
_LINE = (
    "invoicedetailid,invoicedetailname,_invoiceid_value,lineitemnumber,sequencenumber,createdon,"
    "isproductoverridden,_productid_value,productdescription,productname,description,"
    "producttypecode,quantity,priceperunit,tax,extendedamount"
)
_PROJECT_LINE = ("_msdyn_project_value", "msdyn_retainertype", "msdyn_iscorrection")
_DETAIL = (
    "msdyn_invoicelinetransactionid",
    "_msdyn_invoice_value",
    "_msdyn_invoicelineid_value",
    "msdyn_description",
    "msdyn_externaldescription",
    "msdyn_startdatetime",
    "msdyn_documentdate",
    "msdyn_quantity",
    "msdyn_price",
    "msdyn_amount",
    "msdyn_invoiceamount",
    "msdyn_tax",
    "msdyn_billingtype",
    "msdyn_transactionclassification",
    "_msdyn_project_value",
    "_msdyn_resourcecategory_value",
    "_msdyn_transactioncategory_value",
    "_msdyn_product_value",
    "_msdyn_contractorganizationalunitid_value",
)
CHARGEABLE = 192350001


@dataclass(frozen=True, slots=True)
class InvoiceColumns:
    """What this CRM has of the columns that the program can use."""

    invoice: KnownColumns
    line: KnownColumns
    contract: KnownColumns
    detail: KnownColumns

    @property
    def has_owning_company(self) -> bool:
        """Contracts name a legal entity."""
        return "msdyn_owningcompany" in self.contract

    @property
    def has_details(self) -> bool:
        """Project lines have line details."""
        return "msdyn_invoicelineid" in self.detail

    def header_options(self) -> Mapping[str, str]:
        """Return ``$select`` and ``$expand`` of an invoice header."""
        optional = self.invoice.only(*_PROJECT_HEADER, *DATE_COLUMNS)
        contract = ",".join((_CONTRACT, *self.contract.only(*_CONTRACT_ROUTING)))
        return {
            "$select": ",".join((_HEADER, *optional)),
            "$expand": f"salesorderid($select={contract}),"
            "transactioncurrencyid($select=isocurrencycode),"
            "customerid_account($select=name,accountnumber,emailaddress1),"
            "customerid_contact($select=fullname,emailaddress1)",
        }

    def line_options(self) -> Mapping[str, str]:
        """Return ``$select`` and ``$expand`` of an invoice line."""
        return {
            "$select": ",".join((_LINE, *self.line.only(*_PROJECT_LINE))),
            "$expand": "productid($select=name,productnumber)",
        }

    def detail_options(self) -> Mapping[str, str]:
        """Return the ``$select`` of a line detail."""
        return {"$select": ",".join(self.detail.only(*_DETAIL))}


def ask_columns(client: DataverseClient) -> InvoiceColumns:
    """Ask the CRM which columns it has."""
    return InvoiceColumns(
        invoice=known_columns(client, "invoice", with_dates=True),
        line=known_columns(client, "invoicedetail"),
        contract=known_columns(client, "salesorder"),
        detail=known_columns(client, LINE_DETAIL, with_dates=True, may_be_absent=True),
    )
