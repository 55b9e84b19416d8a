"""A bug that somebody might make: a piece of the program's text, and what stands there instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    what: str
    file: str
    """Below ``psaqb_desktop``."""
    old: str
    new: str
