"""Finds the files of ``resources/``, from a checkout and in the packaged program."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a resource, for example ``icons/push.svg``; it may not exist."""
    return _folder() / name


@cache
def _folder() -> Path:
    unpacked = getattr(sys, "_MEIPASS", "")  # set by PyInstaller's start-up code
    root = Path(unpacked) if unpacked else Path(__file__).resolve().parents[2]
    return root / "resources"
