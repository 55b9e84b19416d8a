"""The list of behaviours names tests that are there."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from tests.practice_quickbooks.mutation_rows import MUTATIONS, Mutation
from tests.practice_quickbooks.mutations import SOURCE

FOLDER = Path(__file__).parent
ROW = re.compile(r"^\| (.+?) \| (test_\w+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str]]:
    return ROW.findall((FOLDER / "BEHAVIOURS.md").read_text(encoding="utf-8"))


def names_of_tests() -> set[str]:
    return {
        node.name
        for path in FOLDER.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def test_every_behaviour_has_a_test_of_its_own() -> None:
    named = [test for _, test in rows()]
    assert len(named) > 70
    assert set(named) - names_of_tests() == set()
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("row", MUTATIONS, ids=lambda row: row.what)
def test_every_breakage_still_fits_the_source(row: Mutation) -> None:
    """It takes long to break all of them; that each can be broken is seen at once."""
    text = (FOLDER.parents[1] / SOURCE / f"{row.file}.py").read_text(encoding="utf-8")
    assert text.count(row.old) == 1
    assert row.old != row.new
    assert (FOLDER / f"test_qbo_{row.tests}.py").is_file()


def test_every_switch_is_an_option() -> None:
    text = (FOLDER / "BEHAVIOURS.md").read_text(encoding="utf-8")
    switches = {name for name, _ in ROW.findall(text.split("## What nobody")[1])}
    assert switches <= {field.name for field in dataclasses.fields(QuickBooksOptions)}
