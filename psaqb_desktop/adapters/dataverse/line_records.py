"""From rows of ``invoicedetail`` and its line details to the lines that would be printed.

A project line stands for its chargeable line details, where it has any; every other line stands
for itself. Tax is kept on the line, as an amount.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.invoice_columns import CHARGEABLE
from psaqb_desktop.adapters.dataverse.tax_shares import shares
from psaqb_desktop.adapters.dataverse.values import (
    amount,
    calendar_day,
    choice,
    label,
    number,
    reference,
    words,
)
from psaqb_desktop.domain.identifiers import CrmId
from psaqb_desktop.domain.invoice import CrmReference
from psaqb_desktop.domain.invoice_line import InvoiceLine, LineSource
from psaqb_desktop.domain.money import ZERO

_PROJECT_LINE = 5
_TAX_CLASS = 690970002
_CLASSES = {
    192350000: "Time",
    192350001: "Expense",
    192350002: "Material",
    192350003: "Milestone",
    192350004: "Fee",
}
_USAGE = "Retainer Usage"
_RETAINERS = {192350000: "Retainer Request", 192350001: _USAGE}
_PROJECT_SERVICE = "Project-based Service"
_LONGEST_KEY = 200
_NOWHERE = 10**9

Source = tuple[LineSource, CrmReference]


@dataclass(frozen=True, slots=True)
class LineRows:
    """The rows of one invoice: its lines, and all line details by the line they belong to."""

    lines: Sequence[JsonObject]
    details: Mapping[str, Sequence[JsonObject]]


def read_lines(rows: LineRows, date_behaviors: Mapping[str, str]) -> tuple[InvoiceLine, ...]:
    """Return the printed lines of one invoice in printing order, numbered from 1."""
    printed: list[InvoiceLine] = []
    for row in sorted(rows.lines, key=_order):
        details = rows.details.get(words(row, "invoicedetailid").lower(), ())
        printed.extend(_project_line(row, details, date_behaviors))
    known = {words(row, "invoicedetailid").lower() for row in rows.lines}
    for line_id in sorted(set(rows.details) - known):
        printed.extend(_stray_details(rows.details[line_id], date_behaviors))
    return tuple(replace(line, number=index) for index, line in enumerate(printed, start=1))


def _order(row: JsonObject) -> tuple[int, int, str, str]:
    item, sequence = choice(row, "lineitemnumber"), choice(row, "sequencenumber")
    return (
        _NOWHERE if item is None else item,
        _NOWHERE if sequence is None else sequence,
        words(row, "createdon"),
        words(row, "invoicedetailid"),
    )


def _project_line(
    row: JsonObject, details: Sequence[JsonObject], date_behaviors: Mapping[str, str]
) -> Iterable[InvoiceLine]:
    if choice(row, "producttypecode") != _PROJECT_LINE:
        return [_product_line(row)]
    chargeable = [each for each in details if _is_charged(each)]
    if not chargeable:
        return [_whole_project_line(row)]
    nets = [_detail_net(each) for each in chargeable]
    taxes = _detail_taxes(row, chargeable, nets)
    lines = [
        _detail_line(each, row, net, tax, date_behaviors)
        for each, net, tax in zip(chargeable, nets, taxes, strict=True)
    ]
    # The tie is broken by key so that every desktop prints, and digests, the same order.
    return sorted(lines, key=lambda line: (line.service_date or date.max, line.id))


def _stray_details(
    details: Sequence[JsonObject], date_behaviors: Mapping[str, str]
) -> Iterable[InvoiceLine]:
    """Details whose line is gone: kept, so that the totals are seen to differ."""
    return [
        _detail_line(each, {}, _detail_net(each), amount(each, "msdyn_tax"), date_behaviors)
        for each in details
        if _is_charged(each)
    ]


def _is_charged(detail: JsonObject) -> bool:
    is_tax = choice(detail, "msdyn_transactionclassification") == _TAX_CLASS
    return choice(detail, "msdyn_billingtype") == CHARGEABLE and not is_tax


def _detail_net(detail: JsonObject) -> Decimal:
    """What this invoice charges of the detail: its amount less what was invoiced before."""
    has_own = detail.get("msdyn_invoiceamount") is not None
    return amount(detail, "msdyn_invoiceamount" if has_own else "msdyn_amount")


def _detail_taxes(
    row: JsonObject, details: Sequence[JsonObject], nets: Sequence[Decimal]
) -> Sequence[Decimal]:
    line_tax = amount(row, "tax")
    own = [amount(detail, "msdyn_tax") for detail in details]
    # The details' own tax counts only where it agrees with the line: the line is in the total.
    return own if sum(own, ZERO) == line_tax else shares(line_tax, nets)


def _detail_line(
    detail: JsonObject,
    row: JsonObject,
    net: Decimal,
    tax: Decimal,
    date_behaviors: Mapping[str, str],
) -> InvoiceLine:
    source, record = _detail_source(detail)
    return InvoiceLine(
        id=CrmId(words(detail, "msdyn_invoicelinetransactionid").lower()),
        number=0,
        source=source,
        source_record=record,
        description=words(detail, "msdyn_externaldescription")
        or words(detail, "msdyn_description")
        or record.name,
        quantity=number(detail, "msdyn_quantity"),
        unit_price=amount(detail, "msdyn_price"),
        net=net,
        tax=tax,
        service_date=_service_date(detail, date_behaviors),
        project=reference(detail, "msdyn_project") or reference(row, "msdyn_project"),
        unit=reference(detail, "msdyn_contractorganizationalunitid"),
    )


def _service_date(detail: JsonObject, date_behaviors: Mapping[str, str]) -> date | None:
    for column in ("msdyn_startdatetime", "msdyn_documentdate"):
        found = calendar_day(detail, column, date_behaviors.get(column, ""))
        if found:
            return found
    return None


def _detail_source(detail: JsonObject) -> Source:
    value = choice(detail, "msdyn_transactionclassification")
    name = _CLASSES.get(value or 0, "")
    role = reference(detail, "msdyn_resourcecategory")
    category = reference(detail, "msdyn_transactioncategory")
    product = reference(detail, "msdyn_product")
    if name == "Time" and role:
        return LineSource.ROLE, role
    if name == "Expense" and category:
        return LineSource.CATEGORY, category
    if name == "Material" and product:
        return LineSource.PRODUCT, product
    if name == "Material":
        return _write_in(words(detail, "msdyn_description") or name)
    return _classification(name, label(detail, "msdyn_transactionclassification"))


def _whole_project_line(row: JsonObject) -> InvoiceLine:
    retainer = _RETAINERS.get(choice(row, "msdyn_retainertype") or 0)
    if not retainer:
        return _line(row, _classification(_PROJECT_SERVICE, label(row, "producttypecode")))
    line = _line(row, _classification(retainer, label(row, "msdyn_retainertype")))
    return _taken_off(line) if retainer == _USAGE and _is_positive(row) else line


def _is_positive(row: JsonObject) -> bool:
    return amount(row, "extendedamount") > 0 and not row.get("msdyn_iscorrection")


def _taken_off(line: InvoiceLine) -> InvoiceLine:
    """A retainer that is used reduces the invoice, with whatever sign the CRM shows it.

    Only where a usage is itself corrected is a positive amount meant.
    """
    return replace(line, net=-line.net, tax=-line.tax, unit_price=-line.unit_price)


def _product_line(row: JsonObject) -> InvoiceLine:
    part = row.get("productid")
    code = words(part, "productnumber") if isinstance(part, dict) else ""
    product = reference(row, "productid", code=code)
    if product and not row.get("isproductoverridden"):
        return _line(row, (LineSource.PRODUCT, product))
    name = words(row, "productdescription") or words(row, "invoicedetailname")
    return _line(row, _write_in(name or "Write-in"))


def _line(row: JsonObject, source: Source) -> InvoiceLine:
    tax = amount(row, "tax")
    name = (
        words(row, "productdescription")
        or words(row, "productname")
        or words(row, "invoicedetailname")
    )
    return InvoiceLine(
        id=CrmId(words(row, "invoicedetailid").lower()),
        number=0,
        source=source[0],
        source_record=source[1],
        description=words(row, "description") or name or source[1].name,
        quantity=number(row, "quantity"),
        unit_price=amount(row, "priceperunit"),
        net=amount(row, "extendedamount") - tax,
        tax=tax,
        project=reference(row, "msdyn_project"),
    )


def _classification(key: str, shown: str) -> Source:
    """``key`` is the English word, whatever language the reader's CRM speaks."""
    name = key or shown or "Other"
    return LineSource.CLASSIFICATION, CrmReference(CrmId(name), shown or name)


def _write_in(name: str) -> Source:
    """The words themselves are the key: the same text means the same item."""
    key = " ".join(name.casefold().split())
    if len(key) > _LONGEST_KEY:
        key = f"{key[: _LONGEST_KEY - 33]} {hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return LineSource.WRITE_IN, CrmReference(CrmId(key), name)
