"""Lists, preferences and company data of the practice companies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest


def test_a_company_tells_who_it_is(british: Any) -> None:
    lists = british.company.lists()
    assert lists.info.name == "Alder & Finch Ltd"
    assert lists.info.country == "GB"
    assert lists.info.time_zone == "Europe/London"
    assert lists.is_writable
    assert not lists.is_us
    assert lists.preferences.home_currency == "GBP"
    assert lists.preferences.is_multicurrency
    assert lists.preferences.uses_custom_numbers


def test_inactive_customers_and_items_are_on_the_lists(british: Any) -> None:
    lists = british.company.lists()
    assert {c.is_active for c in lists.customers} == {True, False}
    assert {i.is_active for i in lists.items} == {True, False}
    trey = next(c for c in lists.customers if c.name.startswith("Trey Research"))
    assert not trey.is_active
    assert trey.currency == "GBP"
    assert trey.email == "ap@trey.example"


def test_names_of_all_scripts_arrive(open_company: Any) -> None:
    names = {c.name for c in open_company("DEMF").company.lists().customers}
    assert {"株式会社さくら", "Zażółć Gęślą Sp. z o.o."} <= names


@pytest.mark.parametrize(
    ("code", "name", "percent", "rates"),
    [
        ("GBSI", "20.0% S", "20", 1),
        ("CAMO", "GST/QST QC", "14.975", 2),
        ("DEMF", "USt 7%", "7", 1),
        ("USMF", "California", "8.25", 2),
    ],
)
def test_tax_codes_come_with_their_rates(
    open_company: Any, code: str, name: str, percent: str, rates: int
) -> None:
    codes = open_company(code).company.lists().tax_codes
    found = next(c for c in codes if c.name == name)
    assert found.percent == Decimal(percent)
    assert len(found.rates) == rates
    assert found.is_active


def test_us_companies_have_the_pseudo_codes(open_company: Any) -> None:
    lists = open_company("USMF").company.lists()
    assert lists.is_us
    assert {"TAX", "NON"} <= {c.id for c in lists.tax_codes}


def test_the_closing_date_is_read(open_company: Any) -> None:
    lists = open_company("DEMF").company.lists()
    assert lists.preferences.book_close_date == date(2026, 7, 31)
    assert not lists.preferences.uses_custom_numbers


def test_terms_classes_and_departments_are_read(british: Any) -> None:
    lists = british.company.lists()
    assert "Net 30" in {t.name for t in lists.terms}
    assert {c.name for c in lists.classes} == {"EMEA", "Public sector"}
    assert {d.name for d in lists.departments} == {"London", "Leeds"}


def test_lists_cost_one_call_each(british: Any) -> None:
    british.company.lists()
    british.practice.forget_calls()
    british.company.lists()
    assert len(british.practice.calls()) == 9


def test_a_list_longer_than_a_page_is_read_to_its_end(british: Any) -> None:
    before = len(british.company.lists().customers)
    for first in range(0, 1020, 30):
        british.raw(
            "POST",
            "batch",
            {
                "BatchItemRequest": [
                    {
                        "bId": str(n),
                        "operation": "create",
                        "Customer": {"DisplayName": f"Customer {n:05}"},
                    }
                    for n in range(first, first + 30)
                ]
            },
        )
    customers = british.company.lists().customers
    assert len(customers) == before + 1020
    assert len({c.id for c in customers}) == len(customers)
