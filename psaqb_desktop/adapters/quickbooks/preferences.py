"""QuickBooks' Preferences as far as they decide what may be sent."""

from __future__ import annotations

import re

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.domain.quickbooks_lists import CompanyPreferences

_USED = re.compile(r"SalesFormsPrefs\.UseSalesCustom(\d+)")
_NAMED = re.compile(r"SalesFormsPrefs\.SalesCustomName(\d+)")


def company_preferences(data: Json) -> CompanyPreferences:
    """Read the preferences; a feature that is not mentioned is off."""
    forms = read.part(data, "SalesFormsPrefs")
    accounting = read.part(data, "AccountingInfoPrefs")
    currency = read.part(data, "CurrencyPrefs")
    tax = read.part(data, "TaxPrefs")
    return CompanyPreferences(
        home_currency=read.ref(currency, "HomeCurrency"),
        is_multicurrency=read.truth(currency, "MultiCurrencyEnabled"),
        # The documentation of Invoice leaves the final s out.
        uses_custom_numbers=read.truth(
            forms, "CustomTxnNumbers", default=read.truth(forms, "CustomTxnNumber")
        ),
        book_close_date=read.day(accounting, "BookCloseDate"),
        uses_sales_tax=read.truth(tax, "UsingSalesTax"),
        has_automated_sales_tax=read.truth(tax, "PartnerTaxEnabled"),
        has_class_per_transaction=read.truth(accounting, "ClassTrackingPerTxn"),
        has_class_per_line=read.truth(accounting, "ClassTrackingPerTxnLine"),
        has_departments=read.truth(accounting, "TrackDepartments"),
        allows_discount=read.truth(forms, "AllowDiscount", default=True),
        custom_fields=_custom_fields(forms),
    )


def _custom_fields(forms: Json) -> tuple[tuple[str, str], ...]:
    """Pair the flags that switch fields on with the names that label them."""
    used: set[str] = set()
    names: dict[str, str] = {}
    for group in read.parts(forms, "CustomField"):
        for field in read.parts(group, "CustomField"):
            key = read.text(field, "Name")
            if (match := _USED.fullmatch(key)) and read.truth(field, "BooleanValue"):
                used.add(match.group(1))
            elif match := _NAMED.fullmatch(key):
                names[match.group(1)] = read.text(field, "StringValue")
    return tuple((number, names.get(number, "")) for number in sorted(used))
