"""Currencies of customers and their transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow

NAMES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "DKK": "Danish Krone",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "HKD": "Hong Kong Dollar",
    "INR": "Indian Rupee",
    "JPY": "Japanese Yen",
    "KWD": "Kuwaiti Dinar",
    "MXN": "Mexican Peso",
    "NOK": "Norwegian Krone",
    "NZD": "New Zealand Dollar",
    "PLN": "Polish Zloty",
    "SGD": "Singapore Dollar",
    "SEK": "Swedish Krona",
    "USD": "United States Dollar",
}


def currency_reference(code: str) -> Body:
    """A CurrencyRef as QuickBooks completes it."""
    return {"value": code, "name": NAMES.get(code, code)}


def currency_of(books: Books, customer: EntityRow, sent: dict[str, Any]) -> tuple[str, Decimal]:
    """Currency and exchange rate of a transaction with a customer.

    A rate that is left out is 1, also for a foreign currency: that is what QuickBooks documents,
    and what clients that forget it get.

    Raises:
        ApiFault: 6000 when the sent currency is not the customer's.
    """
    home = books.company.home_currency
    customers = customer.body.get("CurrencyRef", {}).get("value", home)
    asked = sent.get("CurrencyRef", {}).get("value", customers)
    if asked != customers:
        if asked not in NAMES:
            raise fault_bodies.invalid_reference(
                "CurrencyRef", f"Currency element id {asked} not found"
            )
        raise fault_bodies.business_rule(
            "You can only use one foreign currency per transaction.", "CurrencyRef"
        )
    rate = sent.get("ExchangeRate")
    if customers == home or rate is None:
        return customers, Decimal(1)
    if rate <= 0:
        raise fault_bodies.business_rule("The exchange rate must be above zero.", "ExchangeRate")
    return customers, rate
