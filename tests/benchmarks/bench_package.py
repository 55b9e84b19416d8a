"""The package: its size on disk and compressed, and how much later than the source it starts.

Takes the folder that PSAQB_PACKAGE names, or ``dist/psaqb-desktop``; the full scale builds it with
the Debian package where neither is there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import bench_start
from tests.benchmarks.report import Report, Scale
from tests.benchmarks.screen import NoScreenError, Screen

DISK_MB, COMPRESSED_MB, START_RATIO = 380, 120, 1.5
_ROOT = Path(__file__).resolve().parents[2]


def run(report: Report, scale: Scale) -> None:
    """Measure the package, and build it first where there is none."""
    folder = Path(os.environ.get("PSAQB_PACKAGE") or _ROOT / "dist" / "psaqb-desktop")
    if not folder.is_dir():
        if scale is Scale.SMOKE:
            report.add("package", "none is built")
            return
        subprocess.run([sys.executable, _ROOT / "packaging" / "build.py", "--deb"], check=True)
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6
    report.add(
        "on disk",
        f"{size:.0f} MB",
        against=f"{DISK_MB} MB",
        ratio=size / DISK_MB,
        wanted="<= 1",
    )
    for deb in folder.parent.glob("psaqb-desktop_*.deb"):
        packed = deb.stat().st_size / 1e6
        report.add(
            "compressed (.deb)",
            f"{packed:.0f} MB",
            against=f"{COMPRESSED_MB} MB",
            ratio=packed / COMPRESSED_MB,
            wanted="<= 1",
        )
    try:
        with Screen() as screen:
            _compare_starts(report, screen, folder, scale)
    except NoScreenError as error:
        report.add("start", str(error))


def _compare_starts(report: Report, screen: Screen, folder: Path, scale: Scale) -> None:
    packaged, source = bench_start.compared(
        screen, [str(folder / "psaqb-desktop")], bench_start.SOURCE, scale
    )
    report.add(
        "start to rows on the screen",
        f"{packaged * 1000:.0f} ms",
        against=f"from source, {source * 1000:.0f} ms",
        ratio=packaged / source,
        wanted=f"<= {START_RATIO}",
    )
