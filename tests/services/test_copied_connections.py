"""A CRM copied from another one brings its connections along: they are refused everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.errors import WrongEnvironmentError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.services.connect_company import ConnectCompany
from tests.fakes import examples
from tests.fakes.office import Program, World

HERE = Environment("live", EnvironmentKind.PRODUCTION, "https://crm.test")


@pytest.fixture
def copied(world: World) -> Connection:
    """The office's production environment finds a connection of a sandbox in its CRM."""
    stored = world.connections.connection(examples.CONNECTION)
    world.connections.put(
        replace(stored, quickbooks_environment="sandbox"),
        refresh_token=world.authorization.newest,
        secret="secret",
    )
    return world.connections.connection(examples.CONNECTION)


def test_its_invoices_say_where_it_belongs(
    world: World, program: Program, copied: Connection
) -> None:
    world.add_invoice(1)
    (checked,) = program.check.run(program.rows())
    (finding,) = checked.findings
    assert (finding.cause, finding.is_blocker) == (Cause.NOT_CONNECTED, True)
    assert "This connection belongs to sandbox QuickBooks" in finding.message
    assert copied.name in finding.message
    assert program.push_checked((checked,)) == ()


def test_no_token_is_asked_for(world: World, program: Program, copied: Connection) -> None:
    before = world.authorization.newest
    for is_refused in (False, True):
        with pytest.raises(WrongEnvironmentError, match="belongs to sandbox"):
            program.tokens.token(copied, is_refused=is_refused)
    # A list read before the record changed says otherwise; the fresh record decides.
    with pytest.raises(WrongEnvironmentError):
        program.tokens.token(replace(copied, quickbooks_environment="production"))
    assert (world.authorization.newest, world.authorization.refreshes) == (before, 0)
    assert world.connections.connection(copied.id).lease_holder == ""


def test_a_kept_token_is_not_brought_to_it(
    world: World, program: Program, copied: Connection
) -> None:
    answer = world.authorization.exchange(
        copied, client_secret="secret", code="good", redirect_uri="https://x"
    )
    program.tokens.keep(copied, copied.realm_id, answer, before=None)
    before = world.connections.credentials(copied.id)
    assert program.tokens.heal([copied]) == 0
    assert world.connections.credentials(copied.id) == before


def test_nobody_signs_in_to_it_nor_revokes_its_grant(
    world: World, program: Program, copied: Connection
) -> None:
    connect = ConnectCompany(
        environment=HERE,
        connections=world.connections,
        gateway=world.authorization,
        tokens=program.tokens,
    )
    with pytest.raises(WrongEnvironmentError, match="belongs to sandbox") as caught:
        connect.begin(copied, client_secret="secret")
    assert "make a new one" in caught.value.remedy
    with pytest.raises(WrongEnvironmentError):
        connect.disconnect(copied)
    assert world.connections.credentials(copied.id).refresh_token == world.authorization.newest
