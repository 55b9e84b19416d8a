"""Every port call of a push fails once, in every way its contract allows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fakes.gate import Death, Disturbance, Gate
from tests.simulation.disturbances import at_call, disturbances_of, now_and_then
from tests.simulation.push_scenario import Scenario


@pytest.mark.parametrize("replays_refusals", [False, True])
def test_a_push_survives_any_failed_call(folder: Path, *, replays_refusals: bool) -> None:
    clean = Gate()
    (folder / "clean").mkdir()
    Scenario.new(folder / "clean", replays_refusals=replays_refusals).first_run(clean)
    for number, call in enumerate(clean.calls, start=1):
        for which, disturbance in enumerate(disturbances_of(call)):
            label = f"call {number} ({call}): {_words(disturbance)}"
            place = folder / f"{number}-{which}"
            place.mkdir()
            scenario = Scenario.new(place, replays_refusals=replays_refusals)
            scenario.first_run(Gate(disturb=at_call(number, disturbance)), label)
            scenario.restart_and_finish(label)


@pytest.mark.parametrize("seed", range(8))
def test_a_push_survives_many_failed_calls_and_deaths(folder: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    clean = Gate()
    (folder / "clean").mkdir()
    Scenario.new(folder / "clean").first_run(clean)
    for round_ in range(25):
        label = f"seed {seed}, round {round_}"
        place = folder / f"{round_}"
        place.mkdir()
        scenario = Scenario.new(place, replays_refusals=chance.random() < 0.5)
        for _ in range(chance.randrange(1, 4)):
            scenario.first_run(_bad_day(chance, len(clean.calls)), label)
            scenario.settle_badly(_bad_day(chance, len(clean.calls)))
        scenario.restart_and_finish(label)


def _bad_day(chance: random.Random, length: int) -> Gate:
    """Return a gate with some failures, and perhaps a death."""
    likelihood = chance.choice((0.0, 0.05, 0.2))
    death = Death(chance.randrange(1, length + 1), chance.random() < 0.5)
    return Gate(
        disturb=now_and_then(chance, likelihood), death=death if chance.random() < 0.6 else None
    )


def _words(disturbance: Disturbance) -> str:
    when = "after" if disturbance.is_after else "before"
    return f"{type(disturbance.error).__name__} {when} its effect"
