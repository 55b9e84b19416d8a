"""Plants the lines of one invoice and the details of its project lines."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.crm.seed.foundation import Foundation
from psaqb_desktop.practice.crm.seed.lines import CHARGEABLE, TIME, Detail, Line
from psaqb_desktop.practice.crm.seed.parties import Contract
from psaqb_desktop.practice.crm.seed.planter import Planter
from psaqb_desktop.practice.crm.seed.taxes import cents

_PROJECT_SERVICE, _PRODUCT = 5, 1
_PROJECT_LINE = 690970000
_TIME_AND_MATERIAL, _FIXED_PRICE = 192350000, 192350001
_BILLED_SALES = 192350006


def plant_lines(
    planter: Planter,
    foundation: Foundation,
    contract: Contract,
    invoice_id: str,
    made: list[tuple[Line, Decimal]],
    issued: datetime,
) -> None:
    """Plant lines in order, each with its tax."""
    for place, (line, tax) in enumerate(made, 1):
        values = _line(foundation, contract, line, tax)
        values |= {"invoiceid": invoice_id, "lineitemnumber": place, "sequencenumber": place}
        line_id = planter.add("invoicedetail", values, created=issued, owner=contract.owner)
        remaining = tax
        charged = [detail for detail in line.details if detail.billing == CHARGEABLE]
        for detail in line.details:
            share = Decimal(0)
            if detail.billing == CHARGEABLE:
                is_last = detail is charged[-1]
                share = remaining if is_last else cents(tax * detail.amount / (line.net or 1))
                remaining -= share
            found = _detail(planter, foundation, contract, detail, share)
            found |= {"msdyn_invoice": invoice_id, "msdyn_invoicelineid": line_id}
            planter.add("msdyn_invoicelinetransaction", found, created=issued, owner=contract.owner)


def _line(foundation: Foundation, contract: Contract, line: Line, tax: Decimal) -> dict[str, Any]:
    is_project = line.contract_line is not None
    values: dict[str, Any] = {
        "invoicedetailname": line.name,
        "isproductoverridden": line.is_write_in or is_project,
        "productid": foundation.products.get(line.product),
        "productdescription": None if line.product else line.name,
        "productname": line.name,
        "description": f"{line.name} ({contract.name})",
        "producttypecode": _PROJECT_SERVICE if is_project else _PRODUCT,
        "quantity": line.quantity,
        "uomid": foundation.piece,
        "ispriceoverridden": False,
        "priceperunit": line.price,
        "volumediscountamount": 0,
        "manualdiscountamount": line.discount,
        "baseamount": line.base,
        "tax": tax,
        "extendedamount": line.net + tax,
        "transactioncurrencyid": foundation.currencies[contract.customer.currency],
        "msdyn_iscorrection": line.is_correction,
        "msdyn_retainertype": line.retainer,
    }
    if line.contract_line is not None:
        method = _FIXED_PRICE if line.contract_line == 2 else _TIME_AND_MATERIAL
        values |= {
            "salesorderdetailid": contract.line_ids[line.contract_line],
            "msdyn_project": contract.project_id,
            "msdyn_linetype": _PROJECT_LINE,
            "msdyn_billingmethod": method,
            "msdyn_chargeableamount": line.net,
            "msdyn_nonchargeableamount": sum(
                (d.amount for d in line.details if d.billing != CHARGEABLE), Decimal(0)
            ),
        }
    return values


def _detail(
    planter: Planter, foundation: Foundation, contract: Contract, detail: Detail, tax: Decimal
) -> dict[str, Any]:
    is_charged = detail.billing == CHARGEABLE
    worked = _instant(detail.day)
    return {
        "msdyn_description": detail.description,
        "msdyn_externaldescription": detail.description,
        "msdyn_transactionclassification": detail.classification,
        "msdyn_transactiontypecode": _BILLED_SALES,
        "msdyn_billingtype": detail.billing,
        "msdyn_quantity": detail.quantity,
        "msdyn_price": detail.price,
        "msdyn_amount": detail.amount,
        "msdyn_previousamount": 0,
        "msdyn_invoiceamount": detail.amount if is_charged else 0,
        "msdyn_tax": tax,
        "msdyn_extendedamount": detail.amount + tax,
        "msdyn_correction": detail.is_correction,
        "msdyn_startdatetime": worked,
        "msdyn_enddatetime": worked,
        "msdyn_documentdate": worked,
        "msdyn_resourcecategory": foundation.roles.get(detail.role),
        "msdyn_bookableresource": planter.random.choice(foundation.resources)
        if detail.classification == TIME
        else None,
        "msdyn_transactioncategory": foundation.categories.get(detail.category),
        "msdyn_unit": foundation.hour if detail.classification == TIME else foundation.piece,
        "msdyn_project": contract.project_id,
        "msdyn_salescontract": contract.contract_id,
        "msdyn_contractorganizationalunitid": contract.unit_id,
        "msdyn_customertype": 192350001 if contract.customer.kind == "account" else 192350002,
        "transactioncurrencyid": foundation.currencies[contract.customer.currency],
    }


def _instant(day: date) -> datetime:
    # Typed as a day by someone on the American west coast: a moment of 7 or 8 hours later in UTC.
    return datetime.combine(day, time(8), UTC)
