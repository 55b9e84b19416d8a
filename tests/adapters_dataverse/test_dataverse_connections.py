from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from psaqb_desktop.adapters.dataverse.schema import CONNECTION
from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    RequestRejectedError,
    SecretHiddenError,
    ServiceUnavailableError,
    StaleRecordError,
)
from psaqb_desktop.domain.identifiers import ConnectionId, RealmId
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm

_NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def _tokens(refresh_token: str) -> TokenAnswer:
    return TokenAnswer(
        access_token="short-lived",
        refresh_token=refresh_token,
        access_token_expires=_NOW + timedelta(hours=1),
        refresh_token_expires=_NOW + timedelta(days=101),
        received=_NOW,
        refresh_token_hard_expires=_NOW + timedelta(days=1825),
    )


def test_a_connection_comes_back_as_it_was_saved(ada: Desk) -> None:
    wanted = Connection(
        id=ConnectionId(str(uuid.uuid4())),
        name="Alder & Finch Ltd – „London“",
        legal_entity=f"GB-{uuid.uuid4()}",
        rules=(RoutingRule(RouteBy.OWNING_COMPANY, "GBSI"), RoutingRule(RouteBy.DEFAULT)),
        quickbooks_environment="sandbox",
        client_id="ABclient",
        access_token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        access_api_url="https://sandbox-quickbooks.api.intuit.com",
        realm_id=RealmId("9341450000000025"),
        company_name="Alder & Finch Ltd",
        country="GB",
        home_currency="GBP",
        mapping_text='{"version": 1}',
    )
    saved = ada.connections.save(wanted)
    assert replace(saved, version="") == wanted
    assert ada.connections.connection(wanted.id) == saved
    assert saved in ada.connections.connections()
    changed = ada.connections.save(replace(saved, name="Renamed", rules=(), mapping_text=""))
    assert (changed.name, changed.rules, changed.mapping_text) == ("Renamed", (), "")
    assert changed.version != saved.version


def test_a_change_by_somebody_else_is_not_overwritten(ada: Desk) -> None:
    first = ada.new_connection()
    ada.connections.save(replace(first, name="Changed elsewhere"))
    with pytest.raises(StaleRecordError):
        ada.connections.save(replace(first, name="Mine"))
    assert ada.connections.connection(first.id).name == "Changed elsewhere"


def test_a_mistyped_rule_is_a_problem_of_its_connection_only(ada: Desk) -> None:
    one, other = ada.new_connection(), ada.new_connection()
    ada.client.update(
        ada.tables.record(CONNECTION, one.id),
        {"psaqb_rules": "owning company GBSI\ndefault\n\n= Berlin"},
        if_match="*",
        select="psaqb_name",
        doing="typing as an administrator",
    )
    known = {c.id: c for c in ada.connections.connections()}
    assert known[other.id] == other
    mistyped = known[one.id]
    assert mistyped.rules == (RoutingRule(RouteBy.DEFAULT),)
    assert mistyped.unreadable_rules == ("owning company GBSI", "= Berlin")
    assert "“owning company GBSI”" in mistyped.routing_problem
    saved = ada.connections.save(replace(mistyped, name="Renamed"))
    assert saved.unreadable_rules == mistyped.unreadable_rules, "saving loses nobody's rule"
    assert ada.connections.save(replace(saved, unreadable_rules=())).routing_problem == ""


def test_a_connection_is_made_once(ada: Desk) -> None:
    first = ada.new_connection()
    with pytest.raises(StaleRecordError):
        ada.connections.save(replace(first, version=""))


def test_one_connection_for_each_legal_entity(ada: Desk) -> None:
    first = ada.new_connection()
    twin = replace(first, id=ConnectionId(str(uuid.uuid4())), version="")
    with pytest.raises(RequestRejectedError, match="a connection for the legal entity"):
        ada.connections.save(twin)


def test_credentials_are_stored_and_read(ada: Desk) -> None:
    connection = ada.new_connection()
    assert ada.connections.credentials(connection.id) == Credentials("", "")
    ada.connections.mark_sign_in_needed(ada.connections.connection(connection.id))
    stored = ada.connections.save_credentials(
        connection.id, client_secret="s3cret", tokens=_tokens("AB11-first")
    )
    assert stored.has_client_secret
    assert stored.has_refresh_token
    assert not stored.needs_sign_in
    assert stored.refresh_token_issued == _NOW
    assert stored.refresh_token_expires == _NOW + timedelta(days=101)
    assert stored.refresh_token_hard_expires == _NOW + timedelta(days=1825)
    assert ada.connections.credentials(connection.id) == Credentials("s3cret", "AB11-first")
    # Saving what people decide leaves the secrets alone.
    ada.connections.save(replace(stored, name="Renamed"))
    assert ada.connections.credentials(connection.id) == Credentials("s3cret", "AB11-first")


