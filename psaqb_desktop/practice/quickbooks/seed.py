"""The books of the practice group on their first day: lists, tax codes, preferences."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

from psaqb_desktop.practice.group import (
    GROUP,
    ITEMS,
    TERMS,
    AddressSeed,
    CustomerSeed,
    LegalEntitySeed,
)
from psaqb_desktop.practice.quickbooks.applications import Applications
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.clock import Clock
from psaqb_desktop.practice.quickbooks.company import Company, save_company
from psaqb_desktop.practice.quickbooks.company_packs import PACKS
from psaqb_desktop.practice.quickbooks.currencies import currency_reference
from psaqb_desktop.practice.quickbooks.entities.name_lists import NAME_LISTS
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRows
from psaqb_desktop.practice.quickbooks.preferences import write_company_records
from psaqb_desktop.practice.quickbooks.seed_tax import seed_tax

_FIRST_TRACKING_ID = 200_000_000_000_000
_IDS_PER_COMPANY = 1_000_000
_ACCOUNTS = (
    ("Checking", "Bank", "Checking", "Asset"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "Asset"),
    ("Sales of services", "Income", "ServiceFeeIncome", "Revenue"),
    ("Discounts given", "Income", "DiscountsRefundsGiven", "Revenue"),
    ("Travel", "Expense", "Travel", "Expense"),
)
_PAYMENT_METHODS = (
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Credit Card", "CREDIT_CARD"),
    ("Bank transfer", "NON_CREDIT_CARD"),
)
_VENDORS = ("Harbour Office Supplies", "Metro Telecom")


def seed(connection: sqlite3.Connection, clock: Clock) -> None:
    """Writes all companies of the group."""
    for position, legal_entity in enumerate((*GROUP, *PACKS)):
        seed_company(connection, clock, legal_entity, position)


def seed_company(
    connection: sqlite3.Connection, clock: Clock, legal_entity: LegalEntitySeed, position: int
) -> None:
    """Writes one company; ``position`` is its place among all, and decides its first ids."""
    company = _company(legal_entity)
    save_company(connection, company, position)
    rows = EntityRows(connection, company.realm, clock)
    books = Books(company, rows, Applications(connection, company.realm), clock)
    # Ids of different companies differ, so that a mix-up does not go unseen.
    rows.set_number("Transaction id", _IDS_PER_COMPANY * (position + 1))
    write_company_records(books)
    _seed_lists(rows, legal_entity)
    seed_tax(books, legal_entity)
    _seed_customers(rows, legal_entity)


def _company(legal_entity: LegalEntitySeed) -> Company:
    return Company(
        realm=legal_entity.realm_id,
        name=legal_entity.company_name,
        country=legal_entity.country,
        home_currency=legal_entity.home_currency,
        time_zone=legal_entity.time_zone,
        is_multicurrency=legal_entity.is_multicurrency,
        uses_custom_numbers=legal_entity.uses_custom_numbers,
        warns_of_duplicate_numbers=legal_entity.warns_of_duplicate_numbers,
        tracks_classes=bool(legal_entity.classes),
        tracks_departments=bool(legal_entity.departments),
        book_close_date=legal_entity.book_close_date,
        is_read_only=legal_entity.is_read_only,
        uses_sales_tax=legal_entity.uses_sales_tax,
        automated_tax="set-up" if legal_entity.has_automated_tax else "off",
    )


def _seed_lists(rows: EntityRows, legal_entity: LegalEntitySeed) -> None:
    for name, account_type, sub_type, classification in _ACCOUNTS:
        _named(
            rows,
            "Account",
            name,
            AccountType=account_type,
            AccountSubType=sub_type,
            Classification=classification,
            CurrentBalance=0,
            CurrencyRef=currency_reference(legal_entity.home_currency),
        )
    for name, method_type in _PAYMENT_METHODS:
        _named(rows, "PaymentMethod", name, Type=method_type)
    for name, days in TERMS:
        _named(rows, "Term", name, Type="STANDARD", DueDays=days, DiscountPercent=0)
    for kind, names in (("Class", legal_entity.classes), ("Department", legal_entity.departments)):
        if kind == "Class":
            rows.set_number("Class id", _FIRST_TRACKING_ID)
        for name in names:
            _named(rows, kind, name)
    for name in _VENDORS:
        rows.insert("Vendor", {"DisplayName": name, "Active": True, "Balance": 0})
    income = rows.with_name("Account", "Name", "Sales of services")
    for item in ITEMS:
        _named(
            rows,
            "Item",
            item.name if item.quickbooks_active else f"{item.name} (deleted)",
            Active=item.quickbooks_active,
            Type="Service",
            UnitPrice=item.unit_price,
            Taxable=True,
            IncomeAccountRef={"value": income.id if income else "", "name": "Sales of services"},
        )
    for code, rate in legal_entity.exchange_rates.items():
        _seed_currency(rows, legal_entity, code, rate)


def _seed_currency(
    rows: EntityRows, legal_entity: LegalEntitySeed, code: str, rate: Decimal
) -> None:
    name = currency_reference(code)["name"]
    rows.insert("CompanyCurrency", {"Code": code, "Name": name, "Active": True})
    rows.insert(
        "ExchangeRate",
        {
            "SourceCurrencyCode": code,
            "TargetCurrencyCode": legal_entity.home_currency,
            "Rate": rate,
            "AsOfDate": rows.clock.today().isoformat(),
        },
    )


def _seed_customers(rows: EntityRows, legal_entity: LegalEntitySeed) -> None:
    for customer in legal_entity.customers:
        if customer.quickbooks_name is not None:
            rows.insert("Customer", _customer(customer, customer.quickbooks_name))


def _customer(customer: CustomerSeed, name: str) -> Body:
    if not customer.quickbooks_active:
        name = f"{name} (deleted)"
    address = _address(customer.address)
    company_name = {"CompanyName": customer.name} if customer.kind == "account" else {}
    return {
        "DisplayName": name,
        "FullyQualifiedName": name,
        "PrintOnCheckName": name,
        **company_name,
        "Active": customer.quickbooks_active,
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": currency_reference(customer.quickbooks_currency),
        "PrimaryEmailAddr": {"Address": customer.email},
        "BillAddr": address,
        "PreferredDeliveryMethod": "None",
    }


def _address(address: AddressSeed) -> Body:
    parts = {
        "Line1": address.line1,
        "City": address.city,
        "CountrySubDivisionCode": address.region,
        "PostalCode": address.postal_code,
        "Country": address.country,
    }
    return {name: part for name, part in parts.items() if part}


def _named(rows: EntityRows, kind: str, name: str, **attributes: object) -> None:
    names = {"Name": name}
    if "FullyQualifiedName" in NAME_LISTS[kind].record.attributes:
        names["FullyQualifiedName"] = name
    rows.insert(kind, {**names, "Active": True, **attributes})
