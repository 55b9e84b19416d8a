"""Lines of seeded invoices: hours, expenses, milestones, fees, products, write-ins, retainers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from psaqb_desktop.practice.crm.seed.taxes import cents
from psaqb_desktop.practice.group import ITEMS

TIME, EXPENSE, MILESTONE, FEE = 192350000, 192350001, 192350003, 192350004
CHARGEABLE, NON_CHARGEABLE, COMPLIMENTARY = 192350001, 192350000, 192350002
RETAINER_REQUEST, RETAINER_USAGE = 192350000, 192350001
_HOURLY = {item.crm_name: item.unit_price for item in ITEMS if item.crm_kind == "role"}
_PRODUCTS = {
    item.crm_name: item.unit_price
    for item in ITEMS
    if item.crm_kind == "product" and item.quickbooks_active
}
_RETIRED = {
    item.crm_name: item.unit_price
    for item in ITEMS
    if item.crm_kind == "product" and not item.quickbooks_active
}
_WORK = ("Requirements workshop", "Data model", "Interface build", "Cut-over", "Training materials")
_SPENT = ("Train to client site", "Flight", "Hotel, two nights", "Dinner with project team")
_WRITE_INS = ("Setup fee, one-off", "On-site day – “Große Übergabe”", "Document printing")


@dataclass
class Detail:
    """One line detail of a project line."""

    classification: int
    description: str
    day: date
    quantity: Decimal
    price: Decimal
    amount: Decimal
    role: str = ""
    category: str = ""
    billing: int = CHARGEABLE
    is_correction: bool = False


@dataclass
class Line:
    """One invoice line before tax; ``net`` is after the line's discount."""

    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal = Decimal(0)
    product: str = ""
    is_write_in: bool = False
    contract_line: int | None = None
    retainer: int | None = None
    is_correction: bool = False
    details: list[Detail] = field(default_factory=list)

    @property
    def base(self) -> Decimal:
        """Amount before discount."""
        return cents(self.quantity * self.price)

    @property
    def net(self) -> Decimal:
        """Amount after the line's own discount, before tax."""
        return self.base - self.discount


Maker = Callable[[Random, date], Line]


def hours_line(random: Random, day: date) -> Line:
    """Time and material: details with role, hours and rate; some of them not charged."""
    details = []
    for number in range(random.randint(2, 6)):
        role = random.choice(sorted(_HOURLY))
        quantity = Decimal(random.randint(2, 160)) / 4
        price = _HOURLY[role] + Decimal(random.choice((0, 0, 5, -10)))
        worked = day - timedelta(days=random.randint(1, 24))
        detail = Detail(
            TIME,
            random.choice(_WORK),
            worked,
            quantity,
            price,
            cents(quantity * price),
            role=role,
        )
        if number and random.random() < 0.12:
            detail.billing = random.choice((NON_CHARGEABLE, COMPLIMENTARY))
        details.append(detail)
    return _project_line("Services", details, 0)


def expense_line(random: Random, day: date) -> Line:
    """Expenses with a category; quantity one."""
    details = []
    for _ in range(random.randint(1, 3)):
        description = random.choice(_SPENT)
        amount = Decimal(random.randint(1200, 98000)) / 100
        category = "Meals & subsistence" if "Dinner" in description else "Travel"
        details.append(
            Detail(
                EXPENSE,
                description,
                day - timedelta(days=random.randint(1, 20)),
                Decimal(1),
                amount,
                amount,
                category=category,
            )
        )
    return _project_line("Expenses", details, 1)


def milestone_line(random: Random, day: date) -> Line:
    """One milestone of a fixed price."""
    amount = Decimal(random.randint(20, 240)) * 125
    name = f"Milestone {random.randint(1, 5)}"
    return _project_line(name, [Detail(MILESTONE, name, day, Decimal(1), amount, amount)], 2)


def fee_line(random: Random, day: date) -> Line:
    """A fee."""
    amount = Decimal(random.randint(4, 40)) * Decimal("37.50")
    return _project_line(
        "Fees", [Detail(FEE, "Administration fee", day, Decimal(1), amount, amount)], 0
    )


def zero_line(_random: Random, _day: date) -> Line:
    """A contract line on which nothing happened: it comes along with zero."""
    return _project_line("Expenses", [], 1)


def retainer_usage_line(random: Random, most: Decimal) -> Line:
    """A part of an advance that is used up: a negative line below the rest of the invoice."""
    amount = cents(most * random.randint(10, 40) / 100)
    return Line("Retainer used", Decimal(1), -amount, contract_line=0, retainer=RETAINER_USAGE)


def shown_positive(line: Line, tax: Decimal) -> tuple[Line, Decimal]:
    """The same line and tax where an environment shows used retainers without their sign."""
    if line.retainer != RETAINER_USAGE:
        return line, tax
    return replace(line, price=-line.price), -tax


def retainer_request_line(random: Random, _day: date) -> Line:
    """An advance that is asked for."""
    amount = Decimal(random.randint(2, 12)) * 500
    return Line(
        "Retainer requested", Decimal(1), amount, contract_line=0, retainer=RETAINER_REQUEST
    )


def product_line(random: Random, _day: date) -> Line:
    """A catalogue product, sometimes with a discount on the line."""
    retired = random.random() < 0.04
    prices = _RETIRED if retired else _PRODUCTS
    name = random.choice(sorted(prices))
    line = Line(name, Decimal(random.randint(1, 20)), prices[name], product=name)
    if random.random() < 0.25:
        line.discount = cents(line.base * random.choice((5, 10)) / 100)
    return line


def write_in_line(random: Random, _day: date) -> Line:
    """Something that is in no catalogue."""
    price = Decimal(random.randint(2500, 90000)) / 100
    return Line(random.choice(_WRITE_INS), Decimal(1), price, is_write_in=True)


def reversed_line(line: Line) -> Line:
    """A line of a correction that gives the whole amount back."""
    details = [
        Detail(
            detail.classification,
            detail.description,
            detail.day,
            -detail.quantity,
            detail.price,
            -detail.amount,
            detail.role,
            detail.category,
            detail.billing,
            is_correction=True,
        )
        for detail in line.details
    ]
    return Line(
        line.name,
        line.quantity,
        -line.price,
        contract_line=line.contract_line,
        is_correction=True,
        details=details,
    )


def _project_line(name: str, details: list[Detail], contract_line: int) -> Line:
    charged = [detail.amount for detail in details if detail.billing == CHARGEABLE]
    total = sum(charged, Decimal(0))
    return Line(name, Decimal(1), total, contract_line=contract_line, details=details)
