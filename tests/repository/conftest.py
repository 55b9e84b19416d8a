"""Where the checkout is, and its tracked files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program_files(root: Path) -> list[Path]:
    """All Python files of the program."""
    return sorted((root / "psaqb_desktop").rglob("*.py"))


@pytest.fixture(scope="session")
def shipped_files(root: Path) -> list[Path]:
    """All files that git knows; without git (a source archive) all files that look like ours."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if known.returncode == 0:
        return [
            path for name in known.stdout.split("\0") if name and (path := root / name).exists()
        ]
    ours = ("psaqb_desktop", "tests", "packaging", "resources", ".ci")
    return [path for name in ours for path in (root / name).rglob("*") if path.is_file()]
