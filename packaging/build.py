"""Builds the package of this system: ``python packaging/build.py [--deb]``.

Builds with PyInstaller, removes what nobody needs, checks that nothing is in it that must not be,
lets the packaged program check itself, and says how large it is and how fast it starts. The same
source gives the same bytes: times come from SOURCE_DATE_EPOCH (default: the last commit).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from debian import build_deb
from icu_data import shrink
from pruning import GPL_ONLY_QT

ROOT = Path(__file__).resolve().parent.parent
NAME = "psaqb-desktop"
_NEVER_STRIPPED = re.compile(r"libsoftokn3|libfreebl|libnss")
"""NSS compares these with checksums that lie beside them."""
_GPL_LIBRARY = re.compile(r"libreadline|libgdbm")
"""Copied along by Python's own modules if one asks for them."""
_SECONDS = 180
"""After this the packaged program counts as hung."""


def main() -> int:
    """Build, check, measure."""
    arguments = _arguments()
    environment = dict(os.environ, PYTHONHASHSEED="1")
    environment.setdefault("SOURCE_DATE_EPOCH", _last_commit())
    folder = _build(arguments.output, environment)
    if sys.platform.startswith("linux"):
        _strip(folder)
        shrink(folder)
    if os.name != "nt":
        (folder / "psaqb").symlink_to(NAME)
    faults = list(_faults(folder))
    if faults:
        print("\n".join(["The package is not as it must be:", *faults]), file=sys.stderr)
        return 1
    size = _size(folder)
    _say(f"{folder}: {size / 1e6:.0f} MB ({size / 2**20:.0f} MiB) in {_count(folder)} files")
    _compare("--self-check", folder, times=1)
    _compare("--version", folder, times=7)
    if arguments.deb:
        epoch = int(environment["SOURCE_DATE_EPOCH"])
        deb = build_deb(folder, ROOT / "resources", arguments.output, _version(), epoch)
        _say(f"{deb}: {deb.stat().st_size / 1e6:.0f} MB")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deb", action="store_true", help="make a Debian package as well")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where the result goes")
    return parser.parse_args()


def _build(output: Path, environment: dict[str, str]) -> Path:
    shutil.rmtree(output / NAME, ignore_errors=True)
    if sys.platform == "win32":
        _write_windows_version()
    _run(
        sys.executable,
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--clean",
        "--log-level=ERROR",
        f"--distpath={output}",
        f"--workpath={ROOT / 'build'}",
        str(ROOT / "packaging" / "psaqb.spec"),
        env=environment,
    )
    return output / NAME


def _strip(folder: Path) -> None:
    """Remove symbol tables (Python's own library loses 17 MB); Qt's libraries have none."""
    files = [
        str(path)
        for path in folder.rglob("*.so*")
        if path.is_file()
        and not path.is_symlink()
        and "PySide6/Qt/" not in path.as_posix()
        and not _NEVER_STRIPPED.match(path.name)
    ]
    _run("strip", "--strip-unneeded", *files)


def _faults(folder: Path) -> Iterator[str]:
    """Tell what is missing, and what must not be given to others."""
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            yield f"{path} leads nowhere"
        if re.match(rf"(lib)?Qt6?({'|'.join(GPL_ONLY_QT)})", path.name):
            yield f"{path.name} belongs to a Qt module that is licensed under the GPL only"
        if _GPL_LIBRARY.match(path.name):
            yield f"{path.name} is licensed under the GPL"
        if path.name in {"PKG-INFO", "direct_url.json"} or path.suffix == ".pyc":
            yield f"{path} does not belong into a package"
    for wanted in (
        "QtWebEngineProcess*",
        "icudtl.dat",
        "en-US.pak",
        "psaqb-desktop.svg",
        "LGPL-3.0.txt",
        "PACKAGES.txt",
    ):
        if not any(folder.rglob(wanted)):
            yield f"{wanted} is missing"


def _compare(option: str, folder: Path, *, times: int) -> None:
    """Run the packaged program and the source alike; a failure of either ends the build."""
    packaged = _seconds([str(_program(folder)), option], times)
    source = _seconds([sys.executable, "-m", "psaqb_desktop", option], times)
    _say(f"{option}: packaged {packaged * 1000:.0f} ms, from source {source * 1000:.0f} ms")


def _seconds(command: list[str], times: int) -> float:
    measured = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as home:
            environment = _clean_environment(home)
            started = time.perf_counter()
            _run(*command, env=environment, timeout=_SECONDS, stdout=subprocess.DEVNULL)
            measured.append(time.perf_counter() - started)
    return statistics.median(measured)


def _clean_environment(home: str) -> dict[str, str]:
    """A user's environment: nothing of this checkout, its Python or its keyring."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PSAQB_", "QT"))}
    kept |= {"HOME": home, "PSAQB_DATA_DIR": str(Path(home) / "data")}
    if sys.platform.startswith("linux"):
        if not os.environ.get("DISPLAY"):
            kept["QT_QPA_PLATFORM"] = "offscreen"
        if os.geteuid() == 0:
            # Chromium refuses root with its sandbox; builders run as root, users do not.
            kept["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    return kept


def _program(folder: Path) -> Path:
    return folder / (f"{NAME}.exe" if os.name == "nt" else NAME)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _count(folder: Path) -> int:
    return sum(not path.is_dir() for path in folder.rglob("*"))


def _version() -> str:
    text = (ROOT / "psaqb_desktop" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+)"', text)
    if not found:
        raise SystemExit("psaqb_desktop/__init__.py names no version")
    return found[1]


def _write_windows_version() -> None:
    """Describe the programs to Windows. Not run yet on Windows."""
    numbers = (*map(int, re.findall(r"\d+", _version())[:3]), 0)
    strings = {
        "ProductName": "PSAQB Desktop",
        "FileDescription": "PSAQB Desktop",
        "FileVersion": _version(),
        "ProductVersion": _version(),
    }
    table = ", ".join(f"StringStruct({key!r}, {text!r})" for key, text in strings.items())
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "version_info.txt").write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),"
        f" kids=[StringFileInfo([StringTable('040904B0', [{table}])]),"
        " VarFileInfo([VarStruct('Translation', [1033, 1200])])])",
        encoding="utf-8",
    )


def _last_commit() -> str:
    answer = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "1700000000"


def _run(
    *command: str,
    env: dict[str, str] | None = None,
    timeout: float | None = None,
    stdout: int | None = None,
) -> None:
    try:
        subprocess.run(command, cwd=ROOT, env=env, timeout=timeout, stdout=stdout, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"{' '.join(command[:3])} …: {error}") from error


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
