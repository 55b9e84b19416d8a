"""Where journals of the simulation lie."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of durable writes, which here cost nothing


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder, in memory where the system has one there."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        yield Path(name)
