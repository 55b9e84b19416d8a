"""Runs benchmarks: ``python -m tests.benchmarks [--smoke] [NAME …]``; without a name it lists them.

A benchmark is a module ``bench_NAME.py`` beside this one with a function ``run(report, scale)``.
"""

# ruff: noqa: T201 - it talks to the person who started it
from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.report import Report, Scale

_PREFIX = "bench_"


def names() -> tuple[str, ...]:
    """Return the names of all benchmarks."""
    found = Path(__file__).parent.glob(f"{_PREFIX}*.py")
    return tuple(sorted(path.stem.removeprefix(_PREFIX) for path in found))


def run(name: str, scale: Scale) -> Report:
    """Run one benchmark and print its figures: those that it has, if it fails on its way."""
    module = importlib.import_module(f"tests.benchmarks.{_PREFIX}{name}")
    report = Report(name)
    try:
        module.run(report, scale)
    finally:
        report.print()
    return report


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks; return 2 for a name that is none."""
    scale = Scale.SMOKE if "--smoke" in arguments else Scale.FULL
    chosen = [argument for argument in arguments if not argument.startswith("-")]
    unknown = set(chosen) - set(names())
    if unknown or not chosen:
        print("Benchmarks:", ", ".join(names()))
        return 2 if unknown else 0
    for name in chosen:
        run(name, scale)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
