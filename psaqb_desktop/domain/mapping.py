"""The mapping of a company: which fields of an invoice go to QuickBooks, and how.

Kept as versioned JSON in the connection record, so that all desktops decide alike. Every key has
a sound default; an empty text means all defaults. ``KEYS`` is the one declaration of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from string import Formatter
from typing import Any

MAPPING_VERSION = 1
MOST_TOLERANCE = Decimal("1.00")

PLACEHOLDERS = ("number", "name", "contract", "customer", "description", "period")
"""Words that may stand in braces in memo and custom field texts."""

KEYS: dict[str, tuple[Any, str]] = {
    "version": (MAPPING_VERSION, "Version of this text; always 1."),
    "number_too_long": (
        "stop",
        "Invoice numbers over 21 characters: stop, keep-start or keep-end.",
    ),
    "date_missing": (
        "stop",
        "Invoices without a date: stop, or created (the creation day in the company's time zone).",
    ),
    "due_date": ("crm", "crm sends the CRM's due date; terms lets QuickBooks reckon it."),
    "skip_zero_lines": (True, "Leave lines of 0.00 out."),
    "send_terms": (True, "Send the payment terms."),
    "terms": ({}, "CRM terms to QuickBooks terms, by name; the same name needs no entry."),
    "send_email": (True, "Send the customer's e-mail address (no e-mail is sent by this)."),
    "send_address": (True, "Send the invoice's billing address."),
    "location_by": ("none", "Location from: none, contracting-unit, business-unit or fixed."),
    "locations": ({}, "Unit name to QuickBooks location name; for fixed the key is *."),
    "class_by": ("none", "Class from: none, contracting-unit, business-unit, project or fixed."),
    "classes": ({}, "Unit or project name to QuickBooks class name; for fixed the key is *."),
    "customer_memo": ("", "Text printed on the invoice; may use {number}, {contract} and so on."),
    "private_note": (
        "PSA invoice {number}",
        "Internal memo; the program adds its own key.",
    ),
    "custom_fields": ({}, "Custom field of the sales form to a text, for example {contract}."),
    "tax_codes": ({}, "Tax in percent to QuickBooks tax code, where more than one code fits."),
    "default_tax_percents": (
        [],
        "Percentages in order of preference, for small amounts whose tax fits more than one.",
    ),
    "tax_tolerance": (
        "0.05",
        "Tax may differ by rounding this much, at most 1.00; the CRM's tax is then sent.",
    ),
    "total_tolerance": (
        "0.00",
        "After posting, a total that differs by more is to be reviewed; at most 1.00.",
    ),
    "exchange_rates": ({}, "Fixed rates, home currency for one unit, by currency code."),
    "send_quantities": (True, "Send quantity and unit price where they multiply to the amount."),
}

_CHOICES = {
    "number_too_long": ("stop", "keep-start", "keep-end"),
    "date_missing": ("stop", "created"),
    "due_date": ("crm", "terms"),
    "location_by": ("none", "contracting-unit", "business-unit", "fixed"),
    "class_by": ("none", "contracting-unit", "business-unit", "project", "fixed"),
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that has been read and found sound."""

    number_too_long: str = "stop"
    date_missing: str = "stop"
    due_date: str = "crm"
    skip_zero_lines: bool = True
    send_terms: bool = True
    terms: AbstractMapping[str, str] = field(default_factory=dict)
    send_email: bool = True
    send_address: bool = True
    location_by: str = "none"
    locations: AbstractMapping[str, str] = field(default_factory=dict)
    class_by: str = "none"
    classes: AbstractMapping[str, str] = field(default_factory=dict)
    customer_memo: str = ""
    private_note: str = "PSA invoice {number}"
    custom_fields: AbstractMapping[str, str] = field(default_factory=dict)
    tax_codes: AbstractMapping[str, str] = field(default_factory=dict)
    default_tax_percents: tuple[str, ...] = ()
    tax_tolerance: Decimal = Decimal("0.05")
    total_tolerance: Decimal = Decimal("0.00")
    exchange_rates: AbstractMapping[str, Decimal] = field(default_factory=dict)
    send_quantities: bool = True


