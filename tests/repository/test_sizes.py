"""Small files and small functions: what does not fit has more than one idea in it."""

from __future__ import annotations

import ast
from pathlib import Path

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
LOOSE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager"})


def test_no_file_is_long(program_files: list[Path], root: Path) -> None:
    long = {
        str(path.relative_to(root)): count
        for path in program_files
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_OF_A_FILE
    }
    assert long == {}


def test_no_function_is_long(program_files: list[Path], root: Path) -> None:
    long = {
        f"{path.relative_to(root)}:{node.lineno} {node.name}": count
        for path in program_files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (count := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_no_file_is_a_bag(program_files: list[Path], root: Path) -> None:
    bags = [
        str(path.relative_to(root))
        for path in program_files
        if LOOSE_NAMES & {path.stem, path.parent.name}
    ]
    assert bags == []
