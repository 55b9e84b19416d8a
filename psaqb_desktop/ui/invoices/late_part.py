"""Parts of the page that most starts do not show: each is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Part = TypeVar("Part")


class LatePart(Generic[Part]):
    """One such part."""

    def __init__(self, make: Callable[[], Part]) -> None:
        """``make`` makes it and puts it in its place, hidden."""
        self._make = make
        self.made: Part | None = None
        """The part, if it was wanted yet."""

    @property
    def part(self) -> Part:
        """The part, made now if need be."""
        if self.made is None:
            self.made = self._make()
        return self.made
