"""The table of planted bugs still fits the program, and the simulation catches some of them.

``python -m tests.simulation.planted_bugs`` plants all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted_bug import Bug
from tests.simulation.planted_bugs import BUGS, ROOT, catch, planted

CAUGHT_SOON = (
    "the journal hears of a request after the wire",
    "the CRM hears of a claim before the journal",
    "amounts pass through float",
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_each_bug_still_fits_the_program(bug: Bug) -> None:
    text = (ROOT / "psaqb_desktop" / bug.file).read_text(encoding="utf-8")
    compile(planted(text, bug), bug.file, "exec")


@pytest.mark.parametrize("what", CAUGHT_SOON)
def test_a_planted_bug_is_caught(tmp_path: Path, what: str) -> None:
    (bug,) = [bug for bug in BUGS if bug.what == what]
    assert catch(tmp_path, bug, schedules=100) is not None
