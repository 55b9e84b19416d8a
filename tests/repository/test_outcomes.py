"""The table of outcomes names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (test_\w+) \|$", re.MULTILINE)


def names_of_tests() -> set[str]:
    return {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def test_every_outcome_has_a_state_to_end_in_and_a_test_of_its_own() -> None:
    text = (TESTS / "OUTCOMES.md").read_text(encoding="utf-8")
    named = [test for _outcome, _state, test in ROW.findall(text)]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "test |" not in line]
    assert len(named) == len(rows)
    assert len(named) > 40
    assert set(named) - names_of_tests() == set()
    assert len(set(named)) == len(named)
