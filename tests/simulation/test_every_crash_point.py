"""Every point at which the program can die during a push, one after the other.

A clean run tells how many port calls there are. Then the program dies at each of them, before or
after its effect, is started again, settles, and pushes what is left.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.gate import Death, Gate
from tests.simulation.push_scenario import Scenario


@pytest.mark.parametrize("replays_refusals", [False, True])
def test_a_push_survives_death_at_every_call(folder: Path, *, replays_refusals: bool) -> None:
    clean = Gate()
    scenario = Scenario.new(_made(folder / "clean"), replays_refusals=replays_refusals)
    scenario.first_run(clean)
    scenario.restart_and_finish("clean run")
    assert len(clean.calls) > 20, clean.calls
    for call in range(1, len(clean.calls) + 1):
        for is_after in (False, True):
            label = (
                f"dies {'after' if is_after else 'before'} call {call} ({clean.calls[call - 1]})"
            )
            place = _made(folder / f"{call}-{is_after}")
            scenario = Scenario.new(place, replays_refusals=replays_refusals)
            gate = Gate(death=Death(call, is_after))
            scenario.first_run(gate)
            assert gate.is_dead, f"{label}: it did not die"
            assert gate.calls == clean.calls[:call], f"{label}: another way than the clean run"
            scenario.restart_and_finish(label)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
