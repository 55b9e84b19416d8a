"""Plants the planned invoices with their lines and line details."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.seed import lines as making
from psaqb_desktop.practice.crm.seed.foundation import Foundation
from psaqb_desktop.practice.crm.seed.invoice_lines import plant_lines
from psaqb_desktop.practice.crm.seed.lines import Line, shown_positive
from psaqb_desktop.practice.crm.seed.parties import Contract
from psaqb_desktop.practice.crm.seed.plan import Flaw, Planned, plan_invoices
from psaqb_desktop.practice.crm.seed.planter import Planter
from psaqb_desktop.practice.crm.seed.taxes import cents, invoice_rate, line_rate, tax_on

_TERMS = ((1, 30), (3, 45), (4, 60))
_WORK_BASED, _ITEM_BASED = 192350001, 192350000
_DETAIL_ERROR = 1


def plant_invoices(
    planter: Planter, foundation: Foundation, contracts: list[Contract], options: CrmOptions
) -> None:
    """Plant all invoices of the plan."""
    plan = plan_invoices(planter.random, contracts, options.invoice_count, options.today)
    numbers: dict[str, int] = {}
    for planned in plan:
        country = planned.contract.entity.country
        numbers[country] = numbers.get(country, 1000) + 1
        number = f"INV-{country}-{numbers[country]:05}"
        if planned.flaw is Flaw.LONG_NUMBER:
            number = f"{number}-PROJECT-OFFICE-{planned.day:%Y%m}"
        _plant_invoice(planter, foundation, planned, number, options)


def _plant_invoice(
    planter: Planter,
    foundation: Foundation,
    planned: Planned,
    number: str,
    options: CrmOptions,
) -> None:
    latest = datetime.combine(options.today, time(16, 30), UTC)
    random, contract = planter.random, planned.contract
    made = _lines(random, planned)
    rate = invoice_rate(contract.entity, contract.customer, random)
    taxes = [tax_on(line.net, line_rate(contract.entity, rate, random)) for line in made]
    issued = datetime.combine(planned.day, time(10, random.randrange(60)), UTC)
    created = issued - timedelta(days=random.randint(1, 5))
    modified = min(issued + timedelta(hours=random.randint(1, 30)), latest)
    values = _header(foundation, planned, number, random)
    values |= _totals(planned, made, taxes, random)
    if options.line_items_include_tax:
        for column in ("totallineitemamount", "totalamountlessfreight"):
            values[column] += values["totaltax"]
    invoice_id = planter.add(
        "invoice", values, created=created, modified=modified, owner=contract.owner
    )
    lines = list(zip(made, taxes, strict=True))
    if not options.retainer_usage_negative:
        lines = [shown_positive(line, tax) for line, tax in lines]
    plant_lines(planter, foundation, contract, invoice_id, lines, issued)


def _header(
    foundation: Foundation, planned: Planned, number: str, random: Random
) -> dict[str, Any]:
    contract, customer = planned.contract, planned.contract.customer
    state, status, project_status = planned.standing.value
    is_account = customer.kind == "account"
    terms, days = random.choice(_TERMS)
    has_date = random.random() > 0.08 or planned.flaw is Flaw.CLOSED_PERIOD
    address = customer.address
    return {
        "invoicenumber": number,
        "name": contract.name,
        "customerid": (customer.kind, contract.customer_id),
        "accountid": contract.customer_id if is_account else None,
        "contactid": None if is_account else contract.customer_id,
        "salesorderid": contract.contract_id,
        "pricelevelid": foundation.price_levels[customer.currency],
        "transactioncurrencyid": foundation.currencies[customer.currency],
        "emailaddress": customer.email,
        "billto_name": customer.name,
        "billto_line1": address.line1,
        "billto_city": address.city,
        "billto_stateorprovince": address.region or None,
        "billto_postalcode": address.postal_code,
        "billto_country": address.country,
        "billto_composite": f"{address.line1}\r\n{address.postal_code} {address.city}",
        "msdyn_invoicedate": f"{planned.day}T00:00:00Z" if has_date else None,
        "duedate": (planned.day + timedelta(days=days)).isoformat(),
        "paymenttermscode": terms,
        "msdyn_ordertype": _WORK_BASED if planned.standing.is_project else _ITEM_BASED,
        "msdyn_projectinvoicestatus": project_status,
        "msdyn_hascorrections": planned.flaw is Flaw.NEGATIVE,
        "pricingerrorcode": _DETAIL_ERROR if planned.flaw is Flaw.PRICING_ERROR else 0,
        "ispricelocked": project_status == 192350002,
        "prioritycode": 1,
        "willcall": False,
        "statecode": state,
        "statuscode": status,
    }


def _totals(
    planned: Planned, made: list[Line], taxes: list[Decimal], random: Random
) -> dict[str, Any]:
    detail = sum((line.net for line in made), Decimal(0))
    discount = freight = Decimal(0)
    if not planned.standing.is_project:
        if random.random() < 0.3:
            discount = cents(detail * random.choice((2, 5)) / 100)
        if random.random() < 0.4:
            freight = Decimal(random.randint(500, 9000)) / 100
    tax = sum(taxes, Decimal(0))
    total = detail - discount + freight + tax
    if planned.flaw is Flaw.TOTAL:
        total += 10
    elif planned.flaw is Flaw.TAX:
        tax += 7
    return {
        "discountamount": discount or None,
        "freightamount": freight or None,
        "totallineitemamount": detail,
        "totallineitemdiscountamount": sum((line.discount for line in made), Decimal(0)),
        "totaldiscountamount": discount,
        "totalamountlessfreight": detail - discount,
        "totaltax": tax,
        "totalamount": total,
    }


def _lines(random: Random, planned: Planned) -> list[Line]:
    if not planned.standing.is_project:
        makers: list[making.Maker] = [making.product_line, making.write_in_line]
        return [random.choice(makers)(random, planned.day) for _ in range(random.randint(1, 4))]
    if planned.flaw is Flaw.NEGATIVE:
        return _correction(random, planned.day)
    return _project_lines(random, planned.day)


def _correction(random: Random, day: date) -> list[Line]:
    given_back = making.reversed_line(making.hours_line(random, day - timedelta(days=30)))
    if random.random() < 0.5:
        return [given_back]
    # Corrections may bring a new charge along; the credit stays the larger part.
    fee = making.fee_line(random, day)
    fee.price = fee.details[0].price = fee.details[0].amount = cents(-given_back.price / 10)
    return [given_back, fee]


def _project_lines(random: Random, day: date) -> list[Line]:
    made = [making.hours_line(random, day)]
    for maker, chance in (
        (making.expense_line, 0.55),
        (making.milestone_line, 0.25),
        (making.fee_line, 0.15),
        (making.retainer_request_line, 0.06),
        (making.product_line, 0.08),
        (making.zero_line, 0.2),
    ):
        if random.random() < chance:
            made.append(maker(random, day))
    if random.random() < 0.08:
        most = sum((line.net for line in made), Decimal(0))
        made.append(making.retainer_usage_line(random, most))
    return made
