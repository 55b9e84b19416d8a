"""The start: from the process's beginning until rows of the kept list are on the screen.

Measured from outside, by the picture on a screen of our own, for the program with 10,000 kept
invoices and for a bare PySide6 window with a table of forty rows; in turns, warm.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.report import Report, Scale
from tests.benchmarks.screen import NoScreenError, Screen
from tests.fakes.kept_list import keep_list

WANTED_RATIO = 1.5
SOURCE = [sys.executable, "-m", "psaqb_desktop"]
BARE = [sys.executable, str(Path(__file__).with_name("bare_window.py"))]


def run(report: Report, scale: Scale) -> None:
    """Measure the start from source."""
    try:
        with Screen() as screen:
            program, bare = compared(screen, SOURCE, BARE, scale)
    except NoScreenError as error:
        report.add("start", str(error))
        return
    report.add(
        "start to rows on the screen",
        f"{program * 1000:.0f} ms",
        against=f"bare window, {bare * 1000:.0f} ms",
        ratio=program / bare,
        wanted=f"<= {WANTED_RATIO}",
    )


def compared(
    screen: Screen, one: Sequence[str], other: Sequence[str], scale: Scale
) -> tuple[float, float]:
    """Return the median seconds of two programs that are started in turns over the same list."""
    rows, times = (60, 1) if scale is Scale.SMOKE else (10_000, 9)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        keep_list(data, rows)
        environment = {
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "PSAQB_DATA_DIR": folder,
            "PSAQB_KEYRING_FILE": str(data / "keys"),
            "PSAQB_KEYRING_PASSPHRASE": "bench",
            # Compiled modules lie here, whatever this checkout's own habits are.
            "PYTHONPYCACHEPREFIX": str(data / "compiled"),
        }
        seconds: tuple[list[float], list[float]] = ([], [])
        for _turn in range(times + 1):
            for command, taken in zip((one, other), seconds, strict=True):
                taken.append(screen.seconds_to_table(command, environment))
        # The first turn warms: files are read, modules compiled.
        return statistics.median(seconds[0][1:]), statistics.median(seconds[1][1:])
