"""Cancelling: finish what is in flight, start nothing new."""

from __future__ import annotations

import threading


class Cancellation:
    """A flag that a person raises and that long work looks at between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """True after :meth:`cancel`."""
        return self._event.is_set()
