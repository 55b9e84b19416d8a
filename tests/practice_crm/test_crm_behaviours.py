"""The list of behaviours names tests that exist, each once, and leaves none out."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).parent
_LIST = _FOLDER / "BEHAVIOURS.md"
_NOT_OF_THE_PLATFORM = {"test_crm_behaviours.py", "test_practice_process.py"}


def _tests() -> list[str]:
    files = [each for each in _FOLDER.glob("test_*.py") if each.name not in _NOT_OF_THE_PLATFORM]
    return [
        name
        for each in files
        for name in re.findall(r"^def (test_\w+)", each.read_text("utf-8"), re.MULTILINE)
    ]


def _listed() -> list[str]:
    return re.findall(r"\| `(test_\w+)` \|$", _LIST.read_text("utf-8"), re.MULTILINE)


def test_every_behaviour_has_its_test_and_every_test_its_behaviour() -> None:
    assert sorted(_listed()) == sorted(_tests())


def test_the_number_of_behaviours_is_the_one_told() -> None:
    told = re.search(r"^(\d+) behaviours\.", _LIST.read_text("utf-8"), re.MULTILINE)
    assert told is not None
    assert int(told[1]) == len(_listed())
