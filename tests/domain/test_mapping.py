"""The mapping: every key, and every kind of mistake in plain words."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.mapping import (
    KEYS,
    Mapping,
    default_mapping_text,
    mapping_problems,
    percent_key,
    read_mapping,
)

GOOD: dict[str, list[Any]] = {
    "version": [1],
    "number_too_long": ["stop", "keep-start", "keep-end"],
    "date_missing": ["stop", "created"],
    "due_date": ["crm", "terms"],
    "skip_zero_lines": [True, False],
    "send_terms": [False],
    "terms": [{"30 days": "Net 30"}],
    "send_email": [False],
    "send_address": [False],
    "location_by": ["none", "contracting-unit", "business-unit", "fixed"],
    "locations": [{"London": "UK"}],
    "class_by": ["none", "contracting-unit", "business-unit", "project", "fixed"],
    "classes": [{"*": "All"}],
    "customer_memo": ["Thank you, {customer}: {number} {{net}}"],
    "private_note": ["{number} {name} {contract} {customer} {description} {period}"],
    "custom_fields": [{"Contract": "{contract}"}],
    "tax_codes": [{"20": "20.0% S", "7.70": "7"}],
    "default_tax_percents": [[], ["14.975", 15, "5.0"]],
    "tax_tolerance": ["0.05", 0, 0.1, "1.00"],
    "total_tolerance": ["1"],
    "exchange_rates": [{"eur": "1.0862", "USD": 2}],
    "send_quantities": [False],
}
BAD: list[tuple[str, Any, str]] = [
    ("colour", "red", "not a key"),
    ("version", 2, "Version 2"),
    ("number_too_long", "cut", "stop, keep-start, keep-end"),
    ("date_missing", None, "one of"),
    ("due_date", ["crm"], "one of"),
    ("skip_zero_lines", "yes", "true or false"),
    ("send_terms", 1, "true or false"),
    ("terms", ["Net 30"], "pairs in braces"),
    ("terms", {"30 days": 30}, "text in quotes"),
    ("location_by", "project", "one of"),
    ("classes", {"*": None}, "text in quotes"),
    ("customer_memo", 5, "text in quotes"),
    ("customer_memo", "{colour}", "{colour}"),
    ("customer_memo", "{}", "not known"),
    ("customer_memo", "{0}", "not known"),
    ("customer_memo", "{number.__class__}", "not known"),
    ("customer_memo", "{number!r}", "not known"),
    ("customer_memo", "{number:>2000000000}", "not known"),
    ("private_note", "{number", "without its partner"),
    ("private_note", "number}", "without its partner"),
    ("custom_fields", {"Contract": "{x}"}, "custom_fields › Contract"),
    ("tax_codes", {"twenty": "S"}, "must be a number"),
    ("tax_codes", {"-1": "S"}, "not negative"),
    ("tax_tolerance", "five", "must be a number"),
    ("tax_tolerance", "-0.01", "not negative"),
    ("tax_tolerance", "NaN", "not negative"),
    ("tax_tolerance", "Infinity", "not negative"),
    ("tax_tolerance", "1.01", "1.00 at most"),
    ("tax_tolerance", "100000", "not rounding"),
    ("total_tolerance", 5, "1.00 at most"),
    ("default_tax_percents", "15", "percentages in brackets"),
    ("default_tax_percents", ["QC"], "must be a number"),
    ("total_tolerance", True, "must be a number"),
    ("total_tolerance", None, "must be a number"),
    ("exchange_rates", {"EUR": 0}, "not negative"),
    ("exchange_rates", {"EUR": "x"}, "exchange_rates › EUR"),
]


def test_every_key_is_tried_and_is_a_field_of_the_mapping() -> None:
    assert GOOD.keys() == KEYS.keys()
    assert {f.name for f in fields(Mapping)} == KEYS.keys() - {"version"}
    assert KEYS.keys() - {key for key, _, _ in BAD} <= {
        "send_email",
        "send_address",
        "locations",
        "class_by",
        "send_quantities",
    }


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, values in GOOD.items() for v in values])
def test_good_values_are_read(key: str, value: object) -> None:
    text = json.dumps({key: value})
    assert mapping_problems(text) == []
    assert read_mapping(text)


@pytest.mark.parametrize(("key", "value", "words"), BAD)
def test_mistakes_are_named(key: str, value: object, words: str) -> None:
    text = json.dumps({"version": 1, key: value})
    (problem,) = mapping_problems(text)
    assert words in problem
    assert problem.endswith(".")
    with pytest.raises(ValueError, match=r"\."):
        read_mapping(text)


@pytest.mark.parametrize(("text", "words"), [("{", "line 1"), ("[]", "object"), ('"x"', "object")])
def test_what_is_no_object_is_told(text: str, words: str) -> None:
    (problem,) = mapping_problems(text)
    assert words.casefold() in problem.casefold()


def test_all_mistakes_are_told_at_once() -> None:
    assert len(mapping_problems('{"a": 1, "b": 2, "terms": {"x": 1, "y": 2}}')) == 4


@pytest.mark.parametrize("text", ["", "  \n", "{}"])
def test_no_text_means_the_defaults(text: str) -> None:
    assert read_mapping(text) == Mapping()


def test_the_text_offered_to_people_means_the_defaults() -> None:
    assert read_mapping(default_mapping_text()) == Mapping()
    assert json.loads(default_mapping_text()).keys() == KEYS.keys()


def test_numbers_become_decimals_and_keys_comparable() -> None:
    mapping = read_mapping(
        '{"tax_tolerance": 0.1, "exchange_rates": {"eur": 1.0862}, "tax_codes": {"7.70": "R"}}'
    )
    assert mapping.tax_tolerance == Decimal("0.1")
    assert mapping.exchange_rates == {"EUR": Decimal("1.0862")}
    assert mapping.tax_codes == {"7.7": "R"}


@given(st.decimals(min_value=0, max_value=100, places=3))
def test_a_percentage_has_one_key(percent: Decimal) -> None:
    assert percent_key(percent) == percent_key(percent + Decimal("0.00000"))
    assert Decimal(percent_key(percent)) == percent
    assert "E" not in percent_key(percent)


@given(st.text(max_size=60))
def test_no_text_brings_the_reader_down(text: str) -> None:
    mapping_problems(text)
    mapping_problems(json.dumps({"customer_memo": text}))
    mapping_problems(json.dumps({"tax_codes": {text: "x"}, "exchange_rates": {"EUR": text}}))
