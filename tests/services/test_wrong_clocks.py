"""Desktops whose clocks are hours off, or are put right in between: one document all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.errors import OutcomeUnknownError, RequestIdUsedError
from psaqb_desktop.domain.identifiers import RequestId
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState
from tests.fakes.clock import FakeClock
from tests.fakes.office import Machine, World


@pytest.fixture
def world(world: World) -> World:
    # QuickBooks' own setting: it takes a number twice.
    world.ledger.warns_of_duplicates = False
    return world


class WrongClock(FakeClock):
    """A desktop's own clock: the world's, and so much off."""

    def __init__(self, world: World, off: timedelta) -> None:
        super().__init__()
        self._right = world.clock
        self.off = off

    def now(self) -> datetime:
        return self._right.now() + self.off

    def sleep(self, seconds: float) -> None:
        self._right.sleep(seconds)


@pytest.mark.parametrize("in_flight", [1, 8])
@pytest.mark.parametrize("minutes", [0, 60, -60])
def test_a_slow_first_request_makes_the_only_document(
    world: World, minutes: int, in_flight: int
) -> None:
    """It is not answered, its repetitions meet 600, and then it is carried out."""
    invoice = world.add_invoice(1)
    desk = Machine(world.folder, "ada", clock=WrongClock(world, timedelta(minutes=minutes)))
    program = world.program(desk, in_flight=in_flight)
    slow: list[tuple[Draft, RequestId]] = []
    carry_out = world.ledger.post

    def post(draft: Draft, request_id: RequestId, turn: object = None) -> PostedDocument:
        if not slow:
            slow.append((draft, request_id))
            world.clock.advance(minutes=2)
            raise OutcomeUnknownError("No answer came in two minutes.")
        if request_id == slow[0][1]:
            raise RequestIdUsedError("600")
        return carry_out(draft, request_id, turn)

    world.ledger.post = post  # type: ignore[method-assign]
    (result,) = program.push_all()
    assert result.state is PostingState.UNKNOWN
    carry_out(*slow[0])
    world.clock.advance(minutes=1)
    (settled,) = program.settle_all()
    assert settled.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1
    program.close()


@pytest.mark.parametrize("minutes", [0, 30, 60])
def test_a_claim_that_was_taken_over_is_not_sent_when_the_clock_is_put_right(
    world: World, minutes: int
) -> None:
    """A desktop sleeps with a claim in hand, is taken over, and wakes with another time."""
    invoice = world.add_invoice(1)
    clock = WrongClock(world, timedelta(minutes=minutes))
    sleeper = world.program(Machine(world.folder, "ada", clock=clock), in_flight=1)
    other = world.program(Machine(world.folder, "ben"), in_flight=1)
    checked = sleeper.ready()
    take_turn, naps = world.ledger.turn, iter([True])

    def sleep() -> None:
        world.invoices.stored[invoice.id] = replace(invoice, email="other@example.test")
        for more in (11, 16):
            world.clock.advance(minutes=more)
            other.settle_all()
        other.push_all()
        clock.off = timedelta(0)

    @contextmanager
    def turn(gives_up: Callable[[], bool]) -> Iterator[Any]:
        if next(naps, False):
            sleep()
        with take_turn(gives_up) as taken:
            yield taken

    world.ledger.turn = turn  # type: ignore[method-assign]
    (result,) = sleeper.push_checked(checked)
    assert len(world.ledger.all_of(invoice.id)) == 1
    assert world.records.only(invoice.id).state is PostingState.POSTED
    assert result.state is PostingState.POSTED
    for program in (sleeper, other):
        assert program.journal.open_pushes() == ()
        program.close()
