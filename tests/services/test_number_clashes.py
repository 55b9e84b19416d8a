"""Shortened numbers that have become the same are found before anything is sent."""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.invoice import Invoice
from tests.fakes import examples
from tests.fakes.office import Program, World

LONG = "PSA-2026-LONDON-PROJ-"
"""21 characters: all that is kept of a longer number."""


def add(world: World, number: int, tail: str) -> Invoice:
    line = examples.line("100.00", "20.00")
    invoice = replace(examples.invoice(number, line), number=f"{LONG}{tail}")
    world.invoices.add(invoice, line)
    return invoice


def keep_start(world: World) -> None:
    connection = world.connections.connection(examples.CONNECTION)
    world.connections.put(
        replace(connection, mapping_text='{"number_too_long": "keep-start"}'),
        refresh_token=world.authorization.newest,
        secret="secret",
    )


def test_two_invoices_of_a_selection_do_not_share_a_number(world: World, program: Program) -> None:
    keep_start(world)
    for number, tail in ((1, "001"), (2, "002")):
        add(world, number, tail)
    world.add_invoice(3)
    heard: list[Checked] = []
    checked = program.check.run(program.rows(), on_checked=heard.append)
    causes = [[f.cause for f in one.findings if f.is_blocker] for one in checked]
    assert causes == [[Cause.NUMBER_TAKEN], [Cause.NUMBER_TAKEN], []]
    assert f"{LONG}002" in checked[0].findings[-1].message
    assert heard[3:] == list(checked[:2]), "told again with their finding"


def test_a_number_that_is_posted_already_is_taken(world: World, program: Program) -> None:
    keep_start(world)
    first = add(world, 1, "001")
    (result,) = program.push_all(first.id)
    assert result.state.is_posted
    second = add(world, 2, "002")
    row = next(r for r in program.rows() if r.invoice.id == second.id)
    (checked,) = program.check.run([row])
    assert [f.cause for f in checked.findings] == [Cause.NUMBER_TAKEN]
    assert "in QuickBooks already" in checked.findings[0].message
    assert not checked.is_ready
    own = next(r for r in program.rows() if r.invoice.id == first.id)
    (again,) = program.check.run([own])
    assert Cause.NUMBER_TAKEN not in [f.cause for f in again.findings], "its own number"
