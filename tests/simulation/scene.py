"""What scenes of the quiet end work with."""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.checkers import Checkers
from tests.simulation.desks import SimulatedProgram
from tests.simulation.outside import Outside
from tests.simulation.people import Accountant


class Scene:
    """People at their desks, the world around them, and what must hold of it."""

    def __init__(
        self, outside: Outside, check: Checkers, programs: Sequence[SimulatedProgram]
    ) -> None:
        self._outside, self._check, self._programs = outside, check, programs
        self._hub, self._chance = outside.hub, outside.chance
        self._accountant = Accountant(outside)
