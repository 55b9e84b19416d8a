"""Suggesting links: Unicode, legal forms, currencies, and when one click is safe."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.links import (
    Candidate,
    LinkKind,
    LinkWish,
    Suggestion,
    normalised,
    suggest,
)
from tests.fakes.examples import qid


def candidate(number: int, name: str, **changes: Any) -> Candidate:
    return Candidate(qid(number), name, **changes)


def wish(suggestions: tuple[Suggestion, ...]) -> LinkWish:
    return LinkWish(RealmId("1"), LinkKind.CUSTOMER, "key", "name", 1, suggestions)


def scores(name: str, *names: str) -> list[int]:
    found = suggest(name, [candidate(n, each) for n, each in enumerate(names)])
    return [s.score for s in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller GmbH", "MULLER"),
        ("Société Générale", "Societe Generale"),
        ("Łódź Trade Co.", "łódź trade"),
        ("Straße & Söhne AG", "STRASSE SOHNE"),
        ("株式会社テスト", "株式会社テスト"),  # full and half width
        ("O’Brien, Ltd", "o'brien ltd."),
        ("Fabrikam, Inc.", "fabrikam"),
    ],
)
def test_spelling_makes_no_difference_but_is_not_certain(one: str, other: str) -> None:
    (found,) = suggest(one, [candidate(1, other)])
    assert found.score >= 90
    if one.casefold() != other.casefold():
        assert not wish((found,)).is_certain


def test_a_name_of_legal_forms_only_keeps_them() -> None:
    assert normalised("Co AG") == "co ag"
    assert scores("Co AG", "Limited") == []


@pytest.mark.parametrize("name", ["…", "–", "", "  "])
def test_names_without_letters_resemble_nothing(name: str) -> None:
    assert scores(name, "!!!", "Fabrikam") == []


@given(st.text(min_size=1, max_size=20))
def test_the_same_name_is_certain_in_any_form(name: str) -> None:
    found = suggest(name, [candidate(1, name), candidate(2, "Something else entirely")])
    assert wish(found).is_certain
    composed = unicodedata.normalize("NFC", name)
    assert normalised(composed) == normalised(unicodedata.normalize("NFD", composed))


def test_two_of_the_same_name_are_not_certain() -> None:
    found = suggest("Fabrikam", [candidate(1, "Fabrikam"), candidate(2, "FABRIKAM")])
    assert [s.score for s in found] == [100, 100]
    assert not wish(found).is_certain


def test_the_same_email_ranks_below_the_same_name() -> None:
    candidates = [
        candidate(1, "Contoso", email="AP@fabrikam.test"),
        candidate(2, "Fabrikam"),
        candidate(3, "Fabricam"),
    ]
    found = suggest("Fabrikam", candidates, email="ap@fabrikam.test")
    assert [(s.candidate.id, s.score) for s in found][:2] == [("2", 100), ("1", 95)]


def test_a_customer_in_another_currency_is_never_certain() -> None:
    candidates = [
        candidate(1, "Fabrikam", currency="USD"),
        candidate(2, "Fabrikam (EUR)", currency="EUR"),
    ]
    found = suggest("Fabrikam", candidates, currency="EUR")
    assert found[0].candidate.id == "2"
    assert (found[1].score, found[1].reason) == (60, "kept in USD, not EUR")
    assert not wish(found).is_certain
    one = suggest("Fabrikam", candidates[:1], currency="EUR")
    assert not wish(one).is_certain


def test_the_currency_decides_between_namesakes() -> None:
    candidates = [
        candidate(1, "Fabrikam", currency="USD"),
        candidate(2, "Fabrikam", currency="EUR"),
    ]
    found = suggest("Fabrikam", candidates, currency="EUR")
    assert found[0].candidate.id == "2"
    assert wish(found).is_certain


def test_inactive_ones_are_not_offered_and_five_are_enough() -> None:
    many = [candidate(n, "Fabrikam") for n in range(9)]
    assert len(suggest("Fabrikam", many)) == 5
    assert suggest("Fabrikam", [Candidate(qid(1), "Fabrikam", is_active=False)]) == ()


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=8))
def test_suggestions_are_ranked_and_none_is_poor(name: str, names: list[str]) -> None:
    found = scores(name, *names)
    assert found == sorted(found, reverse=True)
    assert all(55 <= score <= 100 for score in found)
