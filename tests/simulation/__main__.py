"""Random schedules by the thousand, or one of them with its whole story.

``python -m tests.simulation --schedules 10000 --from-seed 1`` uses all processors; the exit code
tells whether anything was violated. ``python -m tests.simulation --seed 17`` tells what happened.
"""

# ruff: noqa: T201 - it talks to the person who started it
from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.schedule import Outcome, run_schedule

_MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of durable writes, which here cost nothing
_AT_ONCE = 25
_TOLD_EVERY = 500


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="tell the story of one schedule")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--from-seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--until-violation", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        return _tell(chosen.seed)
    return _run_many(chosen)


def _tell(seed: int) -> int:
    outcome = run_one(seed, is_told=True)
    print(outcome.trace)
    print(f"\nseed {seed}: {outcome.problem or 'everything held'}")
    return 1 if outcome.problem else 0


def _run_many(chosen: argparse.Namespace) -> int:
    seeds = range(chosen.from_seed, chosen.from_seed + chosen.schedules)
    started = time.monotonic()
    groups = [seeds[first : first + _AT_ONCE] for first in range(0, len(seeds), _AT_ONCE)]
    bad: list[Outcome] = []
    done = calls = 0
    simulated = 0.0
    with ProcessPoolExecutor(chosen.processes) as pool:
        for outcomes in pool.map(run_group, groups):
            for outcome in outcomes:
                done, calls = done + 1, calls + outcome.calls
                simulated += outcome.simulated_seconds
                if outcome.problem:
                    bad.append(outcome)
                    last = outcome.problem.strip().splitlines()[-1]
                    print(f"seed {outcome.seed}: {last}", flush=True)
            if done % _TOLD_EVERY == 0:
                print(f"{done} schedules, {time.monotonic() - started:.0f} s", flush=True)
            if bad and chosen.until_violation:
                pool.shutdown(cancel_futures=True)
                break
    seconds = time.monotonic() - started
    print(
        f"{done} schedules, seeds {seeds[0]} to {seeds[0] + done - 1}: {len(bad)} with violations; "
        f"{calls} port calls, {simulated / 86400:.0f} simulated days, {seconds:.0f} s "
        f"({1000 * seconds / max(1, done):.1f} ms each)."
    )
    if bad:
        print(f"To repeat: python -m tests.simulation --seed {bad[0].seed}")
    return 1 if bad else 0


def run_group(seeds: Iterable[int]) -> list[Outcome]:
    return [run_one(seed) for seed in seeds]


def run_one(seed: int, *, is_told: bool = False) -> Outcome:
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        return run_schedule(seed, Path(folder), is_told=is_told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
