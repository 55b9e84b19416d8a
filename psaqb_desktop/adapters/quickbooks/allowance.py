"""How many requests of one company may leave now: published limits, pauses, and a fair share.

Published (developer.intuit.com, limits and throttles): 10 requests a second and 500 a minute for
each company and app, 40 of them batches, 800 over all Intuit APIs; after a 429 a wait of a minute.
This program sends no batches, and 500 is the tighter of the last two. The windows slide and are
kept by the clock, never by counting sleeps, which come late.

Requests leave evenly, at the rate that can be kept up: 500 a minute is one in 0.12 s. Ten at once
would gain some seconds in the first minute and nothing after it, and lose them all to one 429:
requests are held up on their way, some more than others, and of two bunches of ten a second apart,
eleven may arrive within one second. Spaced evenly, one may come 0.2 s later than another and still
no window is over its limit. Even means by the clock: each request has its moment, and one that
leaves some milliseconds late (its journal entry is written in between) does not put the next one
off. Measured from each leaving to the next, those milliseconds add up to a tenth of the rate.

Intuit counts all desktops together and tells nobody how many there are. So whoever meets a 429
halves its rate and, after the pause, spaces its requests evenly and takes a little more each
second: additive increase and multiplicative decrease. Of two that share a limit the faster one
meets the 429 more often and gives up more each time, which is what brings both near half; a rate
that came back in full after the pause would only meet the next 429. Nothing here waits or locks,
see :mod:`psaqb_desktop.adapters.quickbooks.pacing`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Limit = tuple[int, float]
"""A number of requests, and the length of the sliding window in seconds that they may fall in."""

LIMITS: tuple[Limit, ...] = ((10, 1.0), (500, 60.0))
THROTTLE_PAUSE_SECONDS = 60.0
SLOWED_BY = 0.5
REGAINED_IN_SECONDS = 240.0
"""From half the rate to the whole, where nobody else is there any more."""
LEAST_SHARE = 1 / 16
_MADE_UP_FOR = 0.5
"""So much of a spacing is made up for when nobody was there in time; what is more has passed. Or
requests would bunch after each hiccup, and a bunch is what meets a 429."""
_MARGIN_SECONDS = 0.15
_MARGIN_SHARE = 1 / 120
"""Requests reach Intuit a little later or earlier than they leave here: each window is taken to be
longer by so much, whichever is more. Of the second it costs nothing: at the rate that 500 a minute
allow, ten requests take longer than that anyway."""


@dataclass(eq=False, slots=True)
class Leave:
    """One request that may leave at its ``turn``; ``moment`` is when it did, None until then."""

    turn: datetime
    moment: datetime | None = None


@dataclass(slots=True)
class _Window:
    """At most ``limit`` requests within any ``length``. Who has leave and has not left counts."""

    limit: int
    length: timedelta
    taken: deque[Leave] = field(default_factory=deque)

    def free_at(self, now: datetime) -> datetime:
        while self.taken and self._is_over(self.taken[0], now):
            self.taken.popleft()
        standing = [leave.moment or now for leave in self.taken if not self._is_over(leave, now)]
        if len(standing) < self.limit:
            return now
        # Where leaves were left unused too long there may be more than one too many.
        return sorted(standing)[len(standing) - self.limit] + self.length

    def _is_over(self, leave: Leave, now: datetime) -> bool:
        return leave.moment is not None and leave.moment + self.length <= now


class Allowance:
    """What one program may send to one company."""

    def __init__(self, limits: tuple[Limit, ...] = LIMITS) -> None:
        kept = [(most, s + max(_MARGIN_SECONDS, s * _MARGIN_SHARE)) for most, s in limits]
        self._windows = tuple(_Window(most, timedelta(seconds=s)) for most, s in kept)
        self._full = min(most / s for most, s in kept)
        self._share = 1.0
        self._share_since: datetime | None = None
        self._paused_until: datetime | None = None
        self._next_turn: datetime | None = None

    def share(self, now: datetime) -> float:
        """Return the part of the sustained limit that this program allows itself, up to 1."""
        if self._share_since is None:
            return 1.0
        regained = (now - self._share_since).total_seconds() * SLOWED_BY / REGAINED_IN_SECONDS
        return min(1.0, self._share + max(0.0, regained))

    def free_at(self, now: datetime) -> datetime:
        """Return when the next request may leave; ``now`` where it may at once."""
        self._forgive_clock_set_back(now)
        moments = [now, *(window.free_at(now) for window in self._windows)]
        if self._paused_until is not None:
            moments.append(self._paused_until)
        if self._next_turn is not None:
            # Never further away than one spacing, unless the clock was set back.
            moments.append(min(self._next_turn, now + self._spacing(now)))
        return max(moments)

    def take(self, now: datetime) -> Leave:
        """Give leave for one request; it counts from now on, and anew when it leaves."""
        spacing = self._spacing(now)
        turns = [now - _MADE_UP_FOR * spacing, self._next_turn or now]
        if self._paused_until is not None:
            turns.append(self._paused_until)
        leave = Leave(max(turns))
        self._next_turn = leave.turn + spacing
        for window in self._windows:
            window.taken.append(leave)
        return leave

    def give_back(self, leave: Leave) -> None:
        """Take a leave back that nobody will use: it counts for nothing."""
        for window in self._windows:
            if window.taken and window.taken[-1] is leave:
                self._next_turn = leave.turn
            window.taken = deque(each for each in window.taken if each is not leave)

    def throttled(self, leave: Leave, now: datetime, seconds: float) -> None:
        """Take note that the request of a leave was turned away, and pause for so many seconds.

        Requests that were under way together when the limit was met are one event: only the first
        of them slows down.
        """
        is_news = (
            self._share_since is None or leave.moment is None or leave.moment >= self._share_since
        )
        until = now + timedelta(seconds=seconds)
        if is_news:
            self._share = max(LEAST_SHARE, self.share(now) * SLOWED_BY)
        if self._paused_until is None or until > self._paused_until:
            self._paused_until = until
        # The share grows again once the pause is over.
        self._share_since = self._paused_until

    def _spacing(self, now: datetime) -> timedelta:
        return timedelta(seconds=1 / (self._full * self.share(now)))

    def _forgive_clock_set_back(self, now: datetime) -> None:
        """Start over when the computer's clock was set back, or a wait could last for hours.

        All are looked at: one that left after the clock was set back says nothing of the others.
        """
        taken = [leave for window in self._windows for leave in window.taken]
        if all(leave.moment is None or leave.moment <= now for leave in taken):
            return
        for window in self._windows:
            window.taken.clear()
        self._paused_until = self._share_since = self._next_turn = None
