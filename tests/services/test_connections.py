"""Connections: edited, connected, refused, disconnected, looked after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from psaqb_desktop.domain.connection import Connection, ConnectionStatus, RouteBy, RoutingRule
from psaqb_desktop.domain.crm import CrmUser
from psaqb_desktop.domain.environment import INTUIT_TOKEN_URL, Environment, EnvironmentKind
from psaqb_desktop.domain.errors import (
    Cancelled,
    SecretStoreError,
    SettingsError,
    SignInNeededError,
    StaleRecordError,
    UnreadableAnswerError,
    UntrustedHostError,
    WrongCompanyError,
    WrongEnvironmentError,
)
from psaqb_desktop.domain.identifiers import ConnectionId, RealmId
from psaqb_desktop.domain.invoice import CrmReference, Routing
from psaqb_desktop.domain.listing import InvoiceList
from psaqb_desktop.domain.mapping import mapping_problems
from psaqb_desktop.services.connect_company import ConnectCompany
from psaqb_desktop.services.doctor import Doctor
from psaqb_desktop.services.edit_connection import EditConnection
from tests.fakes import examples
from tests.fakes.examples import crm_id
from tests.fakes.office import Program, World

ENVIRONMENT = Environment("prod", EnvironmentKind.PRODUCTION, "https://crm.test")
NEW_REALM = RealmId("777")


@dataclass
class Office:
    world: World
    program: Program
    connect: ConnectCompany
    edit: EditConnection

    def redirected(self, realm: str = NEW_REALM, code: str = "good") -> str:
        where = ENVIRONMENT.quickbooks_redirect_uri
        return f"{where}?code={code}&state=state-1&realmId={realm}"

    def unbound(self) -> Connection:
        made = replace(self.edit.new("Germany", "DE01"), client_id="client")
        return self.edit.save(made)


@pytest.fixture
def office(world: World, program: Program) -> Office:
    connect = ConnectCompany(
        environment=ENVIRONMENT,
        connections=world.connections,
        gateway=world.authorization,
        tokens=program.tokens,
    )
    edit = EditConnection(environment=ENVIRONMENT, connections=world.connections)
    return Office(world, program, connect, edit)


def test_the_first_sign_in_fills_the_record(office: Office) -> None:
    connection = office.unbound()
    request = office.connect.begin(connection, client_secret="secret")
    found = office.connect.finish(connection, request, office.redirected(), client_secret="secret")
    assert found.company.realm_id == NEW_REALM
    assert office.world.connections.refresh_tokens.get(connection.id, "") == "", "not confirmed yet"
    assert any(
        office.world.authorization.newest in s
        for s in office.program.machine.secrets.stored.values()
    ), "on disk as soon as it exists"
    bound = office.connect.confirm(found)
    assert bound.is_connected
    assert (bound.realm_id, bound.company_name, bound.home_currency) == (
        NEW_REALM,
        "Company 777",
        "GBP",
    )
    stored = office.world.connections.credentials(connection.id)
    assert (stored.client_secret, stored.refresh_token) == (
        "secret",
        office.world.authorization.newest,
    )
    assert bound.status(office.world.clock.now()) is ConnectionStatus.CONNECTED


def test_signing_in_again_uses_the_stored_secret(office: Office) -> None:
    connection = office.world.connections.connection(examples.CONNECTION)
    office.world.connections.mark_sign_in_needed(office.world.connections.connection(connection.id))
    connection = office.world.connections.connection(examples.CONNECTION)
    request = office.connect.begin(connection, client_secret="")
    found = office.connect.finish(
        connection, request, office.redirected(examples.REALM), client_secret=""
    )
    bound = office.connect.confirm(found)
    assert not bound.needs_sign_in
    assert office.program.tokens.token(bound)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": " "}, SettingsError),
        ({"access_token_url": "https://evil.test/"}, UntrustedHostError),
        ({"access_api_url": "http://quickbooks.api.intuit.com"}, UntrustedHostError),
        ({"access_api_url": "https://quickbooks.api.intuit.com:x"}, UntrustedHostError),
        ({"access_api_url": "https://quickbooks.api.intuit.com/v3?z="}, UntrustedHostError),
        ({"access_api_url": "https://sandbox-quickbooks.api.intuit.com"}, UntrustedHostError),
        ({"access_token_url": f"{INTUIT_TOKEN_URL}?x=1"}, UntrustedHostError),
        ({"quickbooks_environment": "sandbox"}, WrongEnvironmentError),
    ],
)
def test_no_browser_opens_for_a_connection_that_cannot_work(
    office: Office, changes: dict[str, str], error: type[Exception]
) -> None:
    connection = replace(office.unbound(), **changes)  # type: ignore[arg-type]
    with pytest.raises(error):
        office.connect.begin(connection, client_secret="secret")


def test_a_missing_secret_is_told_before_the_browser_opens(office: Office) -> None:
    with pytest.raises(SettingsError, match="Security Key"):
        office.connect.begin(office.unbound(), client_secret="")


def test_another_company_than_the_bound_one_is_refused_before_the_code_is_spent(
    office: Office,
) -> None:
    connection = office.world.connections.connection(examples.CONNECTION)
    request = office.connect.begin(connection, client_secret="")
    before = office.world.authorization.newest
    with pytest.raises(WrongCompanyError, match="Alder Finch UK"):
        office.connect.finish(connection, request, office.redirected("999"), client_secret="")
    assert office.world.authorization.newest == before


def test_a_company_has_one_connection(office: Office) -> None:
    connection = office.unbound()
    request = office.connect.begin(connection, client_secret="secret")
    with pytest.raises(WrongCompanyError, match="connected already, as UK"):
        office.connect.finish(
            connection, request, office.redirected(examples.REALM), client_secret="secret"
        )


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("?error=access_denied&state=state-1", Cancelled),
        ("?code=good&state=other&realmId=777", UnreadableAnswerError),
        ("?code=good&state=state-1", UnreadableAnswerError),
        ("?code=used&state=state-1&realmId=777", SignInNeededError),
    ],
)
def test_a_sign_in_that_fails_changes_nothing(
    office: Office, url: str, error: type[Exception]
) -> None:
    connection = office.unbound()
    request = office.connect.begin(connection, client_secret="secret")
    where = f"{ENVIRONMENT.quickbooks_redirect_uri}{url}"
    with pytest.raises(error):
        office.connect.finish(connection, request, where, client_secret="secret")
    assert office.world.connections.connection(connection.id) == connection
    assert office.program.machine.secrets.stored == {}


def test_a_locked_keyring_is_told_before_the_code_is_spent(office: Office) -> None:
    connection = office.unbound()
    request = office.connect.begin(connection, client_secret="secret")
    before = office.world.authorization.newest
    office.program.machine.secrets.is_locked = True
    with pytest.raises(SecretStoreError):
        office.connect.finish(connection, request, office.redirected(), client_secret="secret")
    assert office.world.authorization.newest == before


def test_a_wrong_company_is_forgotten_and_its_grant_revoked(office: Office) -> None:
    connection = office.unbound()
    request = office.connect.begin(connection, client_secret="secret")
    found = office.connect.finish(connection, request, office.redirected(), client_secret="secret")
    office.connect.reject(found)
    assert office.world.authorization.revoked == [found.tokens.refresh_token]
    assert office.program.machine.secrets.stored == {}


def test_a_disconnected_company_stays_bound_and_forgets_its_tokens(office: Office) -> None:
    connection = office.world.connections.connection(examples.CONNECTION)
    office.program.tokens.token(connection)
    cleared = office.connect.disconnect(connection)
    assert office.world.authorization.revoked == [office.world.authorization.newest]
    assert (cleared.realm_id, cleared.has_refresh_token) == (examples.REALM, False)
    assert office.program.machine.secrets.stored == {}
    assert cleared.status(office.world.clock.now()) is ConnectionStatus.NOT_CONNECTED


def test_a_new_connection_has_the_environments_addresses(office: Office) -> None:
    made = office.edit.new("Germany", "DE01")
    assert made.access_token_url == ENVIRONMENT.default_token_url
    assert made.access_api_url == ENVIRONMENT.default_api_url
    assert made.rules == (RoutingRule(RouteBy.OWNING_COMPANY, "DE01"),)
    assert made.version == ""


def test_a_connection_needs_a_name_and_a_legal_entity_of_its_own(office: Office) -> None:
    with pytest.raises(SettingsError):
        office.edit.save(office.edit.new(" ", "DE01"))
    with pytest.raises(SettingsError):
        office.edit.save(office.edit.new("Germany", ""))
    with pytest.raises(SettingsError, match="UK"):
        office.edit.save(office.edit.new("Again", "gb01"))


def test_somebody_elses_change_is_not_overwritten(office: Office) -> None:
    mine = office.world.connections.connection(examples.CONNECTION)
    office.edit.save(replace(mine, name="United Kingdom"))
    with pytest.raises(StaleRecordError):
        office.edit.save(replace(mine, name="Britain"))


def test_a_mapping_is_stored_only_if_it_is_sound(office: Office) -> None:
    connection = office.world.connections.connection(examples.CONNECTION)
    assert mapping_problems(office.edit.mapping_text(connection)) == []
    with pytest.raises(SettingsError, match="colour"):
        office.edit.save_mapping(connection, '{"colour": 1}')
    saved = office.edit.save_mapping(connection, '{"send_terms": false}')
    assert office.edit.mapping_text(saved) == '{"send_terms": false}'
    assert office.edit.check_mapping("{") != []


def test_connections_are_proposed_for_entities_that_have_none(office: Office) -> None:
    world = office.world
    german = CrmReference(crm_id("c1"), "Alder Finch GmbH", "DE01")
    french = CrmReference(crm_id("c2"), "Alder Finch SAS")
    berlin, shared = CrmReference(crm_id("u1"), "Berlin"), CrmReference(crm_id("u2"), "Shared")
    for n, (entity, unit) in enumerate(
        [(german, berlin), (german, shared), (french, shared), (french, None)], start=1
    ):
        routing = Routing(owning_company=entity, contracting_unit=unit)
        world.add_invoice(n, routing=routing)
    world.add_invoice(9)
    listed = InvoiceList(office.program.rows(), world.connections.connections(), world.clock.now())
    proposed = {c.legal_entity: c for c in office.edit.suggested(listed)}
    assert proposed.keys() == {"DE01", "Alder Finch SAS"}
    assert proposed["DE01"].rules == (
        RoutingRule(RouteBy.OWNING_COMPANY, "DE01"),
        RoutingRule(RouteBy.CONTRACTING_UNIT, "Berlin"),
        RoutingRule(RouteBy.LINE_UNIT, "Berlin"),
    )
    assert len(proposed["Alder Finch SAS"].rules) == 1


class FakeCrm:
    """CrmSignIn and Provisioner, as far as the doctor looks."""

    def __init__(self) -> None:
        self.is_signed_in = True
        self.is_there = True

    def who_am_i(self) -> CrmUser:
        if not self.is_signed_in:
            raise SignInNeededError("Nobody is signed in.", service="CRM")
        return CrmUser(crm_id("u"), "Ada")

    def is_set_up(self) -> bool:
        return self.is_there


def examine(office: Office, crm: FakeCrm) -> dict[str, tuple[bool, str]]:
    doctor = Doctor(
        environment=ENVIRONMENT,
        sign_in=crm,  # type: ignore[arg-type]
        provisioner=crm,  # type: ignore[arg-type]
        connections=office.world.connections,
        books=office.program.books,
        journal=office.program.journal,
        secrets=office.program.machine.secrets,
        clock=office.world.clock,
    )
    return {line.name: (line.is_ok, line.message + line.remedy) for line in doctor.run()}


def test_a_healthy_desk(office: Office) -> None:
    lines = examine(office, FakeCrm())
    assert all(ok for ok, _ in lines.values())
    assert "Company UK" in lines


def test_the_doctor_names_each_trouble_and_goes_on(office: Office) -> None:
    crm = FakeCrm()
    crm.is_signed_in = False
    office.program.machine.secrets.is_locked = True
    lines = examine(office, crm)
    assert [name for name, (ok, _) in lines.items() if not ok] == ["Secret store", "CRM sign-in"]
    assert "Company UK" not in lines
    crm.is_signed_in, crm.is_there = True, False
    assert not examine(office, crm)["CRM tables"][0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"access_api_url": "https://evil.test"}, "not one of Intuit's"),
        ({"access_token_url": f"{INTUIT_TOKEN_URL}#x"}, "Access Token URL"),
        ({"quickbooks_environment": "sandbox"}, "belongs to sandbox QuickBooks"),
        ({"unreadable_rules": ("owning company X",)}, "“owning company X”"),
        ({"needs_sign_in": True}, "Sign in again"),
        ({"mapping_text": "{"}, "not JSON"),
    ],
)
def test_the_doctor_looks_at_each_company(
    office: Office, changes: dict[str, object], words: str
) -> None:
    stored = office.world.connections.connection(examples.CONNECTION)
    office.world.connections.put(
        replace(stored, **changes),  # type: ignore[arg-type]
        refresh_token="r",
        secret="s",
    )
    ok, message = examine(office, FakeCrm())["Company UK"]
    assert not ok
    assert words in message


def test_days_left_are_told(office: Office) -> None:
    stored = office.world.connections.connection(examples.CONNECTION)
    ends = office.world.clock.now() + timedelta(days=30)
    office.world.connections.put(
        replace(stored, refresh_token_expires=ends, id=ConnectionId(stored.id)),
        refresh_token="r",
        secret="s",
    )
    assert "30 days left" in examine(office, FakeCrm())["Company UK"][1]
