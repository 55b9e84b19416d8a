"""A fixed share of the random schedules; ``python -m tests.simulation`` runs thousands of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.schedule import Outcome, run_schedule

SHARES = 20
SCHEDULES = 300


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_is_violated(folder: Path, share: int) -> None:
    for seed in range(1 + share, 1 + SCHEDULES, SHARES):
        outcome = _lived_through(folder, seed)
        assert not outcome.problem, (
            f"{outcome.trace}\n{outcome.problem}\npython -m tests.simulation --seed {seed}"
        )


def test_a_seed_has_one_history(folder: Path) -> None:
    first, second = (
        run_schedule(7, _made(folder / name), is_told=True) for name in ("first", "second")
    )
    assert first.trace == second.trace
    assert first.calls > 50


def _lived_through(folder: Path, seed: int) -> Outcome:
    return run_schedule(seed, _made(folder / str(seed)))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
