"""What a benchmark prints: figures beside what they are measured against, in one run.

Machines are noisy and differ: a figure counts by its ratio to a limit or to a peer that was
measured in the same run, never by itself.
"""

# ruff: noqa: T201 - it prints
from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from tabulate import tabulate


class Scale(Enum):
    """How much work a benchmark does."""

    SMOKE = "smoke"
    """As little as shows that it runs; its figures mean nothing."""
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, what it is compared with, and the wanted ratio (in words)."""

    what: str
    value: str
    against: str = ""
    ratio: float | None = None
    wanted: str = ""


@dataclass(slots=True)
class Report:
    """The figures of one benchmark, in the order of their adding."""

    name: str
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        what: str,
        value: str,
        *,
        against: str = "",
        ratio: float | None = None,
        wanted: str = "",
    ) -> Self:
        """Add a figure with its unit, such as ``"8.2 invoices/s"``."""
        self.figures.append(Figure(what, value, against, ratio, wanted))
        return self

    def print(self) -> None:
        """Print the figures as a table."""
        print(f"\n{self.name}")
        rows = [
            (f.what, f.value, f.against, "" if f.ratio is None else f"{f.ratio:.2f}", f.wanted)
            for f in self.figures
        ]
        print(tabulate(rows, headers=("what", "measured", "against", "ratio", "wanted")))
