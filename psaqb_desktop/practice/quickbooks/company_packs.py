"""Companies beside the practice group, for what its own four do not show.

They have no invoices in the CRM. Together with the group there is one of each kind: US with
automated sales tax, with codes of its own and with no sales tax at all, GB, CA, AU, IN, euro
companies; multicurrency, custom numbers, duplicate warning, closed period, classes and locations
both ways; and one whose subscription has lapsed.
"""

from __future__ import annotations

from decimal import Decimal

from psaqb_desktop.practice.group import (
    US,
    AddressSeed,
    CustomerSeed,
    LegalEntitySeed,
    TaxCodeSeed,
    TaxRateSeed,
)


def _account(name: str, currency: str, address: AddressSeed) -> CustomerSeed:
    slug = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    email = f"ap@{slug}.example"
    return CustomerSeed(name, "account", currency, email, address, name, currency)


def _code(name: str, description: str, *rates: tuple[str, str]) -> TaxCodeSeed:
    made = tuple(TaxRateSeed(rate, Decimal(percent)) for rate, percent in rates)
    return TaxCodeSeed(name, description, made)


US_AUTOMATED = LegalEntitySeed(
    code="USAT",
    name="Alder & Finch Retail LLC",
    country="US",
    home_currency="USD",
    realm_id="9341450000000058",
    company_name="Alder & Finch Retail LLC",
    contracting_units=(),
    business_unit="Americas",
    tax_codes=US.tax_codes,
    default_tax_code="California",
    is_multicurrency=False,
    uses_custom_numbers=False,
    has_automated_tax=True,
    customers=(
        _account(
            "Bay Outfitters",
            "USD",
            AddressSeed("2 Pier 39", "San Francisco", "CA", "94133", "USA"),
        ),
        _account(
            "Hudson Books", "USD", AddressSeed("9 Spring St", "New York", "NY", "10012", "USA")
        ),
        _account("Cascade Gear", "USD", AddressSeed("4 Pine St", "Portland", "OR", "97204", "USA")),
    ),
)

AU = LegalEntitySeed(
    code="AUSY",
    name="Alder & Finch Pty Ltd",
    country="AU",
    home_currency="AUD",
    realm_id="9341450000000066",
    company_name="Alder & Finch Pty Ltd",
    contracting_units=(),
    business_unit="APAC",
    tax_codes=(
        _code("GST", "GST on income", ("GST 10%", "10")),
        _code("GST free", "GST-free supplies", ("GST free", "0")),
        _code("Out of Scope", "Not reported", ("Out of scope", "0")),
    ),
    default_tax_code="GST",
    warns_of_duplicate_numbers=False,
    time_zone="Australia/Sydney",
    departments=("Sydney",),
    classes=("APAC",),
    customers=(
        _account("Wattle Homes", "AUD", AddressSeed("1 George St", "Sydney", "NSW", "2000", "AUS")),
        _account("Kiwi Orchards", "NZD", AddressSeed("5 Queen St", "Auckland", "", "1010", "NZL")),
        _account(
            "Sakura Trading KK", "JPY", AddressSeed("1-2-3 Ginza", "Tokyo", "", "104-0061", "JPN")
        ),
        _account(
            "Gulf Supplies WLL", "KWD", AddressSeed("8 Gulf Rd", "Kuwait City", "", "13001", "KWT")
        ),
    ),
    exchange_rates={
        "NZD": Decimal("0.92"),
        "JPY": Decimal("0.0103"),
        "KWD": Decimal("4.95"),
    },
)

IN = LegalEntitySeed(
    code="INBL",
    name="Alder & Finch India Pvt Ltd",
    country="IN",
    home_currency="INR",
    realm_id="9341450000000074",
    company_name="Alder & Finch India Pvt Ltd",
    contracting_units=(),
    business_unit="APAC",
    tax_codes=(
        _code("18.0% GST", "Central and state tax", ("CGST 9%", "9"), ("SGST 9%", "9")),
        _code("18.0% IGST", "Between states", ("IGST 18%", "18")),
        _code("5.0% GST", "Central and state tax", ("CGST 2.5%", "2.5"), ("SGST 2.5%", "2.5")),
        _code("0% GST", "Exports", ("GST 0%", "0")),
    ),
    default_tax_code="18.0% GST",
    is_multicurrency=False,
    time_zone="Asia/Kolkata",
    book_close_date="2026-03-31",
    customers=(
        _account(
            "Deccan Textiles",
            "INR",
            AddressSeed("14 MG Road", "Bengaluru", "KA", "560001", "IND"),
        ),
    ),
)

US_UNTAXED = LegalEntitySeed(
    code="USNT",
    name="Alder & Finch Advisors LLC",
    country="US",
    home_currency="USD",
    realm_id="9341450000000082",
    company_name="Alder & Finch Advisors LLC",
    contracting_units=(),
    business_unit="Americas",
    tax_codes=(),
    default_tax_code="NON",
    is_multicurrency=False,
    uses_sales_tax=False,
    customers=(
        _account("Granite Law", "USD", AddressSeed("6 Elm St", "Concord", "NH", "03301", "USA")),
    ),
)

LAPSED = LegalEntitySeed(
    code="ESMA",
    name="Alder & Finch Iberia SL",
    country="ES",
    home_currency="EUR",
    realm_id="9341450000000090",
    company_name="Alder & Finch Iberia SL",
    contracting_units=(),
    business_unit="EMEA",
    tax_codes=(
        _code("IVA 21%", "Tipo general", ("IVA 21%", "21")),
        _code("Exento", "Exento", ("IVA 0%", "0")),
    ),
    default_tax_code="IVA 21%",
    time_zone="Europe/Madrid",
    is_read_only=True,
    customers=(
        _account(
            "Bodegas del Sur", "EUR", AddressSeed("Calle Sierpes 5", "Sevilla", "", "41004", "ESP")
        ),
    ),
)

PACKS: tuple[LegalEntitySeed, ...] = (US_AUTOMATED, AU, IN, US_UNTAXED, LAPSED)
