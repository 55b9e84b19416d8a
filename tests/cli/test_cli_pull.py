"""The pull's exit code, for a scheduler that reads no texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK, SETTINGS
from psaqb_desktop.cli.main import run
from psaqb_desktop.cli.office import Office
from psaqb_desktop.domain.identifiers import ConnectionId, RealmId
from psaqb_desktop.domain.push import PostedDocument
from tests.fakes import examples
from tests.fakes.office import Program, World


def pull(program: Program, *arguments: str) -> int:
    """Run the command over the program of the test."""
    listed = SimpleNamespace(connections=program.world.connections.connections())
    listing = SimpleNamespace(run=lambda: listed, catch_up=lambda: None)
    desk = SimpleNamespace(pull_changes=program.pull, list_invoices=listing)
    office: Any = SimpleNamespace(open_desk=lambda _environment_name: desk)
    return run(["pull", *arguments], lambda _data_dir: cast(Office, office))


def _pay(world: World, document: PostedDocument) -> None:
    world.ledger.receive({document.id: "20.00"}, day=date(2026, 9, 20))


def _void(world: World, document: PostedDocument) -> None:
    world.ledger.void(document)


def _delete(world: World, document: PostedDocument) -> None:
    world.ledger.delete(document)


def _lose_the_connection(world: World, _: PostedDocument) -> None:
    world.connections.mark_sign_in_needed(world.connections.connection(examples.CONNECTION))


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (_pay, OK),
        (_void, NEEDS_ATTENTION),
        (_delete, NEEDS_ATTENTION),
        (_lose_the_connection, NEEDS_ATTENTION),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_what_a_person_has_to_look_at_is_told_by_the_code(
    world: World,
    program: Program,
    happens: Callable[[World, PostedDocument], None],
    code: int,
    arguments: tuple[str, ...],
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    assert pull(program, *arguments) == OK
    world.clock.advance(hours=1)
    (document,) = world.ledger.all_of(invoice.id)
    happens(world, document)
    assert pull(program, *arguments) == code


def test_a_named_company_that_was_never_connected_is_refused(
    world: World, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = examples.connection(
        id=ConnectionId("c0000000-0000-4000-8000-000000000009"),
        name="Planned",
        legal_entity="PL01",
        realm_id=RealmId(""),
    )
    world.connections.put(planned)
    assert pull(program, "--company", "PL01") == SETTINGS
    assert "Planned is not connected to a QuickBooks company yet." in capsys.readouterr().err
    assert pull(program, "--company", "GB01") == OK
    assert pull(program) == OK
