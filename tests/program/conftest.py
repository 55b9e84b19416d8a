"""A desktop with the program on it, for tests that use it as a person does."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program.person import Person
from tests.program.session import Session, missing_packages
from tests.program.started_program import Entries, Program

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def desktop_tools() -> None:
    """Skip without the tools of a desktop; on a build machine their absence is a failure."""
    missing = missing_packages()
    if not missing:
        return
    words = f"needs the Debian packages {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture
def artefacts(request: pytest.FixtureRequest) -> Path:
    """An empty folder for the pictures of this test."""
    root = Path(os.environ.get("PSAQB_ARTEFACTS") or ROOT / "artefacts")
    folder = root / re.sub(r"\W+", "-", request.node.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


@pytest.fixture
def desktop(desktop_tools: None) -> Iterator[Session]:  # noqa: ARG001
    """A screen with a session and a keyring of its own."""
    session = Session()
    yield session
    session.close()


@pytest.fixture
def program(desktop: Session, artefacts: Path) -> Iterator[Program]:
    """The program of the source tree, with an empty data folder; nothing is started."""
    started = Program(desktop, Entries.of_source(), desktop.new_folder("data"), artefacts)
    yield started
    started.close()


@pytest.fixture
def me(desktop: Session, program: Program, artefacts: Path) -> Person:
    """The person at the screen."""
    return Person(desktop, program, artefacts)
