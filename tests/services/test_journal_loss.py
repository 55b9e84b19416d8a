"""A computer whose journal is damaged or gone: the services know what became of its pushes."""

from __future__ import annotations

import pytest

from psaqb_desktop.adapters.journal.recovery import rebuild
from psaqb_desktop.domain.errors import JournalDamagedError, LeaseTakenError
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.journal_upkeep import JournalUpkeep
from tests.fakes.office import Machine, World, die_pushing

CALLS = ("records.write", "quickbooks.post")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("is_after", [False, True])
def test_a_lost_journal_costs_no_invoice_and_makes_none_twice(
    world: World, call: str, *, is_after: bool
) -> None:
    """The program dies in the middle of a push, and the disk with it."""
    machine = Machine(world.folder, "desk")
    invoice = world.add_invoice(1)
    die_pushing(world, machine, call, is_after=is_after)
    machine.journal_path.write_bytes(b"no journal any more" * 1000)
    with pytest.raises(JournalDamagedError):
        world.program(machine)
    rebuild(machine.journal_path, world.clock.now())

    program = world.program(machine)
    program.settle_all()
    # What was announced by nobody that is known counts as another desktop's: not touched yet.
    assert program.push_all() == () or call == "records.write"
    world.clock.advance(minutes=11)
    program.settle_all()
    program.push_all()
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert world.records.only(invoice.id).state is PostingState.POSTED
    program.close()


def test_what_can_be_read_is_settled_at_once(world: World) -> None:
    machine = Machine(world.folder, "desk")
    invoice = world.add_invoice(1)
    die_pushing(world, machine, "quickbooks.post", is_after=True)
    rebuild(machine.journal_path, world.clock.now())
    program = world.program(machine)
    (result,) = program.settle_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    program.close()


def test_nothing_is_recovered_while_another_program_pushes(world: World) -> None:
    machine = Machine(world.folder, "desk")
    program = world.program(machine)
    upkeep = JournalUpkeep(
        program.journal, alone=lambda: machine.locks.hold("pushes", timeout_seconds=0)
    )
    with machine.locks.hold("pushes", timeout_seconds=0), pytest.raises(LeaseTakenError):
        upkeep.recover()
    assert upkeep.recover().pushes == 0
    assert upkeep.verify() == 0
    program.close()
