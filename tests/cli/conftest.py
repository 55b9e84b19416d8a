"""A world and a program in it, for each test its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.office import Program, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def program(world: World) -> Iterator[Program]:
    program = world.program()
    yield program
    program.close()
