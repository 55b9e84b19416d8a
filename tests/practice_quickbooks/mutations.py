"""Breaks practice QuickBooks in one way after the other and tells which the tests notice.

``python -m tests.practice_quickbooks.mutations [words of a row]`` works on copies in a temporary
folder; the exit code is the number of breakages that nobody noticed.
"""

# ruff: noqa: T201 - it talks to the person who started it
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.practice_quickbooks.mutation_rows import MUTATIONS, Mutation

ROOT = Path(__file__).parents[2]
FOLDER = Path("tests/practice_quickbooks")
SOURCE = Path("psaqb_desktop/practice/quickbooks")
_AT_ONCE = 2


def main(words: list[str]) -> int:
    """Runs the rows that hold one of the words, all without words."""
    chosen = [row for row in MUTATIONS if not words or any(word in row.what for word in words)]
    with tempfile.TemporaryDirectory(prefix="psaqb-mutations-") as folder:
        sound = _copy(Path(folder) / "sound")
        files = sorted({_file_of(row.tests) for row in chosen})
        if _fails(sound, *files):
            print("The tests fail without any breakage.")
            return len(chosen)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            noticed = list(pool.map(lambda row: _is_noticed(Path(folder), row), chosen))
    missed = [row.what for row, was in zip(chosen, noticed, strict=True) if not was]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} breakages were noticed.")
    for what in missed:
        print(f"  not noticed: {what}")
    return len(missed)


def _is_noticed(folder: Path, row: Mutation) -> bool:
    copy = _copy(folder / row.what.replace(" ", "-"))
    path = copy / SOURCE / f"{row.file}.py"
    text = path.read_text(encoding="utf-8")
    if text.count(row.old) != 1:
        raise SystemExit(f"{row.file} holds {row.old!r} {text.count(row.old)} times, not once")
    path.write_text(text.replace(row.old, row.new), encoding="utf-8")
    noticed = _fails(copy, _file_of(row.tests)) or _fails(copy, str(FOLDER))
    print(f"{'noticed    ' if noticed else 'NOT NOTICED'} {row.what}", flush=True)
    shutil.rmtree(copy)
    return noticed


def _copy(target: Path) -> Path:
    # The list's own test compares the rows with the source, and would notice any breakage.
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "test_qbo_behaviours_list.py")
    for part in ("psaqb_desktop", str(FOLDER)):
        shutil.copytree(ROOT / part, target / part, ignore=ignored)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/__init__.py"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, target / name)
    return target


def _fails(copy: Path, *tests: str) -> bool:
    """Whether a test fails; anything but tests that fail or pass is an error of this script."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode not in {0, 1}:
        raise SystemExit(run.stdout + run.stderr)
    return run.returncode == 1


def _file_of(name: str) -> str:
    return str(FOLDER / f"test_qbo_{name}.py")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
