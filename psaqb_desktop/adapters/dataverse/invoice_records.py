"""From a row of the ``invoice`` table to an :class:`Invoice`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.invoice_columns import DATE_COLUMNS, InvoiceColumns
from psaqb_desktop.adapters.dataverse.odata import ETAG
from psaqb_desktop.adapters.dataverse.values import (
    amount,
    calendar_day,
    choice,
    label,
    moment_always,
    reference,
    table_of,
    words,
)
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import (
    BillTo,
    CrmReference,
    CrmStatus,
    Invoice,
    InvoiceCustomer,
    InvoiceKind,
    Routing,
)

_WORK_BASED = 192350001
_PROJECT_STATUS = {
    192350000: CrmStatus.DRAFT,
    192350001: CrmStatus.IN_REVIEW,
    192350002: CrmStatus.CONFIRMED,
    192350003: CrmStatus.PAID,
}
_SALES_STATUS = {1: CrmStatus.NEW, 4: CrmStatus.BILLED}
_CLOSED_STATUS = {3: CrmStatus.CANCELED, 7: CrmStatus.PAID}
_ACTIVE, _CLOSED, _PAID, _CANCELED = 0, 1, 2, 3

Companies = Mapping[str, CrmReference]
"""Legal entities by key, with their codes."""


def read_invoice(row: JsonObject, columns: InvoiceColumns, companies: Companies) -> Invoice:
    """Read a header row with its expanded contract, currency and customer.

    Raises:
        UnreadableAnswerError, TypeError: the row lacks what each invoice has.
    """
    kind = _kind(row)
    contract = _part(row, "salesorderid")
    terms = choice(row, "paymenttermscode")
    has_pricing_error = bool(choice(row, "pricingerrorcode"))
    return Invoice(
        id=InvoiceId(words(row, "invoiceid").lower()),
        number=words(row, "invoicenumber"),
        name=words(row, "name"),
        kind=kind,
        status=_status(row, kind),
        customer=_customer(row),
        currency=words(_part(row, "transactioncurrencyid"), "isocurrencycode"),
        invoice_date=_invoice_date(row, columns),
        due_date=calendar_day(row, "duedate", "DateOnly"),
        created_on=moment_always(row, "createdon"),
        modified_on=moment_always(row, "modifiedon"),
        version=words(row, ETAG),
        net=_net(row),
        discount=amount(row, "totaldiscountamount"),
        freight=amount(row, "freightamount"),
        tax=amount(row, "totaltax"),
        total=amount(row, "totalamount"),
        routing=_routing(row, contract, companies),
        contract=reference(row, "salesorderid", code=words(contract, "ordernumber")),
        payment_terms=_terms(row, terms),
        email=words(row, "emailaddress"),
        description=words(row, "description"),
        bill_to=_bill_to(row),
        has_corrections=bool(row.get("msdyn_hascorrections")),
        pricing_error=_pricing_error(row) if has_pricing_error else "",
    )


def _net(row: JsonObject) -> Decimal:
    """The total before freight and tax.

    Whether Project Operations counts the tax of lines into the detail amount could not be
    confirmed; where it does, the total is reached without adding tax once more.
    """
    net, tax = amount(row, "totalamountlessfreight"), amount(row, "totaltax")
    includes_tax = net + amount(row, "freightamount") == amount(row, "totalamount")
    return net - tax if includes_tax else net


def _kind(row: JsonObject) -> InvoiceKind:
    is_project = choice(row, "msdyn_ordertype") == _WORK_BASED
    return InvoiceKind.PROJECT if is_project else InvoiceKind.SALES


def _status(row: JsonObject, kind: InvoiceKind) -> CrmStatus:
    state, status = choice(row, "statecode"), choice(row, "statuscode")
    if state == _PAID:
        return CrmStatus.PAID
    if state == _CANCELED:
        return CrmStatus.CANCELED
    if state == _CLOSED:
        return _CLOSED_STATUS.get(status or 0, CrmStatus.OTHER)
    if kind is InvoiceKind.PROJECT:
        project_status = choice(row, "msdyn_projectinvoicestatus")
        return _PROJECT_STATUS.get(project_status or 0, CrmStatus.OTHER)
    return _SALES_STATUS.get(status or 0, CrmStatus.OTHER)


def _customer(row: JsonObject) -> InvoiceCustomer:
    key = CrmId(words(row, "_customerid_value").lower())
    contact = _part(row, "customerid_contact")
    if contact or table_of(row, "customerid") == "contact":
        name = words(contact, "fullname") or label(row, "_customerid_value")
        return InvoiceCustomer(key, "contact", name, words(contact, "emailaddress1"))
    account = _part(row, "customerid_account")
    return InvoiceCustomer(
        key,
        "account",
        words(account, "name") or label(row, "_customerid_value"),
        words(account, "emailaddress1"),
        words(account, "accountnumber"),
    )


def _invoice_date(row: JsonObject, columns: InvoiceColumns) -> date | None:
    for column in DATE_COLUMNS:
        found = calendar_day(row, column, columns.invoice.date_behaviors.get(column, ""))
        if found:
            return found
    return None


def _routing(row: JsonObject, contract: JsonObject, companies: Companies) -> Routing:
    owning = reference(contract, "msdyn_owningcompany")
    return Routing(
        owning_company=companies.get(owning.id, owning) if owning else None,
        contracting_unit=reference(contract, "msdyn_contractorganizationalunitid"),
        business_unit=reference(row, "owningbusinessunit"),
    )


def _terms(row: JsonObject, code: int | None) -> CrmReference | None:
    if code is None:
        return None
    return CrmReference(CrmId(str(code)), label(row, "paymenttermscode") or str(code), str(code))


def _bill_to(row: JsonObject) -> BillTo:
    return BillTo(
        name=words(row, "billto_name"),
        line1=words(row, "billto_line1"),
        line2=words(row, "billto_line2"),
        line3=words(row, "billto_line3"),
        city=words(row, "billto_city"),
        region=words(row, "billto_stateorprovince"),
        postal_code=words(row, "billto_postalcode"),
        country=words(row, "billto_country"),
    )


def _pricing_error(row: JsonObject) -> str:
    return label(row, "pricingerrorcode") or f"Pricing error {row['pricingerrorcode']}"


def _part(row: JsonObject, navigation: str) -> dict[str, Any]:
    """Return an expanded record; empty where the lookup points nowhere."""
    part = row.get(navigation)
    return part if isinstance(part, dict) else {}
