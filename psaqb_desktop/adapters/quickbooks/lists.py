"""A company's lists, preferences and own data, read for a check."""

from __future__ import annotations

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.adapters.quickbooks.preferences import company_preferences
from psaqb_desktop.adapters.quickbooks.queries import answered, query_all
from psaqb_desktop.adapters.quickbooks.tax_codes import joined_tax_codes
from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
    CompanyLists,
    CompanyPreferences,
    ListEntry,
    QuickBooksCustomer,
)

_ALL = "Active in (true,false)"
"""Without it only active entries are read, and an inactive one looks as if it never was."""
_NOT_FOR_LINES = ("Category", "Group")


def read_company(calls: CompanyCalls) -> tuple[CompanyInfo, CompanyPreferences]:
    """Read who the company is and how it keeps its books."""
    return _read_info(calls), _read_preferences(calls)


def read_lists(calls: CompanyCalls) -> CompanyLists:
    """Read everything that a check needs, in as few calls as there are lists and pages."""
    info, preferences = read_company(calls)
    home = preferences.home_currency
    has_classes = preferences.has_class_per_transaction or preferences.has_class_per_line
    return CompanyLists(
        info=info,
        preferences=preferences,
        customers=tuple(_customer(data, home) for data in query_all(calls, "Customer", _ALL)),
        items=tuple(
            _entry(data, "Name") for data in query_all(calls, "Item", _ALL) if _is_for_lines(data)
        ),
        tax_codes=joined_tax_codes(query_all(calls, "TaxCode"), query_all(calls, "TaxRate")),
        terms=_entries(calls, "Term", "Name"),
        classes=_entries(calls, "Class", "FullyQualifiedName") if has_classes else (),
        departments=(
            _entries(calls, "Department", "FullyQualifiedName")
            if preferences.has_departments
            else ()
        ),
    )


def _read_info(calls: CompanyCalls) -> CompanyInfo:
    realm_id = calls.connection.realm_id
    what = "Reading the company"
    data = answered(calls.get(f"companyinfo/{realm_id}"), calls, what=what)
    info = read.as_object(data.get("CompanyInfo"), "CompanyInfo")
    named = {read.text(p, "Name"): read.text(p, "Value") for p in read.parts(info, "NameValue")}
    return CompanyInfo(
        realm_id=RealmId(realm_id),
        name=read.text(info, "CompanyName"),
        country=read.text(info, "Country"),
        subscription_status=named.get("SubscriptionStatus", ""),
        time_zone=read.text(info, "DefaultTimeZone"),
    )


def _read_preferences(calls: CompanyCalls) -> CompanyPreferences:
    data = answered(calls.get("preferences"), calls, what="Reading the preferences")
    return company_preferences(read.as_object(data.get("Preferences"), "Preferences"))


def _customer(data: Json, home_currency: str) -> QuickBooksCustomer:
    return QuickBooksCustomer(
        id=QuickBooksId(read.text(data, "Id")),
        name=read.text(data, "DisplayName"),
        currency=read.ref(data, "CurrencyRef") or home_currency,
        email=read.text(read.part(data, "PrimaryEmailAddr"), "Address"),
        is_active=read.truth(data, "Active", default=True),
    )


def _is_for_lines(item: Json) -> bool:
    kind = read.text(item, "Type")
    return not any(read.same_word(kind, other) for other in _NOT_FOR_LINES)


def _entries(calls: CompanyCalls, entity: str, name: str) -> tuple[ListEntry, ...]:
    return tuple(_entry(data, name) for data in query_all(calls, entity, _ALL))


def _entry(data: Json, name: str) -> ListEntry:
    return ListEntry(
        id=QuickBooksId(read.text(data, "Id")),
        name=read.text(data, name) or read.text(data, "Name"),
        is_active=read.truth(data, "Active", default=True),
    )
