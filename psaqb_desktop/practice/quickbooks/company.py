"""A QuickBooks company's own settings."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

CHANGEABLE = (
    "book_close_date",
    "uses_custom_numbers",
    "warns_of_duplicate_numbers",
    "is_read_only",
    "tracks_classes",
    "tracks_departments",
    "applies_credits",
    "is_multicurrency",
    "uses_sales_tax",
    "automated_tax",
)
"""Settings that a person can change on the settings page."""

AUTOMATED_TAX = ("off", "not-set-up", "set-up")


@dataclass(frozen=True)
class Company:
    """One company; ``realm`` is its id at Intuit.

    Attributes:
        name: As QuickBooks shows it.
        country: ISO alpha-2. Only US has sales tax by state; all others a tax code per line.
        home_currency: Of the books.
        uses_custom_numbers: Numbers of sales forms are the client's to give.
        warns_of_duplicate_numbers: Refuse a number that another sales form has.
        book_close_date: Nothing dated up to here may change.
        is_read_only: The subscription has lapsed.
        applies_credits: A new invoice is paid from the customer's open credits at once.
        uses_sales_tax: A US company without it drops all tax that is sent.
        automated_tax: ``off`` (no such feature), ``set-up``, or ``not-set-up``: a US company
            whose tax the engine computes from the address, or that has yet to set it up.
    """

    realm: str
    name: str
    country: str
    home_currency: str
    time_zone: str
    is_multicurrency: bool
    uses_custom_numbers: bool
    warns_of_duplicate_numbers: bool
    tracks_classes: bool
    tracks_departments: bool
    book_close_date: str | None = None
    is_read_only: bool = False
    applies_credits: bool = False
    uses_sales_tax: bool = True
    automated_tax: str = "off"

    @property
    def is_us(self) -> bool:
        """Whether sales tax works the American way."""
        return self.country == "US"


def load_company(connection: sqlite3.Connection, realm: str) -> Company | None:
    """The company with this id, if the service has it."""
    row = connection.execute("SELECT settings FROM company WHERE realm = ?", (realm,)).fetchone()
    return Company(**json.loads(row["settings"])) if row else None


def load_companies(connection: sqlite3.Connection) -> list[Company]:
    """All companies, in the order of the group."""
    rows = connection.execute("SELECT settings FROM company ORDER BY position")
    return [Company(**json.loads(row["settings"])) for row in rows]


def save_company(connection: sqlite3.Connection, company: Company, position: int) -> None:
    """Stores a company that was not there."""
    connection.execute(
        "INSERT INTO company VALUES (?, ?, ?)",
        (company.realm, position, json.dumps(dataclasses.asdict(company))),
    )


def change_company(
    connection: sqlite3.Connection, company: Company, changes: Mapping[str, Any]
) -> Company:
    """Stores changed settings.

    Raises:
        ValueError: A setting is not changeable, or the value is of the wrong type.
    """
    checked = {name: _checked(company, name, value) for name, value in changes.items()}
    changed = dataclasses.replace(company, **checked)
    connection.execute(
        "UPDATE company SET settings = ? WHERE realm = ?",
        (json.dumps(dataclasses.asdict(changed)), company.realm),
    )
    return changed


def _checked(company: Company, name: str, value: Any) -> Any:
    if name not in CHANGEABLE:
        raise ValueError(f"the setting {name!r} cannot be changed")
    if name == "book_close_date":
        return date.fromisoformat(value).isoformat() if value else None
    if name == "automated_tax" and (not company.is_us or value not in AUTOMATED_TAX):
        raise ValueError(f"{name} is for US companies, and one of {', '.join(AUTOMATED_TAX)}")
    if name == "is_multicurrency" and company.is_multicurrency and value is False:
        raise ValueError("multicurrency cannot be turned off again")
    if not isinstance(value, type(getattr(company, name))):
        raise ValueError(f"{name} cannot be {value!r}")  # noqa: TRY004 - one error for a wrong form
    return value
