"""Plants one bug after the other in the program and tells which seed of the simulation catches it.

``python -m tests.simulation.planted_bugs [words of a row]`` works on copies in a temporary folder,
on as many at once as there are processors (``--processes`` chooses another number); the exit code
is the number of bugs that nobody noticed.
"""

# ruff: noqa: T201 - it talks to the person who started it
from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.simulation.planted_bug import Bug
from tests.simulation.planted_pull_bugs import PULL_BUGS
from tests.simulation.planted_push_bugs import PUSH_BUGS

BUGS = (*PUSH_BUGS, *PULL_BUGS)
ROOT = Path(__file__).parents[2]
PARTS = ("psaqb_desktop", "tests/fakes", "tests/simulation")
SCHEDULES = 500
_FIRST = re.compile(r"seed (\d+): (.*)")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.planted_bugs", description=__doc__
    )
    parser.add_argument("words", nargs="*", help="plant only the bugs whose row has one of these")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    words = options.words
    chosen = [bug for bug in BUGS if not words or any(word in bug.what for word in words)]
    with (
        tempfile.TemporaryDirectory(prefix="psaqb-planted-") as folder,
        ThreadPoolExecutor(options.processes) as pool,
    ):
        caught = list(pool.map(partial(_tell, Path(folder)), chosen))
    print(f"caught {sum(caught)} of {len(chosen)}")
    return caught.count(False)


def _tell(folder: Path, bug: Bug) -> bool:
    started = time.monotonic()
    found = catch(folder, bug, schedules=SCHEDULES)
    seconds = time.monotonic() - started
    if found is None:
        print(f"NOT CAUGHT  {bug.what} ({SCHEDULES} schedules, {seconds:.0f} s)", flush=True)
        return False
    seed, problem = found
    print(f"seed {seed:<6} {bug.what}: {problem} ({seconds:.0f} s)", flush=True)
    return True


def catch(folder: Path, bug: Bug, *, schedules: int) -> tuple[int, str] | None:
    """Return the first seed that catches a bug, and what it says; None where none does."""
    copy = folder / bug.what.replace(" ", "-").replace("/", "-")
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "psaqb_desktop" / bug.file
    path.write_text(planted(path.read_text(encoding="utf-8"), bug), encoding="utf-8")
    command = [sys.executable, "-m", "tests.simulation", "--until-violation", "--processes", "1"]
    run = subprocess.run(
        [*command, "--schedules", str(schedules)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(copy)
    match = _FIRST.search(run.stdout)
    if match is None and run.returncode != 0:
        raise SystemExit(f"{bug.what}: {run.stdout}{run.stderr}")
    return (int(match.group(1)), match.group(2)[:150]) if match else None


def planted(text: str, bug: Bug) -> str:
    """Return the text of a file with the bug in it.

    Raises:
        ValueError: the file has changed, so that the bug fits no more, or not in one place only.
    """
    if text.count(bug.old) != 1:
        msg = f"{bug.file} holds the text of “{bug.what}” {text.count(bug.old)} times, not once"
        raise ValueError(msg)
    return text.replace(bug.old, bug.new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
