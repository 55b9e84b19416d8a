"""Pacing by a clock of our own: never above the limits, and never slower than they ask."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.quickbooks.allowance import LIMITS
from psaqb_desktop.adapters.quickbooks.pacing import CompanyPacings, Pacing
from psaqb_desktop.domain.identifiers import RealmId

START = datetime(2026, 9, 1, tzinfo=UTC)


class StepClock:
    """Moves on only when somebody sleeps, and then a little too far, as real sleeps do."""

    def __init__(self, lateness: float = 0.0) -> None:
        self._now = START
        self._lateness = lateness
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        with self._lock:
            self._now += timedelta(seconds=seconds + self._lateness)

    def jump(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


def most_within(moments: list[datetime], seconds: float) -> int:
    """Count the requests of the fullest window that begins with one of them."""
    length = timedelta(seconds=seconds)
    return max(sum(start <= m < start + length for m in moments) for start in moments)


def leaving(pacing: Pacing, clock: StepClock, count: int) -> list[datetime]:
    moments = []
    for _ in range(count):
        pacing.wait_turn()
        moments.append(clock.now())
    return moments


def test_whoever_calls_a_company_shares_its_limits() -> None:
    clock = StepClock()
    pacings = CompanyPacings(clock)
    by_sign_in, by_check = (pacings.of(RealmId("1")) for _ in range(2))
    moments = leaving(by_sign_in, clock, 2) + leaving(by_check, clock, 20)
    assert most_within(moments, 1.0) <= 10
    assert moments[-1] - START >= timedelta(seconds=21 * 0.12)
    assert leaving(pacings.of(RealmId("2")), clock, 1) == [moments[-1]]


def test_a_thousand_requests_keep_both_limits_and_lose_little_time() -> None:
    clock = StepClock()
    moments = leaving(Pacing(clock), clock, 1000)
    assert most_within(moments, 1.0) <= 10
    assert most_within(moments, 60.0) <= 500
    assert (moments[-1] - START).total_seconds() < 1000 / 500 * 60 / 0.98


def test_sleeps_that_come_late_do_not_break_the_limits() -> None:
    clock = StepClock(lateness=0.026)
    moments = leaving(Pacing(clock), clock, 120)
    assert most_within(moments, 1.0) <= 10


@given(st.integers(0, 2**32))
def test_requests_that_are_held_up_on_their_way_keep_the_limits(seed: int) -> None:
    """What counts is when they arrive, and some take 200 ms longer than others."""
    source = random.Random(seed)  # noqa: S311 - repeatable, not secret
    clock = StepClock()
    moments = leaving(Pacing(clock), clock, 120)
    arrived = [m + timedelta(seconds=source.choice((0.02, 0.22))) for m in moments]
    assert most_within(sorted(arrived), 1.0) <= 10


@given(st.integers(0, 2**32))
def test_requests_at_odd_times_keep_the_limits(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311 - repeatable, not secret
    clock = StepClock(source.random() / 50)
    pacing = Pacing(clock, ((3, 1.0), (20, 10.0)))
    moments = []
    for _ in range(60):
        clock.jump(source.choice([0, 0, 0, 0.1, 0.9, 3]))
        pacing.wait_turn()
        moments.append(clock.now())
    assert most_within(moments, 1.0) <= 3
    assert most_within(moments, 10.0) <= 20


def test_many_threads_share_the_limits() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    moments: list[datetime] = []
    lock = threading.Lock()

    def one(_: int) -> None:
        pacing.wait_turn()
        with lock:
            moments.append(clock.now())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(200)))
    assert len(moments) == 200
    # 19 waits at least for 200 requests, ten at a time
    assert (clock.now() - START).total_seconds() >= 19


def test_a_pause_holds_everybody_back_and_the_longest_counts() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    first, second = pacing.tries(), pacing.tries()
    for turn in (first, second):
        turn.leaves()
    turned_away = clock.now()
    first.throttled(60)
    second.throttled(5)
    pacing.wait_turn()
    assert (clock.now() - turned_away).total_seconds() == 60


def test_a_clock_that_is_set_back_does_not_stop_the_work() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    leaving(pacing, clock, 500)
    clock.jump(-7200)
    before = clock.now()
    leaving(pacing, clock, 10)
    assert (clock.now() - before).total_seconds() < 2


def test_the_published_limits_are_kept() -> None:
    assert LIMITS == ((10, 1.0), (500, 60.0))


def test_a_turn_that_was_not_used_holds_nobody_up() -> None:
    """A push that was cancelled, or that the journal refused, after its turn had come."""
    clock = StepClock()
    pacing = Pacing(clock, ((3, 1.0),))
    for _ in range(9):
        with pacing.turn(lambda: False) as turn:
            assert turn is not None
    assert clock.now() == START
    with pytest.raises(RuntimeError), pacing.turn(lambda: False):
        raise RuntimeError
    moments = leaving(pacing, clock, 4)
    assert (moments[-1] - START).total_seconds() < 1.2
    assert most_within(moments, 1.0) <= 3
