"""Checking an invoice: to a draft that comes to the CRM's total, or to words that say why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.invoice import (
    CrmStatus,
)
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
    ListEntry,
    QuickBooksCustomer,
)
from tests.fakes import examples
from tests.fakes.checking import LINE, check, other, ready
from tests.fakes.examples import company, invoice, line, links, preferences, qid


def causes(*arguments: Any, **changes: Any) -> list[Cause]:
    draft, findings = check(*arguments, **changes)
    assert draft is None or not any(f.is_blocker for f in findings)
    for finding in findings:
        assert finding.message.endswith((".", ")")), finding.message
        assert finding.remedy.endswith("."), finding.remedy
    return [f.cause for f in findings]


BLOCKED: list[tuple[Cause, dict[str, Any]]] = [
    (Cause.NOT_CONFIRMED, {"one": other(status=CrmStatus.DRAFT)}),
    (Cause.NOT_CONFIRMED, {"one": other(status=CrmStatus.CANCELED)}),
    (Cause.PRICING_ERROR, {"one": other(pricing_error="Price missing")}),
    (
        Cause.COMPANY_READ_ONLY,
        {"lists": company(info=CompanyInfo(examples.REALM, "Old", "GB", "Expired"))},
    ),
    (
        Cause.NO_MULTICURRENCY,
        {
            "one": other(currency="EUR"),
            "lists": company(
                preferences=preferences(is_multicurrency=False),
                customers=(QuickBooksCustomer(qid(501), "Fabrikam", ""),),
            ),
        },
    ),
    (Cause.CURRENCY_MISMATCH, {"one": other(currency="EUR")}),
    (Cause.CUSTOMER_NOT_LINKED, {"links": links()[1:]}),
    (Cause.CUSTOMER_INACTIVE, {"lists": company(customers=())}),
    (
        Cause.CUSTOMER_INACTIVE,
        {"lists": company(customers=(QuickBooksCustomer(qid(501), "F", "GBP", "", False),))},
    ),
    (Cause.ITEM_NOT_LINKED, {"links": links()[:1]}),
    (Cause.ITEM_INACTIVE, {"lists": company(items=())}),
    (Cause.ITEM_INACTIVE, {"lists": company(items=(ListEntry(qid(601), "S", False),))}),
    (Cause.TAX_CODE_MISSING, {"lists": company(tax_codes=())}),
    (Cause.TOTALS_DIFFER, {"one": other(total=Decimal("120.01"))}),
    (Cause.DATE_MISSING, {"one": other(invoice_date=None)}),
    (
        Cause.PERIOD_CLOSED,
        {"lists": company(preferences=preferences(book_close_date=date(2026, 8, 31)))},
    ),
    (Cause.NUMBER_TOO_LONG, {"one": other(number="X" * 22)}),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_departments=True), departments=()),
            "mapping": Mapping(location_by="contracting-unit"),
        },
    ),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_class_per_transaction=True), classes=()),
            "mapping": Mapping(class_by="contracting-unit"),
        },
    ),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_class_per_line=True), classes=()),
            "mapping": Mapping(class_by="contracting-unit"),
        },
    ),
]


@pytest.mark.parametrize(("cause", "case"), BLOCKED)
def test_each_cause_stops_the_push_alone(cause: Cause, case: dict[str, Any]) -> None:
    assert causes(**case) == [cause]


def test_every_finding_is_told_at_once() -> None:
    one = other(status=CrmStatus.DRAFT, invoice_date=None, number="X" * 30)
    found = causes(one, lists=company(customers=(), items=(), tax_codes=()))
    assert set(found) == {
        Cause.NOT_CONFIRMED,
        Cause.DATE_MISSING,
        Cause.NUMBER_TOO_LONG,
        Cause.CUSTOMER_INACTIVE,
        Cause.ITEM_INACTIVE,
        Cause.TAX_CODE_MISSING,
    }


def test_findings_name_the_record_to_link_once() -> None:
    draft, findings = check(invoice(1, LINE, LINE), LINE, LINE, links=())
    assert draft is None
    wanted = [(f.link_wanted.kind, f.link_wanted.crm_name) for f in findings if f.link_wanted]
    assert wanted == [(LinkKind.CUSTOMER, "Fabrikam Ltd"), (LinkKind.ROLE, "Consultant")]


@pytest.mark.parametrize("status", [CrmStatus.CONFIRMED, CrmStatus.BILLED])
def test_confirmed_and_billed_invoices_go(status: CrmStatus) -> None:
    assert ready(other(status=status))


def test_the_day_after_the_close_is_open() -> None:
    lists = company(preferences=preferences(book_close_date=date(2026, 8, 30)))
    assert ready(lists=lists).txn_date == date(2026, 8, 31)


def test_the_creation_day_stands_in_where_the_mapping_says_so() -> None:
    draft = ready(other(invoice_date=None), mapping=Mapping(date_missing="created"))
    assert draft.txn_date == examples.CREATED.date()


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("America/Los_Angeles", 3, date(2026, 8, 31)),  # still the evening before, over there
        ("America/Los_Angeles", 12, date(2026, 9, 1)),
        ("Australia/Sydney", 20, date(2026, 9, 2)),
        ("Europe/London", 23, date(2026, 9, 2)),  # summer time
        ("Europe/London", 22, date(2026, 9, 1)),
    ],
)
def test_the_creation_day_is_the_companys(zone: str, hour: int, day: date) -> None:
    lists = company(info=replace(company().info, time_zone=zone))
    created = datetime(2026, 9, 1, hour, 30, tzinfo=UTC)
    one = other(invoice_date=None, created_on=created)
    assert ready(one, lists=lists, mapping=Mapping(date_missing="created")).txn_date == day


@pytest.mark.parametrize("zone", ["", "Nowhere/Atall", "../etc/passwd"])
def test_a_zone_that_is_not_known_is_the_machines(zone: str) -> None:
    lists = company(info=replace(company().info, time_zone=zone))
    one = other(invoice_date=None)
    draft = ready(one, lists=lists, mapping=Mapping(date_missing="created"))
    assert draft.txn_date == examples.CREATED.astimezone().date()


@pytest.mark.parametrize(
    ("rule", "number"),
    [("keep-start", "ABCDEFGHIJKLMNOPQRSTU"), ("keep-end", "FGHIJKLMNOPQRSTUVWXYZ")],
)
def test_long_numbers_are_cut_by_rule(rule: str, number: str) -> None:
    one = other(number="ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert ready(one, mapping=Mapping(number_too_long=rule)).number == number


def test_twenty_one_characters_are_not_too_long() -> None:
    assert ready(other(number="X" * 21)).number == "X" * 21


def test_a_company_that_numbers_by_itself_gets_no_number() -> None:
    lists = company(preferences=preferences(uses_custom_numbers=False))
    assert ready(other(number="X" * 50), lists=lists).number == ""


def test_a_total_that_is_off_by_less_than_a_cent_in_the_crm_goes() -> None:
    assert ready(other(total=Decimal("120.004"))).total == Decimal("120.00")


def test_lines_with_fractions_of_a_cent_that_do_not_add_up_are_told() -> None:
    lines = [line("0.125"), line("0.125")]
    draft, findings = check(invoice(1, *lines), *lines)
    assert draft is None
    assert [f.cause for f in findings] == [Cause.TOTALS_DIFFER]
    assert "0.26" in findings[0].message
    assert "0.25" in findings[0].message
