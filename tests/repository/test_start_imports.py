"""The first window does not wait for libraries that it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.kept_list import keep_list

HEAVY = (
    "requests",
    "urllib3",
    "authlib",
    "joserfc",
    "keyring",
    "cryptography",
    "truststore",
    "tomlkit",
    "flask",
    "waitress",
    "lark",
    "odata_query",
    "click",
    "PySide6.QtWebEngineCore",
    "PySide6.QtWebEngineWidgets",
)
LOOK = f"""
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print("heavy:", *heavy)
"""


def _heavy_after(script: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}\n{LOOK}"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PSAQB_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("heavy:")]
    return line.split()[1:]


@pytest.mark.parametrize(
    "module",
    [
        "psaqb_desktop.__main__",
        "psaqb_desktop.window",
        "psaqb_desktop.bootstrap",
        "psaqb_desktop.adapters.cache",
        "psaqb_desktop.adapters.journal",
        "psaqb_desktop.adapters.secrets",
        "psaqb_desktop.adapters.settings.environments",
    ],
)
def test_importing_pulls_nothing_heavy(module: str, tmp_path: Path) -> None:
    assert _heavy_after(f"import {module}", tmp_path) == []


def test_telling_the_version_loads_no_qt(tmp_path: Path) -> None:
    script = """
from psaqb_desktop.__main__ import main
try:
    main(["--version"])
except SystemExit as done:
    assert not done.code
assert "PySide6" not in sys.modules
"""
    assert _heavy_after(script, tmp_path) == []


def test_the_look_sees_what_is_loaded(tmp_path: Path) -> None:
    assert _heavy_after("import requests", tmp_path) == ["requests", "urllib3"]


FIRST_PAINT = """
from psaqb_desktop import window
assert not window.unsound_pair(window._pyside_version(), sys.version_info[:2])
app = window._open_application()
first = window._first_window(app, None, "")
assert first is not None
assert first.page.model.rowCount() > 0
"""
"""What a start does before it loads anything else: the window with the first kept rows."""


LATER = (
    *("argparse", "asyncio", "difflib", "hashlib", "qasync", "typing_extensions", "uuid"),
    *("psaqb_desktop.bootstrap", "psaqb_desktop.services.desk", "psaqb_desktop.ui.dialogs"),
    *(
        f"psaqb_desktop.domain.{name}"
        for name in ("checked", "credentials", "draft", "invoice_line", "links", "mapping", "push")
    ),
    *(
        f"psaqb_desktop.ui.invoices.{name}"
        for name in ("detail_panel", "empty_state", "notice", "presenter", "problems_panel")
    ),
)
"""What is not seen of the first paint, or not worked with before it."""
FLAGS = {"Preset": "QGradient", "Role": "QAccessible", "StandardPixmap": "QStyle"}
"""A name of flags of each class whose flags take PySide long to make."""


def test_the_first_paint_pulls_nothing_heavy(tmp_path: Path) -> None:
    keep_list(tmp_path, 60)
    script = f"""
early = [name for name in {LATER!r} if name in sys.modules]
assert not early, early
"""

    assert _heavy_after(FIRST_PAINT + script, tmp_path) == []


def test_the_first_paint_touches_no_class_with_hundreds_of_flags(tmp_path: Path) -> None:
    keep_list(tmp_path, 60)
    watch = """
import enum
made = []
create = enum.EnumType._create_
def watched(kind, name, *rest, **named):
    made.append(name)
    return create(kind, name, *rest, **named)
enum.EnumType._create_ = watched
"""
    look = f"""
assert "AlignmentFlag" in made
touched = [owner for name, owner in {FLAGS!r}.items() if name in made]
assert not touched, touched
from PySide6.QtWidgets import QStyle
QStyle.StandardPixmap.SP_DirIcon
assert "StandardPixmap" in made
"""

    assert _heavy_after(watch + FIRST_PAINT + look, tmp_path) == []


def test_no_import_reads_the_source_of_a_module(tmp_path: Path) -> None:
    """PySide would read each, and Python would keep all of them (see ``ui.plain_imports``)."""
    keep_list(tmp_path, 60)
    script = """
import linecache
sources = [file for file in linecache.cache if "psaqb_desktop" in file]
assert not sources, sources
"""

    assert _heavy_after(FIRST_PAINT + script, tmp_path) == []


def test_pyside_works_without_what_it_has_for_developers(tmp_path: Path) -> None:
    script = """
import builtins
plain = builtins.__import__
from psaqb_desktop.ui.plain_imports import use_plain_imports
use_plain_imports()
assert builtins.__import__ is plain
from PySide6.QtCore import QTimer
import shibokensupport.signature.lib.pyi_generator as generator
assert not hasattr(generator, "generate_pyi")
assert "setInterval(self, msec: int" in QTimer.setInterval.__doc__
try:
    QTimer().setInterval("soon")
except TypeError as error:
    assert "setInterval(msec: int, /)" in str(error), error
else:
    raise AssertionError
"""
    assert _heavy_after(script, tmp_path) == []
