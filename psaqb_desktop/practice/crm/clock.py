"""Time as the practice CRM tells it: never before the day its make-believe books were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

PRACTICE_TODAY = date(2026, 11, 20)
"""The day on which the seeded business stands."""


class Clock:
    """The real clock, put forward where it runs behind the seeded rows.

    Rows changed by a client must carry a later ``modifiedon`` than the seeded ones, or a reader
    who follows changes would miss them.
    """

    def __init__(
        self, today: date = PRACTICE_TODAY, offset: Callable[[], float] = lambda: 0.0
    ) -> None:
        """``offset`` tells by how many seconds the clock is moved at this moment."""
        self._offset = offset
        earliest = datetime.combine(today, time(18), UTC)
        self._ahead = max(timedelta(0), earliest - datetime.now(UTC))

    def now(self) -> datetime:
        """This moment in UTC, to the second as ``modifiedon`` shows it."""
        moved = self._ahead + timedelta(seconds=self._offset())
        return (datetime.now(UTC) + moved).replace(microsecond=0)

    def stamp(self) -> str:
        """This moment as stored and printed."""
        return stamp(self.now())


def stamp(moment: datetime) -> str:
    """A moment in the form in which the Web API prints it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