def test_a_new_refresh_token_clears_the_lease_in_the_same_write(ada: Desk) -> None:
    connection = ada.new_connection()
    ada.connections.save_credentials(connection.id, client_secret="s", tokens=_tokens("one"))
    leased = ada.connections.take_lease(
        ada.connections.connection(connection.id), holder="desk 1", until=_NOW
    )
    assert (leased.lease_holder, leased.lease_until) == ("desk 1", _NOW)
    after = ada.connections.store_tokens(
        ada.connections.connection(connection.id), _tokens("two"), is_lease_ours=True
    )
    assert (after.lease_holder, after.lease_until) == ("", None)
    assert ada.connections.credentials(connection.id) == Credentials("s", "two")


def test_a_token_is_not_stored_over_what_somebody_else_wrote(ada: Desk) -> None:
    connection = ada.new_connection()
    stale = ada.connections.connection(connection.id)
    current = ada.connections.take_lease(stale, holder="desk 2", until=_NOW)
    for write in (
        lambda: ada.connections.store_tokens(stale, _tokens("late"), is_lease_ours=True),
        lambda: ada.connections.mark_sign_in_needed(stale),
    ):
        with pytest.raises(StaleRecordError):
            write()
    assert ada.connections.connection(connection.id) == current
    assert ada.connections.credentials(connection.id).refresh_token == ""


def test_a_lease_of_somebody_else_outlives_a_stored_token(ada: Desk) -> None:
    connection = ada.new_connection()
    leased = ada.connections.take_lease(
        ada.connections.connection(connection.id), holder="desk 2", until=_NOW
    )
    after = ada.connections.store_tokens(leased, _tokens("two"), is_lease_ours=False)
    assert (after.lease_holder, after.lease_until) == ("desk 2", _NOW)
    credentials = ada.connections.credentials(connection.id)
    assert (credentials.refresh_token, credentials.issued) == ("two", _NOW)


def test_one_desk_at_a_time_gets_the_lease(crm: PracticeCrm, ada: Desk) -> None:
    connection = ada.new_connection()
    other = crm.desk("ada")
    mine, theirs = (
        ada.connections.connection(connection.id),
        other.connections.connection(connection.id),
    )
    ada.connections.take_lease(mine, holder="desk 1", until=_NOW)
    with pytest.raises(LeaseTakenError):
        other.connections.take_lease(theirs, holder="desk 2", until=_NOW)
    other.connections.release_lease(connection.id, holder="desk 2")
    assert ada.connections.connection(connection.id).lease_holder == "desk 1"
    ada.connections.release_lease(connection.id, holder="desk 1")
    assert ada.connections.connection(connection.id).lease_holder == ""


def test_a_lease_whose_answer_was_lost_is_known_to_be_ours(crm: PracticeCrm, ada: Desk) -> None:
    connection = ada.new_connection()
    crm.fault(fault="drop_after", method="PATCH", path="*psaqb_connections*")
    leased = ada.connections.take_lease(connection, holder="desk 1", until=_NOW)
    assert leased.lease_holder == "desk 1"


def test_a_lease_that_never_arrived_is_not_believed(crm: PracticeCrm, ada: Desk) -> None:
    connection = ada.new_connection()
    crm.fault(fault="drop_before", method="PATCH", path="*psaqb_connections*")
    with pytest.raises(ServiceUnavailableError):
        ada.connections.take_lease(connection, holder="desk 1", until=_NOW)
    assert ada.connections.connection(connection.id).lease_holder == ""


def test_a_refresh_token_gets_there_in_spite_of_lost_answers(crm: PracticeCrm, ada: Desk) -> None:
    connection = ada.new_connection()
    for fault in ("drop_before", "drop_after", "half_answer"):
        crm.fault(fault=fault, method="PATCH", path="*psaqb_connections*")
    ada.connections.store_tokens(
        ada.connections.connection(connection.id), _tokens("three"), is_lease_ours=True
    )
    assert ada.connections.credentials(connection.id).refresh_token == "three"


def test_disconnecting_forgets_the_token_and_keeps_the_rest(ada: Desk) -> None:
    connection = ada.new_connection()
    ada.connections.save_credentials(connection.id, client_secret="s", tokens=_tokens("one"))
    after = ada.connections.forget_tokens(connection.id)
    assert not after.has_refresh_token
    assert after.refresh_token_expires is None
    assert after.has_client_secret
    assert ada.connections.credentials(connection.id) == Credentials("s", "")


def test_a_secret_that_may_not_be_read_is_not_taken_for_none(crm: PracticeCrm, ada: Desk) -> None:
    connection = ada.new_connection()
    ada.connections.save_credentials(connection.id, client_secret="s", tokens=_tokens("one"))
    cleo = crm.desk("cleo")
    assert cleo.connections.connection(connection.id).has_refresh_token
    with pytest.raises(SecretHiddenError, match="may not read"):
        cleo.connections.credentials(connection.id)
    with pytest.raises(SecretHiddenError):
        cleo.connections.store_tokens(
            ada.connections.connection(connection.id), _tokens("two"), is_lease_ours=True
        )
    assert ada.connections.credentials(connection.id).refresh_token == "one"
