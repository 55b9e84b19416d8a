"""Two desktops push, die, restart and settle at once, in orders that seeds decide."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from psaqb_desktop.domain.errors import AppError
from tests.fakes.gate import Death, Gate, KilledError
from tests.fakes.office import Machine
from tests.simulation.disturbances import now_and_then
from tests.simulation.push_scenario import Scenario
from tests.simulation.turns import SeededTurns

SCHEDULES = 500
CALLS = 30
"""About as many as a push of the scenario makes; deaths beyond the end do not happen."""


@pytest.mark.parametrize("batch", range(10))
def test_two_desktops_post_each_invoice_once(folder: Path, batch: int) -> None:
    for seed in range(batch, SCHEDULES, 10):
        place = folder / str(seed)
        place.mkdir()
        _live_through(place, seed)


def _live_through(place: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    label = f"seed {seed}"
    scenario = Scenario.new(place, replays_refusals=chance.random() < 0.5)
    scenario.world.ledger.forgets_request_ids = chance.random() < 0.3
    desks = [scenario.machine, Machine(place, "other")]
    for _ in range(chance.randrange(1, 4)):
        turns = SeededTurns(chance)
        turns.run({desk.name: _day(scenario, desk, chance, turns, label) for desk in desks})
        if chance.random() < 0.3:
            _change_an_invoice(scenario, chance)
        scenario.world.clock.advance(minutes=chance.choice((0, 1, 11)))
    scenario.finish_on_all(desks, label)


def _day(
    scenario: Scenario, desk: Machine, chance: random.Random, turns: SeededTurns, label: str
) -> Callable[[], None]:
    """Return a start of the program that settles, pushes, and ends well or badly."""
    death = Death(chance.randrange(1, CALLS), chance.random() < 0.5)
    own = random.Random(chance.random())  # noqa: S311
    gate = Gate(
        desk.name,
        death=death if chance.random() < 0.5 else None,
        disturb=now_and_then(own, chance.choice((0.0, 0.0, 0.05))),
        turns=turns,
    )
    settles_first = chance.random() < 0.8

    def live() -> None:
        program = scenario.program(gate, desk)
        try:
            if settles_first:
                program.settle_all()
            program.push_all()
        except KilledError:
            assert gate.is_dead, label
        except AppError:
            assert not gate.is_dead, label
        finally:
            program.close()

    return live


def _change_an_invoice(scenario: Scenario, chance: random.Random) -> None:
    """Change something that goes along: the draft has another digest from now on."""
    invoices = scenario.world.invoices
    invoice_id = chance.choice(list(scenario.ids.values()))
    invoices.stored[invoice_id] = replace(
        invoices.stored[invoice_id], email=f"{chance.randrange(99)}@example.test"
    )
