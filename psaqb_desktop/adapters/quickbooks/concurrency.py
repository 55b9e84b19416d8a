"""How many writes of one company may be under way at once.

The published limits bound the rate; what is under way follows from it (rate × latency, Little's
law), as long as latency does not itself come of too much being under way. So the limit of places
follows the gradient of latency: it is what it was, times (latency that is usual here ÷ latency
just now), plus a few places to find out whether more would go. Where latency stays as it is, or is
long because the company is large and slow, places grow until the rate needs no more of them; where
it rises beyond twice the usual, they shrink before requests time out with their outcome unknown.
Additive increase alone would learn of overload by time-outs only, and each of those leaves an
invoice to be looked up. The method is that of Netflix' concurrency-limits (Gradient2).

Nothing here waits or locks, see :mod:`psaqb_desktop.adapters.quickbooks.pacing`.
"""

from __future__ import annotations

FIRST_PLACES = 8
LEAST_PLACES = 2
MOST_PLACES = 32
"""Ten a second at three seconds each; a service slower than that needs patience, not more."""
_ROOM_TO_GROW = 2.0
_TOLERATED = 2.0
"""Latency of a write varies by as much as that with the number of its lines."""
_SMOOTHED = 0.2
_USUAL_OVER = 200
"""Writes over which the usual latency is averaged."""
_CUT = 0.7
"""What a throttled, failed or unanswered write leaves of the places."""


class PlacesLimit:
    """The limit of writes under way, learnt from their latency."""

    def __init__(self) -> None:
        self._places = float(FIRST_PLACES)
        self._usual = 0.0
        self._seen = 0

    @property
    def places(self) -> int:
        """How many writes may be under way."""
        return int(self._places)

    def answered(self, seconds: float, under_way: int) -> None:
        """Learn from a write that was answered after ``seconds``; ``under_way`` includes it."""
        self._seen += 1
        weight = 1 / min(self._seen, _USUAL_OVER)
        self._usual += (seconds - self._usual) * weight
        if self._usual > _TOLERATED * seconds:
            # A slow spell is over: what was usual in it is no measure any more.
            self._usual *= 0.95
        gradient = max(0.5, min(1.0, _TOLERATED * self._usual / seconds)) if seconds > 0 else 1.0
        if gradient >= 1 and under_way * 2 < self._places:
            return  # the rate needs no more of them; growing now would be guessing
        wanted = self._places * gradient + _ROOM_TO_GROW
        self._set(self._places + (wanted - self._places) * _SMOOTHED)

    def failed(self) -> None:
        """Learn from a write that was turned away, failed inside the service or got no answer."""
        self._set(self._places * _CUT)

    def _set(self, places: float) -> None:
        self._places = min(float(MOST_PLACES), max(float(LEAST_PLACES), places))
