"""What a QuickBooks company has on its lists and in its preferences, as the program uses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An entry of a name list: Term, Class, Department, Item and the like."""

    id: QuickBooksId
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class QuickBooksCustomer:
    """A customer of the books; its currency is fixed for life."""

    id: QuickBooksId
    name: str
    currency: str
    email: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One rate of a tax code, in percent of the net amount (20 = 20 %)."""

    id: QuickBooksId
    name: str
    percent: Decimal
    is_on_tax: bool = False
    """True where the rate is taken from net plus the taxes before it (compound)."""


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A sales tax code with its rates in order."""

    id: QuickBooksId
    name: str
    rates: tuple[TaxRate, ...] = ()
    is_active: bool = True

    @property
    def percent(self) -> Decimal:
        """What the rates come to together, compounding where a rate asks for it."""
        total = Decimal(0)
        for rate in self.rates:
            base = 100 + total if rate.is_on_tax else Decimal(100)
            total += base * rate.percent / 100
        return total


@dataclass(frozen=True, slots=True)
class CompanyInfo:
    """Who the company is (CompanyInfo)."""

    realm_id: RealmId
    name: str
    country: str
    """ISO alpha-2, as CompanyInfo.Country gives it."""
    subscription_status: str = ""
    """EXPIRED, SUSPENDED and CANCELLED companies accept no writes."""
    time_zone: str = ""
    """Name of the company's time zone, for example America/Los_Angeles; empty when not told."""


@dataclass(frozen=True, slots=True)
class CompanyPreferences:
    """How the company keeps its books (Preferences), as far as it decides what may be sent."""

    home_currency: str
    is_multicurrency: bool = False
    uses_custom_numbers: bool = False
    book_close_date: date | None = None
    uses_sales_tax: bool = True
    has_automated_sales_tax: bool = False
    has_class_per_transaction: bool = False
    has_class_per_line: bool = False
    has_departments: bool = False
    allows_discount: bool = True
    custom_fields: tuple[tuple[str, str], ...] = ()
    """Pairs of definition id and name of the sales forms' custom text fields that are on."""


@dataclass(frozen=True, slots=True)
class CompanyLists:
    """Everything of a company that a check needs, read once and kept for the session."""

    info: CompanyInfo
    preferences: CompanyPreferences
    customers: tuple[QuickBooksCustomer, ...]
    items: tuple[ListEntry, ...]
    tax_codes: tuple[TaxCode, ...]
    terms: tuple[ListEntry, ...]
    classes: tuple[ListEntry, ...]
    departments: tuple[ListEntry, ...]

    @property
    def is_us(self) -> bool:
        """US companies tax by TAX/NON and one code for the whole invoice."""
        return self.info.country.upper() in {"US", "USA"}

    @property
    def is_writable(self) -> bool:
        """False where the subscription has lapsed: reads work, writes are refused (6190)."""
        return self.info.subscription_status.upper() not in {"EXPIRED", "SUSPENDED", "CANCELLED"}
