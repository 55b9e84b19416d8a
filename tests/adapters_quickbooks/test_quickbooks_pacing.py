"""Pacing by a clock of our own: never above the limits, and never slower than they ask."""

from __future__ import annotations

import random
import threading
import time
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


class HeldClock(StepClock):
    """Lets nobody wake before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self._is_asleep = threading.Event()
        self._may_wake = threading.Event()

    def sleep(self, seconds: float) -> None:
        self._is_asleep.set()
        assert self._may_wake.wait(timeout=10)
        super().sleep(seconds)

    def wait_for_sleepers(self) -> None:
        assert self._is_asleep.wait(timeout=10)

    def let_go(self) -> None:
        self._may_wake.set()


def most_within(moments: list[datetime], seconds: float) -> int:
    """Count the requests of the fullest window that begins with one of them."""
    length = timedelta(seconds=seconds)
    return max(sum(start <= m < start + length for m in moments) for start in moments)


def leaving(pacing: Pacing, clock: StepClock, count: int) -> list[datetime]:
    moments = []
    for _ in range(count):
        pacing.tries().leaves()
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


def test_requests_that_leave_late_do_not_put_the_next_ones_off() -> None:
    """Between its turn and its leaving each push writes to the journal."""
    clock = StepClock(lateness=0.004)
    pacing = Pacing(clock)
    moments = []
    for _ in range(500):
        with pacing.turn(lambda: False) as turn:
            assert turn is not None
            clock.jump(0.02)
            turn.leaves()
            moments.append(clock.now())
    assert (moments[-1] - START).total_seconds() < 499 * 0.121 + 0.1
    assert most_within(moments, 1.0) <= 10


def test_what_was_not_used_in_time_is_not_made_up_for_in_a_burst() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    leaving(pacing, clock, 20)
    clock.jump(30)
    began = clock.now()
    moments = leaving(pacing, clock, 20)
    assert most_within(moments, 0.12) == 2
    assert (moments[-1] - began).total_seconds() > 18 * 0.12


@given(st.integers(0, 2**32))
def test_requests_at_odd_times_keep_the_limits(seed: int) -> None:
    """Also where some take 150 ms longer than others, and what came late is made up for."""
    source = random.Random(seed)  # noqa: S311 - repeatable, not secret
    clock = StepClock(source.random() / 50)
    pacing = Pacing(clock, ((3, 1.0), (20, 10.0)))
    moments = []
    for _ in range(60):
        clock.jump(source.choice([0, 0, 0, 0.1, 0.9, 3]))
        pacing.tries().leaves()
        moments.append(clock.now())
    arrived = sorted(m + timedelta(seconds=source.choice((0.02, 0.169))) for m in moments)
    assert most_within(arrived, 1.0) <= 3
    assert most_within(arrived, 10.0) <= 20


def test_many_threads_share_the_limits() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    moments: list[datetime] = []
    lock = threading.Lock()

    def one(_: int) -> None:
        pacing.tries().leaves()
        with lock:
            moments.append(clock.now())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(200)))
    assert len(moments) == 200
    # 19 waits at least for 200 requests, ten at a time
    assert (clock.now() - START).total_seconds() >= 19


def test_reads_go_before_the_writes_that_wait() -> None:
    """The posts of a run wait for what its look-ups say of the next invoices."""
    clock = HeldClock()
    pacing = Pacing(clock)
    pacing.tries().leaves()
    gone: list[str] = []

    def write(_: int) -> None:
        with pacing.turn(lambda: False) as turn:
            assert turn is not None
            turn.leaves()
            gone.append("write")

    def read() -> None:
        pacing.tries().leaves()
        gone.append("read")

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, number) for number in range(6)]
        clock.wait_for_sleepers()
        reads = [pool.submit(read) for _ in range(2)]
        while len(pacing._line._waiting) < 7:
            time.sleep(0.001)
        clock.let_go()
        for each in (*writes, *reads):
            each.result(timeout=10)
    assert gone == ["write", "read", "read", *["write"] * 5]


def test_a_pause_holds_everybody_back_and_the_longest_counts() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    first, second = pacing.tries(), pacing.tries()
    for turn in (first, second):
        turn.leaves()
    turned_away = clock.now()
    first.throttled(60)
    second.throttled(5)
    pacing.tries().leaves()
    assert (clock.now() - turned_away).total_seconds() == 60


def test_a_clock_that_is_set_back_does_not_stop_the_work() -> None:
    clock = StepClock()
    pacing = Pacing(clock)
    leaving(pacing, clock, 500)
    clock.jump(-7200)
    before = clock.now()
    leaving(pacing, clock, 10)
    assert (clock.now() - before).total_seconds() < 2


def test_a_clock_that_is_set_back_while_a_request_is_about_to_leave() -> None:
    """It leaves at the new time; those before it are in the future and hold nobody up."""
    clock = StepClock()
    pacing = Pacing(clock)
    leaving(pacing, clock, 520)
    with pacing.turn(lambda: False) as turn:
        assert turn is not None
        clock.jump(-3600)
        turn.leaves()
    began = clock.now()
    leaving(pacing, clock, 20)
    assert clock.now() - began < timedelta(seconds=5)


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
