"""Currencies of customers and their transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import CENT, Books, rounded
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow

NAMES = {
    "AED": "United Arab Emirates Dirham",
    "ARS": "Argentine Peso",
    "AUD": "Australian Dollar",
    "BHD": "Bahraini Dinar",
    "BRL": "Brazilian Real",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CLP": "Chilean Peso",
    "CNY": "Chinese Yuan",
    "CZK": "Czech Koruna",
    "DKK": "Danish Krone",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "HKD": "Hong Kong Dollar",
    "HUF": "Hungarian Forint",
    "IDR": "Indonesian Rupiah",
    "ILS": "Israeli New Shekel",
    "INR": "Indian Rupee",
    "ISK": "Icelandic Krona",
    "JOD": "Jordanian Dinar",
    "JPY": "Japanese Yen",
    "KRW": "South Korean Won",
    "KWD": "Kuwaiti Dinar",
    "MXN": "Mexican Peso",
    "MYR": "Malaysian Ringgit",
    "NOK": "Norwegian Krone",
    "NZD": "New Zealand Dollar",
    "OMR": "Omani Rial",
    "PHP": "Philippine Peso",
    "PLN": "Polish Zloty",
    "QAR": "Qatari Riyal",
    "RON": "Romanian Leu",
    "SAR": "Saudi Riyal",
    "SEK": "Swedish Krona",
    "SGD": "Singapore Dollar",
    "THB": "Thai Baht",
    "TND": "Tunisian Dinar",
    "TRY": "Turkish Lira",
    "TWD": "New Taiwan Dollar",
    "USD": "United States Dollar",
    "VND": "Vietnamese Dong",
    "ZAR": "South African Rand",
}


_OTHER_DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
"""Decimals of the currencies above that have not two (ISO 4217)."""


def unit_of(books: Books, currency: str) -> Decimal:
    """The smallest amount that is booked in a currency.

    QuickBooks is believed to book two decimals in all of them, so that yen have cents and dinars
    lose their third decimal. Whether it does is not known: with ``rounds_to_currency`` each
    currency has its own.
    """
    if not books.options.rounds_to_currency:
        return CENT
    return Decimal(1).scaleb(-_OTHER_DECIMALS.get(currency, 2))


def unit_of_body(books: Books, body: Body) -> Decimal:
    """The same for the currency that a transaction is in."""
    return unit_of(books, body.get("CurrencyRef", {}).get("value", books.company.home_currency))


def home_amount(books: Books, body: Body, amount: Decimal) -> Decimal:
    """What an amount of a transaction is in the currency of the books."""
    rate = Decimal(str(body["ExchangeRate"]))
    return rounded(amount * rate, unit_of(books, books.company.home_currency))


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
