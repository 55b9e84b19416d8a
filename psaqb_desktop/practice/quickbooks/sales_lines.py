"""Lines of a sales form: what was sold, discounts, remarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import CENT, Books, rounded
from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.references import refer
from psaqb_desktop.practice.quickbooks.tax_codes import line_tax_code, rates_of_code

_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_ITEMS_WITHOUT_RECORD = ("SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID")


@dataclass
class SalesLines:
    """Lines as QuickBooks keeps them, with what the tax needs to know.

    Attributes:
        shown: In the order of the form, without the subtotal.
        sold: The lines with an item.
        gross: For tax-inclusive forms, what each sold line comes to with its tax.
        discounts: The discount lines.
        unit: The smallest amount of the form's currency.
    """

    shown: list[Body] = field(default_factory=list)
    sold: list[Body] = field(default_factory=list)
    gross: list[Decimal] = field(default_factory=list)
    discounts: list[Body] = field(default_factory=list)
    unit: Decimal = CENT

    @property
    def subtotal(self) -> Decimal:
        """Sum of what was sold, as it was sent."""
        return sum((line["Amount"] for line in self.sold), _ZERO)

    @property
    def discount(self) -> Decimal:
        """Sum of the discounts."""
        return sum((line["Amount"] for line in self.discounts), _ZERO)


def read_lines(
    books: Books,
    sent: Sequence[dict[str, Any]],
    kept: Sequence[Body],
    tax_calculation: str | None,
    unit: Decimal,
) -> SalesLines:
    """Checks the lines that a client sent and completes them.

    Args:
        books: Where items, classes and tax codes are found.
        sent: As read by the entity's attributes.
        kept: The lines of the version before.
        tax_calculation: The form's GlobalTaxCalculation; None in the US.
        unit: The smallest amount of the form's currency.

    Raises:
        ApiFault: The first thing wrong with a line.
    """
    before = {line["Id"]: line for line in kept if "Id" in line}
    highest = max((int(line_id) for line_id in before if line_id.isdigit()), default=0)
    lines = SalesLines(unit=unit)
    for line in sent:
        kind = line.get("DetailType")
        if kind is None:
            raise fault_bodies.missing("DetailType")
        if kind == "SubTotalLineDetail":
            continue
        line_id = line.get("Id")
        if line_id not in before:
            highest += 1
            line_id = str(highest)
        body: Body = {"Id": line_id, "LineNum": len(lines.shown) + 1}
        if "Description" in line:
            body["Description"] = line["Description"]
        _READERS[kind](books, line, body, before.get(line_id, {}), lines, tax_calculation)
        lines.shown.append(body)
    if not lines.sold and not any(line.get("Description") == "Subtotal:" for line in lines.shown):
        raise fault_bodies.missing("Line")
    _size_discounts(lines)
    return lines


def _read_sold(
    books: Books,
    line: dict[str, Any],
    body: Body,
    kept: Body,
    lines: SalesLines,
    tax_calculation: str | None,
) -> None:
    detail = line.get("SalesItemLineDetail")
    if detail is None:
        raise fault_bodies.missing("SalesItemLineDetail")
    if "Amount" not in line:
        raise fault_bodies.missing("Amount")
    if line["Amount"] < 0 and not books.options.allows_negative_lines:
        raise fault_bodies.negative_amount()
    amount = rounded(line["Amount"], lines.unit)
    quantity, price = detail.get("Qty"), detail.get("UnitPrice")
    if quantity is not None and price is not None and (quantity or price):
        if rounded(quantity * price, lines.unit) != line["Amount"]:
            raise fault_bodies.wrong_amount(line["Amount"])
    else:
        quantity = price = None
    read = _references(books, detail, kept.get("SalesItemLineDetail", {}))
    if price is not None:
        read |= {"UnitPrice": price, "Qty": quantity}
    if tax_calculation != "NotApplicable":
        read["TaxCodeRef"] = line_tax_code(books, detail)
    if "ServiceDate" in detail:
        read["ServiceDate"] = detail["ServiceDate"]
    body |= {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": read}
    lines.sold.append(body)
    lines.gross.append(rounded(detail.get("TaxInclusiveAmt") or amount, lines.unit))


def _references(books: Books, detail: dict[str, Any], kept: Body) -> Body:
    if "ItemRef" not in detail:
        raise fault_bodies.item_needed()
    read: Body = {}
    if detail["ItemRef"].get("value") in _ITEMS_WITHOUT_RECORD:
        read["ItemRef"] = {"value": detail["ItemRef"]["value"]}
    else:
        read["ItemRef"], item = refer(
            books, "ItemRef", "Item", detail["ItemRef"], kept.get("ItemRef")
        )
        if item.body.get("Type") == "Category":
            raise fault_bodies.business_rule("A category cannot be used on a line.", "ItemRef")
    if "ClassRef" in detail:
        if not books.company.tracks_classes:
            raise fault_bodies.permission_denied("Class tracking is not part of this company.")
        read["ClassRef"] = refer(
            books, "ClassRef", "Class", detail["ClassRef"], kept.get("ClassRef")
        )[0]
    return read


def _read_remark(
    books: Books,  # noqa: ARG001
    line: dict[str, Any],
    body: Body,
    kept: Body,  # noqa: ARG001
    lines: SalesLines,  # noqa: ARG001
    tax_calculation: str | None,  # noqa: ARG001
) -> None:
    detail = line.get("DescriptionLineDetail", {})
    body |= {"DetailType": "DescriptionOnly", "DescriptionLineDetail": detail}


def _read_discount(
    books: Books,
    line: dict[str, Any],
    body: Body,
    kept: Body,
    lines: SalesLines,
    tax_calculation: str | None,  # noqa: ARG001
) -> None:
    detail = line.get("DiscountLineDetail", {})
    is_percent = bool(detail.get("PercentBased"))
    if ("DiscountPercent" if is_percent else "Amount") not in (detail if is_percent else line):
        raise fault_bodies.discount_without_size()
    amount = rounded(abs(line.get("Amount", _ZERO)), lines.unit)
    read: Body = {"PercentBased": is_percent}
    if is_percent:
        read["DiscountPercent"] = detail["DiscountPercent"]
    kept_detail = kept.get("DiscountLineDetail", {})
    if "DiscountAccountRef" in detail:
        account = detail["DiscountAccountRef"]
        before = kept_detail.get("DiscountAccountRef")
        read["DiscountAccountRef"] = refer(books, "DiscountAccountRef", "Account", account, before)[
            0
        ]
    if "TaxCodeRef" in detail and not books.company.is_us:
        rates_of_code(books, detail["TaxCodeRef"].get("value", ""))
        read["TaxCodeRef"] = {"value": detail["TaxCodeRef"]["value"]}
    body |= {"Amount": amount, "DetailType": "DiscountLineDetail", "DiscountLineDetail": read}
    lines.discounts.append(body)


def _read_group(
    books: Books,
    line: dict[str, Any],
    body: Body,  # noqa: ARG001
    kept: Body,  # noqa: ARG001
    lines: SalesLines,  # noqa: ARG001
    tax_calculation: str | None,  # noqa: ARG001
) -> None:
    group = line.get("GroupLineDetail", {}).get("GroupItemRef", {})
    refer(books, "GroupItemRef", "Item", group)
    raise fault_bodies.business_rule("The item is not a bundle.", "GroupItemRef")


def _size_discounts(lines: SalesLines) -> None:
    for line in lines.discounts:
        detail = line["DiscountLineDetail"]
        if detail["PercentBased"]:
            percent = detail["DiscountPercent"] / _HUNDRED
            line["Amount"] = rounded(lines.subtotal * percent, lines.unit)


_READERS = {
    "SalesItemLineDetail": _read_sold,
    "DescriptionOnly": _read_remark,
    "DiscountLineDetail": _read_discount,
    "GroupLineDetail": _read_group,
}
