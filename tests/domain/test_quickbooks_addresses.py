"""Each kind of environment has its own hosts, plain addresses, and its own connections."""

from __future__ import annotations

import pytest

from psaqb_desktop.domain.environment import Environment, EnvironmentKind, may_receive_secrets
from psaqb_desktop.domain.quickbooks_addresses import (
    address_problem,
    is_api_address,
    is_token_address,
    other_kind_problem,
)
from tests.fakes.examples import connection

KINDS = EnvironmentKind
LIVE_API = "https://quickbooks.api.intuit.com"
SANDBOX_API = "https://sandbox-quickbooks.api.intuit.com"
TOKEN = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
REVOKE = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"


def environment(kind: EnvironmentKind, *trusted: str) -> Environment:
    return Environment("e", kind, "https://crm.test", trusted_hosts=trusted)


@pytest.mark.parametrize(
    ("kind", "usable"),
    [
        (KINDS.PRODUCTION, {LIVE_API, TOKEN, REVOKE}),
        (KINDS.SANDBOX, {SANDBOX_API, TOKEN, REVOKE}),
        (KINDS.PRACTICE, set()),
    ],
)
def test_each_kind_reaches_its_own_hosts_only(kind: EnvironmentKind, usable: set[str]) -> None:
    everything = (LIVE_API, SANDBOX_API, TOKEN, REVOKE)
    assert {url for url in everything if may_receive_secrets(url, environment(kind))} == usable


@pytest.mark.parametrize("kind", [KINDS.SANDBOX, KINDS.PRACTICE])
def test_live_books_cannot_be_trusted_into_a_sandbox(kind: EnvironmentKind) -> None:
    where = environment(kind, "quickbooks.api.intuit.com:443")
    assert not may_receive_secrets(LIVE_API, where)
    assert not may_receive_secrets(f"{LIVE_API}:443/", where)


@pytest.mark.parametrize("tail", ["", "/", "/v3", "/v3/company", "/v3/company/", ":443/"])
def test_an_api_address_is_an_origin(tail: str) -> None:
    assert is_api_address(f" {LIVE_API}{tail} ", environment(KINDS.PRODUCTION))


@pytest.mark.parametrize(
    "tail",
    [
        "/v3/company/111/invoice?z=",
        "?",
        "/?z=",
        "#",
        "/#/v3",
        "/v3/company/111",
        "/v3/company/111/..",
        "/v2",
        "/%76%33/company/1",
        "/v3;x=1",
        "//evil.test",
        ":444",
    ],
)
def test_an_api_address_with_more_behind_it_is_none(tail: str) -> None:
    where = environment(KINDS.PRODUCTION)
    assert not is_api_address(LIVE_API + tail, where)
    assert "Access API URL" in address_problem(connection(access_api_url=LIVE_API + tail), where)


@pytest.mark.parametrize("tail", ["?", "?x=https://evil.test", "#x", "?x#y"])
def test_a_token_address_has_neither_query_nor_fragment(tail: str) -> None:
    where = environment(KINDS.PRODUCTION)
    assert is_token_address(TOKEN, where)
    assert not is_token_address(TOKEN + tail, where)
    problem = address_problem(connection(access_token_url=TOKEN + tail), where)
    assert "Access Token URL" in problem
    assert not is_token_address(TOKEN.replace("https://", "https://me@"), where)


def test_the_problem_of_an_address_is_named() -> None:
    where = environment(KINDS.SANDBOX)
    assert address_problem(connection(access_api_url=SANDBOX_API), where) == ""
    assert "sandbox environment" in address_problem(connection(access_api_url=LIVE_API), where)
    evil = address_problem(connection(access_api_url="https://evil.test"), where)
    assert "not one of Intuit's" in evil
    assert "not one of Intuit's" in address_problem(
        connection(access_token_url="https://[x"), where
    )


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("theirs", ["production", "sandbox", "practice"])
def test_a_connection_belongs_to_its_own_kind(kind: EnvironmentKind, theirs: str) -> None:
    problem = other_kind_problem(connection(quickbooks_environment=theirs), kind)
    assert (problem == "") is (theirs == kind.value)
    if problem:
        assert f"belongs to {theirs} QuickBooks" in problem
