"""One run at a time: reading, checking, pushing or pulling; tells how far it is, can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.ui.invoices.surface import Activity, Frame


class Busy(Exception):  # noqa: N818 - no error: the keyboard was faster than a greyed button
    """Another run is going on."""


class Run:
    """A run under way."""

    def __init__(self, frame: Frame, activity: Activity) -> None:
        self._frame = frame
        self.activity = activity
        self.cancellation = Cancellation()
        frame.show_activity(activity)

    def advance(self, done: int, total: int, words: str = "") -> None:
        """Tell how far the run is."""
        self.activity = self.activity._replace(
            done=done, total=total, words=words or self.activity.words
        )
        self._frame.show_activity(self.activity)

    def turn_into(self, activity: Activity) -> None:
        """Go on with another step of the same run."""
        is_stopping = self.cancellation.is_cancelled
        self.activity = activity._replace(is_stopping=is_stopping)
        self._frame.show_activity(self.activity)

    def stop(self) -> None:
        """Finish what is in flight and start nothing new."""
        if self.activity.can_stop and not self.cancellation.is_cancelled:
            self.cancellation.cancel()
            self.activity = self.activity._replace(is_stopping=True)
            self._frame.show_activity(self.activity)

    @property
    def was_stopped(self) -> bool:
        """The person pressed Stop."""
        return self.cancellation.is_cancelled


class RunGate:
    """Lets one run in at a time."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._idle = asyncio.Event()
        self._idle.set()
        self.current: Run | None = None
        self.turns = 0
        """How often a run has begun or ended: who reads outside of a run sees whether the rows may
        have changed meanwhile."""

    @contextmanager
    def begin(self, activity: Activity) -> Iterator[Run]:
        """Hold the gate for one run.

        Raises:
            Busy: another run is going on.
        """
        if self.current is not None:
            raise Busy
        self._idle.clear()
        self.turns += 1
        self.current = Run(self._frame, activity)
        try:
            yield self.current
        finally:
            self.current = None
            self.turns += 1
            self._idle.set()
            self._frame.show_activity(None)

    @property
    def is_pushing(self) -> bool:
        """Documents may be on their way just now."""
        return self.current is not None and self.current.activity.is_push

    async def wait_idle(self) -> None:
        """Wait until no run is going on; who begins one without awaiting anything else gets in."""
        while self.current is not None:  # another run may begin before this coroutine goes on
            await self._idle.wait()
