"""CompanyInfo and Preferences: a company's settings as clients read them."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.company import Company
from psaqb_desktop.practice.quickbooks.currencies import currency_reference
from psaqb_desktop.practice.quickbooks.custom_fields import ENABLED
from psaqb_desktop.practice.quickbooks.entity_rows import Body

_ID = "1"
_SLOTS = ("1", "2", "3")


def write_company_records(books: Books) -> None:
    """Writes both records anew after settings changed."""
    for kind, body in (("CompanyInfo", _company_info(books)), ("Preferences", _preferences(books))):
        row = books.rows.get(kind, _ID)
        if row is None:
            books.rows.insert(kind, body, _ID)
        else:
            books.rows.replace(row, body)


def _company_info(books: Books) -> Body:
    company = books.company
    status = "EXPIRED" if company.is_read_only else "SUBSCRIBED"
    return {
        "CompanyName": company.name,
        "LegalName": company.name,
        "Country": company.country,
        "FiscalYearStartMonth": "January",
        "DefaultTimeZone": company.time_zone,
        "SupportedLanguages": "en",
        "Email": {"Address": "books@alderfinch.example"},
        "NameValue": [
            {"Name": "SubscriptionStatus", "Value": status},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "IndustryType", "Value": "Management consulting"},
            {"Name": "CompanyType", "Value": "Other"},
        ],
    }


def _preferences(books: Books) -> Body:
    company = books.company
    accounting: Body = {
        "UseAccountNumbers": False,
        "TrackDepartments": company.tracks_departments,
        "ClassTrackingPerTxn": company.tracks_classes,
        "ClassTrackingPerTxnLine": company.tracks_classes,
        "FirstMonthOfFiscalYear": "January",
    }
    if company.book_close_date:
        accounting["BookCloseDate"] = company.book_close_date
    return {
        "AccountingInfoPrefs": accounting,
        "ProductAndServicesPrefs": {"ForSales": True, "QuantityWithPriceAndRate": True},
        "SalesFormsPrefs": {
            "CustomField": _custom_fields(),
            "CustomTxnNumbers": company.uses_custom_numbers,
            "AllowDeposit": True,
            "AllowDiscount": True,
            "AllowEstimates": True,
            "AllowServiceDate": True,
            "AllowShipping": False,
            "AutoApplyCredit": company.applies_credits,
            "AutoApplyPayments": company.applies_credits,
            "DefaultTerms": {"value": "3"},
            "ETransactionPaymentEnabled": False,
        },
        "TaxPrefs": _tax(company),
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": company.is_multicurrency,
            "HomeCurrency": currency_reference(company.home_currency),
        },
        "OtherPrefs": {
            "NameValue": [
                {"Name": "WarnDuplicateBillNumber", "Value": "true"},
                {"Name": "WarnDuplicateCheckNumber", "Value": "true"},
                {"Name": "WarnDuplicateJournalNumber", "Value": "false"},
                {"Name": "DateFormat", "Value": "Month Date Year separated by a slash"},
            ]
        },
    }


def _tax(company: Company) -> Body:
    prefs: Body = {"UsingSalesTax": company.uses_sales_tax}
    if company.automated_tax != "off":
        prefs["PartnerTaxEnabled"] = company.automated_tax == "set-up"
    return prefs


def _custom_fields() -> list[Body]:
    switches = [
        {
            "Name": f"SalesFormsPrefs.UseSalesCustom{slot}",
            "Type": "BooleanType",
            "BooleanValue": slot in ENABLED,
        }
        for slot in _SLOTS
    ]
    names = [
        {
            "Name": f"SalesFormsPrefs.SalesCustomName{slot}",
            "Type": "StringType",
            "StringValue": name,
        }
        for slot, name in ENABLED.items()
    ]
    return [{"CustomField": switches}, {"CustomField": names}]
