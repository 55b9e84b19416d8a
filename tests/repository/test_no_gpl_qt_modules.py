"""Qt is used under the LGPL: modules that exist under the GPL only are not imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

GPL_ONLY = (
    "QtCharts",
    "QtDataVisualization",
    "QtGraphs",
    "QtHttpServer",
    "QtNetworkAuth",
    "QtQuick3D",
    "QtQuickTimeline",
    "QtShaderTools",
    "QtVirtualKeyboard",
)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_no_gpl_only_qt_module_is_imported(root: Path) -> None:
    files = [p for folder in ("psaqb_desktop", "tests") for p in (root / folder).rglob("*.py")]
    found = [
        f"{path.relative_to(root)}: {name}"
        for path in files
        for name in _imported(path)
        if name.startswith(tuple(f"PySide6.{module}" for module in GPL_ONLY))
    ]
    assert found == []


def test_imports_of_every_form_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "imports.py"
    file.write_text(
        "import PySide6.QtCharts as c\nfrom PySide6 import QtGraphs\n"
        "from PySide6.QtQuick3D import X\n"
    )
    assert {"PySide6.QtCharts", "PySide6.QtGraphs", "PySide6.QtQuick3D"} <= set(_imported(file))
