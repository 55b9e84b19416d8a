"""What an app can ask for, in words for the person who is to allow it."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks.tokens import ACCOUNTING_SCOPE

KNOWN_SCOPES: dict[str, str] = {
    ACCOUNTING_SCOPE: "See and change everything in the books: customers, invoices, payments",
    "com.intuit.quickbooks.payment": "Take payments from customers",
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "phone": "See your phone number",
    "address": "See your postal address",
    "app-foundations.custom-field-definitions": "See and change custom field definitions",
    "app-foundations.custom-field-definitions.read": "See custom field definitions",
    "app-foundations.custom-dimensions.read": "See custom dimensions",
    "project-management.project": "See and change projects",
    "payroll.compensation.read": "See compensations",
    "time-tracking.time-entry": "See and change time entries",
    "indirect-tax.tax-calculation.quickbooks": "Have sales tax computed",
}
"""All scopes by name."""
