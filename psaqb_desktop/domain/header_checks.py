"""Checks of an invoice's header: its state, sums, date, number and exchange rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.listing import is_pushable_status
from psaqb_desktop.domain.money import CENT, ZERO, to_cents

MAX_NUMBER = 21
"""QuickBooks' limit of DocNumber (fault 2050 beyond it)."""


def header_findings(invoice: Invoice, context: CheckContext) -> list[Finding]:
    """Look at the invoice's state and at what the company accepts at all."""
    company = context.company
    findings = []
    if not is_pushable_status(invoice):
        findings.append(
            blocker(
                Cause.NOT_CONFIRMED,
                f"Invoice {invoice.number} is “{invoice.status.value}” in the CRM.",
                "Confirm it in the CRM first; only confirmed invoices are pushed.",
            )
        )
    if invoice.pricing_error:
        findings.append(
            blocker(
                Cause.PRICING_ERROR,
                f"The CRM reports a pricing error on invoice {invoice.number}: "
                f"{invoice.pricing_error}.",
                "Correct the invoice's prices in the CRM.",
            )
        )
    if not company.is_writable:
        findings.append(
            blocker(
                Cause.COMPANY_READ_ONLY,
                f"The QuickBooks subscription of {company.info.name} has lapsed "
                f"({company.info.subscription_status.lower()}), so it accepts no new entries.",
                "Ask the owner of the QuickBooks account to renew it.",
            )
        )
    home = company.preferences.home_currency
    if not company.preferences.is_multicurrency and invoice.currency != home:
        findings.append(
            blocker(
                Cause.NO_MULTICURRENCY,
                f"Invoice {invoice.number} is in {invoice.currency}; {company.info.name} keeps its "
                f"books in {home} only.",
                "Turn multicurrency on in QuickBooks (it cannot be turned off again), or invoice "
                f"in {home}.",
            )
        )
    return findings


def sum_findings(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Finding]:
    """Compare the CRM's own figures, each to the cent."""
    checks = (
        ("lines", sum((line.net for line in lines), ZERO) - invoice.discount, "net", invoice.net),
        ("tax of the lines", sum((line.tax for line in lines), ZERO), "tax", invoice.tax),
        (
            "net, freight and tax",
            invoice.net + invoice.freight + invoice.tax,
            "total",
            invoice.total,
        ),
    )
    return [
        blocker(
            Cause.TOTALS_DIFFER,
            f"Invoice {invoice.number}: the {parts} come to {to_cents(got):,.2f}, but the CRM's "
            f"{name} is {to_cents(wanted):,.2f} {invoice.currency}.",
            "Have the CRM recalculate the invoice, then refresh and check again.",
        )
        for parts, got, name, wanted in checks
        if abs(got - wanted) >= CENT
    ]


def cents_lost(invoice: Invoice, total: Decimal) -> Finding:
    """Say that rounding each line to cents does not give the CRM's total."""
    return blocker(
        Cause.TOTALS_DIFFER,
        f"Invoice {invoice.number}: its lines have fractions of a cent; rounded as QuickBooks "
        f"rounds them they come to {total:,.2f}, the CRM's total is "
        f"{to_cents(invoice.total):,.2f} {invoice.currency}.",
        "Have the CRM round its lines to cents, then refresh and check again.",
    )


def posting_date(invoice: Invoice, context: CheckContext) -> date | Finding:
    """Return the plain date of the document; it must lie in an open period."""
    day = invoice.invoice_date
    if day is None and context.mapping.date_missing == "created":
        day = invoice.created_on.astimezone(_zone_of(context)).date()
    if day is None:
        return blocker(
            Cause.DATE_MISSING,
            f"Invoice {invoice.number} has no invoice date.",
            "Enter the date in the CRM, or let the mapping take the day of its creation "
            "(“date_missing”).",
        )
    closed = context.company.preferences.book_close_date
    if closed is not None and day <= closed:
        return blocker(
            Cause.PERIOD_CLOSED,
            f"The books of {context.company.info.name} are closed through {closed:%d %b %Y}; "
            f"invoice {invoice.number} is dated {day:%d %b %Y}. Nothing was posted.",
            "Ask the controller to reopen the period, or have the invoice re-dated in the CRM.",
        )
    return day


def _zone_of(context: CheckContext) -> tzinfo | None:
    """Return the company's time zone; None, the machine's, where it is not told or not known."""
    try:
        return ZoneInfo(context.company.info.time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def document_number(invoice: Invoice, context: CheckContext) -> str | Finding:
    """Return the DocNumber to send; empty where QuickBooks numbers by itself."""
    if not context.company.preferences.uses_custom_numbers:
        return ""
    number, rule = invoice.number, context.mapping.number_too_long
    if len(number) <= MAX_NUMBER:
        return number
    if rule == "keep-start":
        return number[:MAX_NUMBER]
    if rule == "keep-end":
        return number[-MAX_NUMBER:]
    return blocker(
        Cause.NUMBER_TOO_LONG,
        f"Invoice number {number} has {len(number)} characters; QuickBooks takes {MAX_NUMBER}.",
        "Shorten the number in the CRM, or choose a rule for “number_too_long” in the mapping.",
    )


def exchange_rate(
    invoice: Invoice, context: CheckContext, day: date | None
) -> Decimal | Finding | None:
    """Return the rate to send: the mapping's, else QuickBooks' own of the invoice's date.

    Without one in the request QuickBooks may book a foreign invoice at 1.
    """
    home = context.company.preferences.home_currency
    fixed = context.mapping.exchange_rates.get(invoice.currency)
    if invoice.currency == home or fixed or context.rate_of is None or day is None:
        return None if invoice.currency == home else fixed
    rate = context.rate_of(invoice.currency, day)
    if rate:
        return rate
    return blocker(
        Cause.NO_EXCHANGE_RATE,
        f"QuickBooks has no rate from {invoice.currency} to {home} for {day:%d %b %Y}; it might "
        f"book invoice {invoice.number} at 1.",
        "Enter the rate under Currencies in QuickBooks, or fix one in the mapping "
        "(“exchange_rates”).",
    )
