"""Several programs at one company: fair shares, few 429s; and never above the published limits.

Time is simulated: programs, network and Intuit's own counting are events in the order of a clock.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.quickbooks.allowance import (
    LIMITS,
    THROTTLE_PAUSE_SECONDS,
    Allowance,
    Leave,
)
from psaqb_desktop.adapters.quickbooks.concurrency import (
    FIRST_PLACES,
    LEAST_PLACES,
    MOST_PLACES,
    PlacesLimit,
)

START = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass
class Intuit:
    """Counts all programs together, as they arrive; what is refused does not count."""

    admitted: dict[float, deque[float]] = field(default_factory=dict)

    def admits(self, moment: float) -> bool:
        windows = [(most, self.admitted.setdefault(s, deque()), s) for most, s in LIMITS]
        for _, arrived, seconds in windows:
            while arrived and arrived[0] <= moment - seconds:
                arrived.popleft()
        if any(len(arrived) >= most for most, arrived, _ in windows):
            return False
        for _, arrived, _ in windows:
            arrived.append(moment)
        return True


class Sharing:
    """Programs that send as fast as their allowance lets them, for so many seconds."""

    def __init__(self, begin: list[float], seed: int) -> None:
        self.allowances = [Allowance() for _ in begin]
        self.done = [0] * len(begin)
        self.throttled = [0] * len(begin)
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._intuit = Intuit()
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = itertools.count()
        for program, moment in enumerate(begin):
            self._at(moment, lambda now, program=program: self._send(program, now))  # type: ignore[misc]

    def run(self, seconds: float) -> None:
        while self._events and self._events[0][0] <= seconds:
            moment, _, action = heapq.heappop(self._events)
            action(moment)

    def _at(self, moment: float, action: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), action))

    def _send(self, program: int, moment: float) -> None:
        now = START + timedelta(seconds=moment)
        allowance = self.allowances[program]
        free_at = allowance.free_at(now)
        if free_at > now:
            later = (free_at - START).total_seconds() + self._chance.random() * 0.002
            self._at(later, lambda at: self._send(program, at))
            return
        leave = allowance.take(now)
        leave.moment = now
        arrives = moment + 0.03 + self._chance.random() * 0.03
        self._at(arrives, lambda at: self._arrive(program, leave, at))
        self._at(moment, lambda at: self._send(program, at))

    def _arrive(self, program: int, leave: Leave, moment: float) -> None:
        if self._intuit.admits(moment):
            self.done[program] += 1
            return
        self.throttled[program] += 1
        told = START + timedelta(seconds=moment + 0.03)
        self._at(
            moment + 0.03,
            lambda _: self.allowances[program].throttled(leave, told, THROTTLE_PAUSE_SECONDS),
        )


def test_one_program_alone_uses_the_whole_limit_and_meets_no_429() -> None:
    alone = Sharing([0], seed=1)
    alone.run(600)
    assert alone.throttled == [0]
    assert alone.done[0] > 0.97 * 5000


def test_two_programs_get_fair_shares_without_storms_of_429() -> None:
    for seed in range(3):
        both = Sharing([0, 100], seed)
        both.run(1800)
        assert min(both.done) > 0.5 * max(both.done), both.done
        # Of 15,000: the pause of a minute that each 429 costs is what is lost.
        assert sum(both.done) > 0.6 * 15_000, both.done
        assert sum(both.throttled) < 0.005 * sum(both.done), both.throttled


def test_five_programs_share_the_limit_too() -> None:
    for seed in range(2):
        five = Sharing([0, 30, 60, 90, 120], seed)
        five.run(1800)
        assert min(five.done) > 0.4 * max(five.done), five.done
        assert sum(five.done) > 0.6 * 15_000, five.done
        assert sum(five.throttled) < 0.01 * sum(five.done), five.throttled


def test_a_program_that_is_left_alone_takes_the_whole_limit_again() -> None:
    allowance = Allowance()
    leave = allowance.take(START)
    leave.moment = START
    allowance.throttled(leave, START, THROTTLE_PAUSE_SECONDS)
    assert allowance.share(START + timedelta(seconds=60)) == 0.5
    assert allowance.share(START + timedelta(seconds=180)) == 0.75
    assert allowance.share(START + timedelta(seconds=300)) == 1


def test_after_a_pause_requests_are_spaced_and_do_not_burst() -> None:
    allowance = Allowance()
    leave = allowance.take(START)
    leave.moment = START
    allowance.throttled(leave, START, seconds=5)
    now = allowance.free_at(START)
    assert now == START + timedelta(seconds=5)
    moments = []
    for _ in range(5):
        now = allowance.free_at(now)
        moments.append(now)
        allowance.take(now).moment = now
    gaps = {(b - a).total_seconds() for a, b in itertools.pairwise(moments)}
    assert min(gaps) > 0.2
    assert max(gaps) < 0.25


def test_requests_that_were_throttled_together_slow_down_once() -> None:
    allowance = Allowance()
    leaves = [allowance.take(START) for _ in range(5)]
    for leave in leaves:
        leave.moment = START
    for leave in leaves:
        allowance.throttled(leave, START + timedelta(seconds=1), seconds=10)
    assert allowance.share(START + timedelta(seconds=11)) == 0.5
    again = allowance.take(START + timedelta(seconds=12))
    again.moment = START + timedelta(seconds=12)
    allowance.throttled(again, START + timedelta(seconds=13), seconds=10)
    assert allowance.share(START + timedelta(seconds=13)) < 0.26


@given(st.integers(0, 2**32), st.booleans())
def test_no_sliding_window_is_ever_over_its_limit(seed: int, is_throttled: bool) -> None:  # noqa: FBT001
    """Whatever the order of leave and leaving, and however late a request leaves."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    limits = ((3, 1.0), (12, 10.0))
    allowance = Allowance(limits)
    now = START
    waiting: list[Leave] = []
    left: list[datetime] = []
    while len(left) < 80:
        now += timedelta(seconds=chance.choice([0, 0, 0.01, 0.2, 1.5]))
        if waiting and chance.random() < 0.5:
            leave = waiting.pop(chance.randrange(len(waiting)))
            leave.moment = now
            left.append(now)
            if is_throttled and chance.random() < 0.05:
                allowance.throttled(leave, now, chance.choice([0, 3, 60]))
        elif allowance.free_at(now) <= now:
            waiting.append(allowance.take(now))
    for most, seconds in limits:
        length = timedelta(seconds=seconds)
        assert max(sum(a <= m < a + length for m in left) for a in left) <= most


def fill(places: PlacesLimit, seconds: float, writes: int) -> None:
    for _ in range(writes):
        places.answered(seconds, places.places)


def test_places_grow_with_latency_that_stays_the_same() -> None:
    places = PlacesLimit()
    fill(places, 2.0, 200)
    assert places.places == MOST_PLACES


def test_places_do_not_grow_where_the_rate_needs_no_more() -> None:
    places = PlacesLimit()
    for _ in range(200):
        places.answered(0.2, under_way=2)
    assert places.places == FIRST_PLACES


def test_rising_latency_takes_places_and_falling_gives_them_back() -> None:
    places = PlacesLimit()
    fill(places, 0.4, 200)
    full = places.places
    fill(places, 4.0, 15)
    assert places.places < full * 0.6
    fill(places, 0.4, 100)
    assert places.places == full


def test_lost_answers_cut_the_places_but_leave_some() -> None:
    places = PlacesLimit()
    fill(places, 0.4, 200)
    full = places.places
    places.failed()
    assert places.places == int(full * 0.7)
    for _ in range(20):
        places.failed()
    assert places.places == LEAST_PLACES