def mapping_problems(text: str) -> list[str]:
    """Return what is wrong with a mapping text, in plain sentences; empty when it is sound."""
    if not text.strip():
        return []
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return [f"Line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."]
    if not isinstance(data, dict):
        return ["The mapping must be one JSON object: { … }."]
    return [problem for key, value in data.items() for problem in _problems_of(key, value)]


def read_mapping(text: str) -> Mapping:
    """Read a mapping text; what it does not mention has its default.

    Raises:
        ValueError: the text has problems; the message lists them.
    """
    problems = mapping_problems(text)
    if problems:
        raise ValueError(" ".join(problems))
    data = json.loads(text) if text.strip() else {}
    values = {key: value for key, value in data.items() if key != "version"}
    for key in ("tax_tolerance", "total_tolerance"):
        if key in values:
            values[key] = Decimal(str(values[key]))
    rates = values.get("exchange_rates", {})
    values["exchange_rates"] = {k.upper(): Decimal(str(v)) for k, v in rates.items()}
    values["tax_codes"] = {
        percent_key(Decimal(k)): v for k, v in values.get("tax_codes", {}).items()
    }
    values["default_tax_percents"] = tuple(
        percent_key(Decimal(str(percent))) for percent in values.get("default_tax_percents", ())
    )
    return Mapping(**values)


def default_mapping_text() -> str:
    """Return all keys with their defaults, for people to edit."""
    defaults = {key: default for key, (default, _) in KEYS.items()}
    return json.dumps(defaults, indent=2, ensure_ascii=False)


def percent_key(percent: Decimal) -> str:
    """Return a percentage as the key of a tax: 20.0 and 20 are the same ``20``."""
    return format(percent.normalize(), "f")


def _problems_of(key: str, value: Any) -> list[str]:
    if key not in KEYS:
        return [f"“{key}” is not a key of the mapping."]
    if key == "version":
        return [] if value == MAPPING_VERSION else [f"Version {value} is not known; it must be 1."]
    if key in _CHOICES:
        words = ", ".join(_CHOICES[key])
        return [] if value in _CHOICES[key] else [f"“{key}” must be one of: {words}."]
    default = KEYS[key][0]
    if isinstance(default, bool):
        return [] if isinstance(value, bool) else [f"“{key}” must be true or false."]
    if isinstance(default, dict):
        return _map_problems(key, value)
    if isinstance(default, list):
        return _percents_problems(key, value)
    if key.endswith("tolerance"):
        return _amount_problems(key, value) or _tolerance_problems(key, value)
    if not isinstance(value, str):
        return [f"“{key}” must be a text in quotes."]
    return _placeholder_problems(key, value)


def _map_problems(key: str, value: Any) -> list[str]:
    if not isinstance(value, dict):
        return [f'“{key}” must be pairs in braces: {{ "from": "to" }}.']
    problems = []
    for name, target in value.items():
        if key == "exchange_rates":
            problems += _amount_problems(f"{key} › {name}", target, is_zero_allowed=False)
        elif not isinstance(target, str):
            problems.append(f"“{key} › {name}” must be a text in quotes.")
        elif key == "tax_codes":
            problems += _amount_problems(f"{key} › {name}", name)
        elif key == "custom_fields":
            problems += _placeholder_problems(f"{key} › {name}", target)
    return problems


def _percents_problems(key: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        return [f'“{key}” must be percentages in brackets: [ "20", "5" ].']
    return [problem for percent in value for problem in _amount_problems(key, percent)]


def _tolerance_problems(key: str, value: Any) -> list[str]:
    if Decimal(str(value)) <= MOST_TOLERANCE:
        return []
    return [f"“{key}” must be {MOST_TOLERANCE} at most: more than that is not rounding."]


def _amount_problems(key: str, value: Any, *, is_zero_allowed: bool = True) -> list[str]:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return [f'“{key}” must be a number, for example "0.05".']
    if not amount.is_finite() or amount < 0 or (amount == 0 and not is_zero_allowed):
        return [f"“{key}” must be a number that is not negative."]
    return []


def _placeholder_problems(key: str, text: str) -> list[str]:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return [f"“{key}” has a brace without its partner."]
    for _, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            return [f"“{key}” uses {{{name}}}, which is not known; known are {known}."]
    return []
