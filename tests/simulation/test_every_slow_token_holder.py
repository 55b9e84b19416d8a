"""Two desktops renew a token, one so slowly that its lease runs out: at every call of it.

The slow one stops before its n-th call while the other starts; the other in turn stops before its
m-th call until the slow one is done. The other renews once, or again a day later, when QuickBooks
issues the next token. All pairs, under each reading of what becomes of old tokens.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psaqb_desktop.domain.errors import LeaseTakenError, SignInNeededError
from psaqb_desktop.services.access_tokens import LEASE_SECONDS
from tests.fakes import examples
from tests.fakes.gate import Disturbance, Gate
from tests.fakes.office import Machine, Program, World
from tests.simulation.turns import SeededTurns

SLOW, QUICK = "slow", "quick"
CALLS = 9
"""A renewal makes fewer: stopping before a call that never comes is no stop at all."""


class Order(random.Random):
    """Chooses the programs in a given order; when it is used up, the first one named."""

    def __init__(self, order: Sequence[str]) -> None:
        super().__init__(0)
        self._order = list(order)

    def choice(self, seq: Any) -> Any:
        if self._order and self._order[0] in seq:
            return self._order.pop(0)
        return seq[0]


class TwoHolders:
    """One world, two desktops, and an order in which their calls happen."""

    def __init__(
        self, folder: Path, *, is_strict: bool, sleeps_before: int, days: int, order: Order
    ) -> None:
        self.world = World(folder)
        self.world.authorization.is_strict = is_strict
        self._sleeps_before, self._days = sleeps_before, days
        self._turns = SeededTurns(order)
        self.machines = {name: Machine(folder, name) for name in (SLOW, QUICK)}
        self.refused: list[str] = []

    def live(self) -> None:
        self._turns.run({name: self._renewing(name) for name in self.machines})

    def _renewing(self, name: str) -> Callable[[], None]:
        gate = Gate(name, disturb=self._sleep if name == SLOW else None, turns=self._turns)

        def live() -> None:
            program = Program(self.world, self.machines[name], gate)
            try:
                for day in range(self._days if name == QUICK else 1):
                    self.world.clock.advance(hours=25 * day)
                    connection = self.world.connections.connection(examples.CONNECTION)
                    program.tokens.token(connection, is_refused=bool(day))
            except (SignInNeededError, LeaseTakenError):
                self.refused.append(name)
            finally:
                program.close()

        return live

    def _sleep(self, number: int, _what: str) -> Disturbance | None:
        if number == self._sleeps_before - 1:
            # The lease has run out when the other one looks, not only when this one wakes.
            self.world.clock.advance(seconds=LEASE_SECONDS + 1)
        return None

    def check(self) -> None:
        """The newest token is in the CRM, in the end nobody has to sign in, and all goes on.

        One of them may have been refused while the newer token was on its way to the CRM.
        """
        world, newest = self.world, self.world.authorization.newest
        stored = world.connections.refresh_tokens[examples.CONNECTION]
        assert len(self.refused) < len(self.machines)
        assert stored == newest
        assert not world.connections.connection(examples.CONNECTION).needs_sign_in
        for machine in self.machines.values():
            program = Program(world, machine)
            program.tokens.heal(world.connections.connections())
            assert world.connections.refresh_tokens[examples.CONNECTION] == newest
            assert program.tokens.token(world.connections.connection(examples.CONNECTION))
            newest = world.authorization.newest
            program.close()
        assert world.connections.refresh_tokens[examples.CONNECTION] == newest
        assert not world.connections.connection(examples.CONNECTION).lease_holder


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("stops", range(1, CALLS + 1))
def test_a_holder_that_outsleeps_its_lease_overwrites_nothing(
    folder: Path, stops: int, days: int, *, is_strict: bool
) -> None:
    for other_stops in range(0, days * CALLS + 1, days):
        place = folder / f"{stops}-{other_stops}-{is_strict}"
        place.mkdir()
        order = Order([SLOW] * (stops - 1) + [QUICK] * other_stops + [SLOW] * 99)
        holders = TwoHolders(
            place, is_strict=is_strict, sleeps_before=stops, days=days, order=order
        )
        holders.live()
        holders.check()


@settings(deadline=None)
@given(data=st.data())
def test_any_order_of_two_holders_keeps_the_newest_token(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("holders")
    order = data.draw(st.lists(st.sampled_from([SLOW, QUICK]), max_size=3 * CALLS))
    holders = TwoHolders(
        place,
        is_strict=data.draw(st.booleans()),
        sleeps_before=data.draw(st.integers(1, CALLS)),
        days=data.draw(st.integers(1, 2)),
        order=Order(order),
    )
    holders.live()
    holders.check()
