from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QLocale

from psaqb_desktop.ui.formats import (
    amount_text,
    date_text,
    forget_locale,
    plural,
    quantity_text,
    raw_text,
)


@pytest.fixture(autouse=True)
def locale() -> Iterator[None]:
    before = QLocale()
    forget_locale()
    yield
    QLocale.setDefault(before)
    forget_locale()


def use(name: str) -> None:
    QLocale.setDefault(QLocale(name))
    forget_locale()


@pytest.mark.parametrize(
    ("name", "amount", "text"),
    [
        ("en_GB", "1234567.5", "1,234,567.50"),
        ("de_DE", "1234567.5", "1.234.567,50"),
        ("fr_FR", "-1234.56", "-1\u202f234,56"),
        ("en_GB", "-0.01", "-0.01"),
        ("en_GB", "0", "0.00"),
        ("en_GB", "10.1234", "10.1234"),
        ("en_GB", "99999999999999999.99", "99,999,999,999,999,999.99"),
        ("en_GB", "1E+3", "1,000.00"),
    ],
)
def test_amounts_are_written_for_the_locale_and_never_rounded(
    name: str, amount: str, text: str
) -> None:
    use(name)
    assert amount_text(Decimal(amount)) == text


def test_no_amount_is_no_text() -> None:
    assert amount_text(None) == ""


@pytest.mark.parametrize(
    ("name", "text"), [("en_GB", "09/11/2026"), ("de_DE", "09.11.2026"), ("en_US", "11/9/2026")]
)
def test_dates_are_short_with_a_whole_year(name: str, text: str) -> None:
    use(name)
    assert date_text(date(2026, 11, 9)) == text


def test_quantities_lose_trailing_zeros_only() -> None:
    use("de_DE")
    assert quantity_text(Decimal("1200.50")) == "1.200,5"
    assert quantity_text(Decimal(100)) == "100"
    assert quantity_text(None) == ""


def test_raw_texts_are_for_spreadsheets() -> None:
    use("de_DE")
    assert raw_text(Decimal("1234.50")) == "1234.50"
    assert raw_text(date(2026, 11, 9)) == "2026-11-09"
    assert raw_text("a\tb\nc") == "a b c"
    assert raw_text(None) == ""
    assert raw_text(datetime(2026, 11, 9, 12, tzinfo=UTC)).startswith("2026-11-")


def test_one_invoice_and_many() -> None:
    use("en_GB")
    assert plural(1, "invoice") == "1 invoice"
    assert plural(1200, "company", "companies") == "1,200 companies"
