"""How amounts, dates and moments are written: the person's locale, nothing rounded, no float."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from PySide6.QtCore import QDate, QDateTime, QLocale

from psaqb_desktop.domain.money import Money, to_cents


def amount_text(amount: Decimal | None) -> str:
    """Write an amount with thousands separators and at least two decimals; None is empty."""
    if amount is None:
        return ""
    shown = to_cents(amount)
    if shown != amount:
        shown = amount.normalize()  # more decimals than two are shown, not rounded away
    group, point, minus = _separators()
    whole, _, decimals = f"{abs(shown):,f}".partition(".")
    sign = minus if shown < 0 else ""
    return f"{sign}{whole.replace(',', group)}{point}{decimals}"


def money_text(money: Money) -> str:
    """Write an amount with its currency."""
    return f"{amount_text(money.amount)} {money.currency}"


def quantity_text(quantity: Decimal | None) -> str:
    """Write a quantity without trailing zeros."""
    if quantity is None:
        return ""
    group, point, minus = _separators()
    whole, _, decimals = f"{abs(quantity):,f}".partition(".")
    decimals = decimals.rstrip("0")
    sign = minus if quantity < 0 else ""
    return f"{sign}{whole.replace(',', group)}{point if decimals else ''}{decimals}"


def date_text(day: date | None) -> str:
    """Write a date in the locale's short form, the year always with four digits."""
    if day is None:
        return ""
    return QLocale().toString(QDate(day.year, day.month, day.day), _date_format())


def moment_text(moment: datetime | None) -> str:
    """Write a moment as local date and time, to the minute."""
    if moment is None:
        return ""
    local = moment.astimezone()
    time = QLocale().toString(
        QDateTime.fromSecsSinceEpoch(int(moment.timestamp())).time(),
        QLocale.FormatType.ShortFormat,
    )
    return f"{date_text(local.date())} {time}"


def raw_text(value: object) -> str:
    """Write a value for a spreadsheet: plain decimal point, ISO dates, no separators."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Money):
        # As text, so that a sheet's sum leaves it out.
        return f"{value.amount:f} {value.currency}"
    if isinstance(value, datetime):
        return value.astimezone().isoformat(sep=" ", timespec="minutes")[:16]
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\t", " ").replace("\n", " ")


def button_text(words: str) -> str:
    """Return words for a button or menu where "&" is an ampersand: Müller & Söhne."""
    return words.replace("&", "&&")


def plural(count: int, one: str, many: str = "") -> str:
    """Write "1 invoice" or "23 invoices"."""
    number = QLocale().toString(count)
    return f"{number} {one if count == 1 else many or one + 's'}"


def forget_locale() -> None:
    """Look at the locale afresh; for tests that change it."""
    _separators.cache_clear()
    _date_format.cache_clear()


@lru_cache(maxsize=1)
def _separators() -> tuple[str, str, str]:
    locale = QLocale()
    return locale.groupSeparator(), locale.decimalPoint(), locale.negativeSign()


@lru_cache(maxsize=1)
def _date_format() -> str:
    if QLocale().language() == QLocale.Language.C:
        return "yyyy-MM-dd"
    pattern = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    return pattern if "yyyy" in pattern else pattern.replace("yy", "yyyy")


def ago_text(age: timedelta) -> str:
    """Return how long ago something was, in the largest unit that says enough."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{plural(minutes, 'minute')} ago"
    hours = minutes // 60
    return f"{plural(hours, 'hour')} ago" if hours < 48 else f"{plural(hours // 24, 'day')} ago"
