"""The grid with very many rows: single acts, and what stalls the main thread during runs.

The window runs in a process of its own (``grid_window``) on a screen of its own (Xvfb), or
offscreen where there is none. *Work* is what the main thread itself computed; *clock* also holds
what other programs of the machine took meanwhile, so that it says little on a busy machine. The
idle figure tells how busy it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.benchmarks.report import Report, Scale
from tests.benchmarks.screen import NoScreenError, Screen

LIMIT_MILLISECONDS = 50
_WANTED = f"<= {LIMIT_MILLISECONDS} ms"


def run(report: Report, scale: Scale) -> None:
    """Measure; the full scale takes some minutes."""
    sizes = ((300, 20),) if scale is Scale.SMOKE else ((100_000, 1000), (200_000, 1000))
    try:
        with Screen() as screen:
            report.add("screen", "Xvfb")
            for rows, changed in sizes:
                _add(report, rows, _measured(rows, changed, DISPLAY=screen.display))
    except NoScreenError:
        report.add("screen", "offscreen")
        for rows, changed in sizes:
            _add(report, rows, _measured(rows, changed, QT_QPA_PLATFORM="offscreen"))


def _measured(rows: int, changed: int, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.grid_window", str(rows), str(changed)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _add(report: Report, rows: int, figures: dict[str, Any]) -> None:
    name = f"{rows:,} rows"
    for act, one in figures["acts"].items():
        report.add(
            f"{name}: {act}",
            f"work {one['work']:.1f} ms, with what follows {one['with repaint']:.1f}, "
            f"clock {one['median']:.1f}",
            against=f"{LIMIT_MILLISECONDS} ms of work",
            ratio=one["work"] / LIMIT_MILLISECONDS,
            wanted="<= 1",
        )
    for what in ("idle", "load", "push", "pull", "typing a search"):
        one = figures[what]
        report.add(
            f"{name}: longest stall, {what}",
            f"work {one['work']:.1f} ms, clock {one['max']:.1f}, 99.9 % {one['p999']:.1f}",
            against=f"{LIMIT_MILLISECONDS} ms of work",
            ratio=one["work"] / LIMIT_MILLISECONDS,
            wanted="" if what == "idle" else "<= 1",
        )
    report.add(f"{name}: memory", f"{figures['bytes a row']:.0f} bytes a row")
