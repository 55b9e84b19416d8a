"""Routing: which legal entity an invoice belongs to. Never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.findings import Cause, Finding
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.invoice import CrmReference, Routing
from psaqb_desktop.domain.routing import Routes, route
from tests.fakes import examples
from tests.fakes.examples import crm_id

UK_CO = CrmReference(crm_id("1"), "Alder Finch Ltd", "GB01")
DE_CO = CrmReference(crm_id("2"), "Alder Finch GmbH", "DE01")
LONDON, BERLIN = CrmReference(crm_id("3"), "London"), CrmReference(crm_id("4"), "Berlin")


def connection(name: str, *rules: tuple[RouteBy, str]) -> Connection:
    return examples.connection(
        id=ConnectionId(name), name=name, rules=tuple(RoutingRule(*rule) for rule in rules)
    )


UK = connection(
    "UK",
    (RouteBy.OWNING_COMPANY, "gb01"),
    (RouteBy.CONTRACTING_UNIT, "London"),
    (RouteBy.LINE_UNIT, "London"),
    (RouteBy.BUSINESS_UNIT, "3"),
)
DE = connection(
    "DE",
    (RouteBy.OWNING_COMPANY, "Alder Finch GmbH"),
    (RouteBy.CONTRACTING_UNIT, "BERLIN"),
    (RouteBy.LINE_UNIT, "Berlin"),
)
REST = connection("Rest", (RouteBy.DEFAULT, ""))


def routed(routing: Routing, *connections: Connection) -> str:
    found = route(examples.invoice(1, routing=routing), connections or (UK, DE))
    return found.name if isinstance(found, Connection) else "finding"


@pytest.mark.parametrize(
    ("routing", "name"),
    [
        (Routing(owning_company=UK_CO), "UK"),  # by code, in another case
        (Routing(owning_company=DE_CO), "DE"),  # by name
        (Routing(contracting_unit=BERLIN), "DE"),
        (Routing(line_units=(BERLIN, BERLIN)), "DE"),
        (Routing(business_unit=LONDON), "UK"),  # by key
        (Routing(owning_company=UK_CO, contracting_unit=BERLIN), "UK"),
        (Routing(contracting_unit=LONDON, line_units=(BERLIN,)), "UK"),
        (Routing(line_units=(LONDON, BERLIN)), "finding"),
        (Routing(line_units=(LONDON, CrmReference(crm_id("9"), "Paris"))), "finding"),
        (Routing(), "finding"),
    ],
)
def test_facts_are_tried_in_their_order(routing: Routing, name: str) -> None:
    assert routed(routing) == name


def test_the_default_takes_what_nobody_claims() -> None:
    assert routed(Routing(), UK, REST) == "Rest"
    assert routed(Routing(owning_company=UK_CO), UK, REST) == "UK"


def test_lines_of_several_entities_are_not_swept_into_the_default() -> None:
    assert routed(Routing(line_units=(LONDON, BERLIN)), UK, DE, REST) == "finding"


def test_two_connections_that_claim_the_same_are_a_finding_that_names_both() -> None:
    rival = connection("Rival", (RouteBy.OWNING_COMPANY, "GB01"))
    found = route(examples.invoice(1, routing=Routing(owning_company=UK_CO)), (UK, rival))
    assert isinstance(found, Finding)
    assert found.cause is Cause.NO_ROUTE
    assert "Rival and UK" in found.message


def test_two_defaults_are_a_finding() -> None:
    assert routed(Routing(), REST, connection("Other", (RouteBy.DEFAULT, ""))) == "finding"


def test_an_empty_rule_matches_nothing() -> None:
    """A company without a code must not match a rule whose value was left empty."""
    empty = connection("Empty", (RouteBy.OWNING_COMPANY, ""), (RouteBy.BUSINESS_UNIT, ""))
    nameless = CrmReference(crm_id("7"), "", "")
    assert routed(Routing(owning_company=nameless, business_unit=nameless), empty) == "finding"


def test_the_finding_says_where_the_invoice_comes_from() -> None:
    found = route(examples.invoice(1, routing=Routing(contracting_unit=BERLIN)), (UK,))
    assert isinstance(found, Finding)
    assert "contracting unit Berlin" in found.message
    assert found.is_blocker


def test_no_connection_at_all_is_a_finding() -> None:
    assert isinstance(route(examples.invoice(1), ()), Finding)


MISTYPED = replace(connection("FR"), unreadable_rules=("owning company FR01",))


def test_a_mistyped_rule_stops_only_what_nothing_else_claims() -> None:
    everybody = (UK, DE, MISTYPED, REST)
    assert routed(Routing(owning_company=UK_CO), *everybody) == "UK"
    assert routed(Routing(), UK, DE, REST) == "Rest"
    found = route(examples.invoice(1, routing=Routing()), everybody)
    assert isinstance(found, Finding), "the default would be a guess"
    assert (found.cause, found.is_blocker) == (Cause.NO_ROUTE, True)
    assert "“owning company FR01”" in found.message
    assert "FR" in found.message


WORDS = st.sampled_from(["", "GB01", "gb01", "London", "Berlin"])
FACTS = st.none() | st.builds(CrmReference, WORDS, WORDS, WORDS)
RULES = st.tuples(st.sampled_from(RouteBy), WORDS)
ROUTINGS = st.builds(
    Routing, FACTS, FACTS, st.lists(FACTS.filter(bool), max_size=2).map(tuple), FACTS
)


@given(rules=st.lists(st.lists(RULES, max_size=3), max_size=3), routings=st.lists(ROUTINGS))
def test_many_invoices_are_routed_as_each_alone(
    rules: list[list[tuple[RouteBy, str]]], routings: list[Routing]
) -> None:
    connections = [connection(f"C{place}", *each) for place, each in enumerate(rules)]
    invoices = [examples.invoice(n, routing=each) for n, each in enumerate(routings + routings)]
    routes = Routes(connections)

    assert [routes.find(each) for each in invoices] == [route(i, connections) for i in invoices]
