"""The service's idea of now, and the ways in which QuickBooks writes moments.

All stamps are Pacific time with an offset, wherever the company is; and the date that an invoice
without a date gets is the Pacific one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _pacific() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # a Windows machine without the tzdata package
        return timezone(timedelta(hours=-8))


PACIFIC = _pacific()


class Clock:
    """Tells the time, ahead of the real one by ``offset_seconds``.

    Moving the clock is how a person sees a token age or a month end without waiting for it.
    """

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> datetime:
        """The current moment, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def epoch(self) -> int:
        """The current moment as whole seconds since 1970."""
        return int(self.now().timestamp())

    def today(self) -> date:
        """The date at Intuit's servers."""
        return self.now().astimezone(PACIFIC).date()

    def envelope_time(self) -> str:
        """The ``time`` member of an answer."""
        return self.now().astimezone(PACIFIC).isoformat(timespec="milliseconds")


def zone_of(name: str) -> tzinfo:
    """A time zone by its name, Pacific where it is not known."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return PACIFIC


def stamp(epoch: int, zone: tzinfo = PACIFIC) -> str:
    """A MetaData stamp: whole seconds, with offset."""
    return datetime.fromtimestamp(epoch, zone).isoformat(timespec="seconds")


def read_moment(text: str) -> datetime:
    """Reads a moment as clients send them; without an offset it is taken as Pacific.

    Raises:
        ValueError: It is no moment.
    """
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)
