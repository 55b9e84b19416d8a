"""Collecting garbage in Qt's thread only.

Python's collector runs in whichever thread happens to allocate. A widget that hangs in a cycle
would be destroyed there, and Qt objects must die in their own thread: the program would crash, in
the middle of a push. So automatic collection is off while the window is open, and a timer collects
where it is safe.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

LOOK_MILLISECONDS = 500
YOUNG_THRESHOLD = 700
"""Objects made since the last look that are worth a collection; Python's own number."""
OLD_THRESHOLD = 10
FULL_SECONDS = 60.0
"""A full collection takes long with many rows: at most this often."""


class MainThreadCollector(QObject):
    """Collects garbage now and then in the thread that made it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._last_full = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the generations that are due."""
        young, middle, old = gc.get_count()
        if old > OLD_THRESHOLD and time.monotonic() - self._last_full > FULL_SECONDS:
            self._last_full = time.monotonic()
            gc.collect(2)
        elif middle > OLD_THRESHOLD:
            gc.collect(1)
        elif young > YOUNG_THRESHOLD:
            gc.collect(0)

    def stop(self) -> None:
        """Give the collecting back to Python."""
        self._timer.stop()
        gc.enable()
