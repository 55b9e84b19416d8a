"""No second event loop inside the first: with asyncio on Qt's loop that stops the program.

A dialog is opened and awaited; nobody calls exec(), processEvents() or the static dialogs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

NESTING = frozenset({"exec", "exec_", "processEvents"})
STATIC = {
    "QMessageBox": {"information", "question", "warning", "critical", "about", "aboutQt"},
    "QFileDialog": {
        "getOpenFileName",
        "getOpenFileNames",
        "getSaveFileName",
        "getExistingDirectory",
    },
    "QInputDialog": {"getText", "getItem", "getInt", "getDouble", "getMultiLineText"},
    "QColorDialog": {"getColor"},
    "QFontDialog": {"getFont"},
}
OWN_PROGRAMS = frozenset({"browser_process.py"})
"""The sign-in browser is a process of its own with a loop of its own."""


def _calls(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, owner = node.func.attr, node.func.value
        if name in NESTING:
            yield node.lineno, name
        elif isinstance(owner, ast.Name) and name in STATIC.get(owner.id, ()):
            yield node.lineno, f"{owner.id}.{name}"


def test_the_window_never_starts_a_loop_in_the_loop(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}:{line} {name}"
        for path in sorted((root / "psaqb_desktop" / "ui").rglob("*.py"))
        if path.name not in OWN_PROGRAMS
        for line, name in _calls(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_calls_are_seen() -> None:
    source = "dialog.exec()\napp.processEvents()\nQMessageBox.question(None)\nmenu.popup(p)\n"
    assert [line for line, _ in _calls(source)] == [1, 2, 3]
