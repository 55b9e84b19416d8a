"""Collecting garbage in Qt's thread only.

Python's collector runs in whichever thread happens to allocate. A widget that hangs in a cycle
would be destroyed there, and Qt objects must die in their own thread: the program would crash, in
the middle of a push. So automatic collection is off while the window is open, and a timer collects
where it is safe.

A collection walks through every object that it may take away: a third of a second with 100,000
rows. Rows hang in no cycles, they die when the last one lets go of them. So a crowd of new objects,
which is a list that was read, is set aside ("frozen") and walked through only while nobody looks.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

LOOK_MILLISECONDS = 500
YOUNG_THRESHOLD = 700
"""Objects made since the last look that are worth a collection; Python's own number."""
CROWD = 10_000
"""So many objects at once are a list; a collection would walk through them for milliseconds."""
OLD_THRESHOLD = 10
FULL_SECONDS = 60.0
"""Between two collections of everything but what is set aside."""
ASIDE_SECONDS = 600.0
"""Between two collections of what is set aside as well."""


class MainThreadCollector(QObject):
    """Collects garbage now and then in the thread that made it.

    ``is_busy`` tells whether something runs, such as a push, that is not to be held up.
    """

    def __init__(self, is_busy: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._is_busy = is_busy
        self._has_aside = False
        self._last_full = self._last_aside = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the generations that are due."""
        young, middle, old = gc.get_count()
        if young > CROWD:
            self._set_aside()
        elif self._is_time_for_all():
            self.collect_all()
        elif old > OLD_THRESHOLD and time.monotonic() - self._last_full > FULL_SECONDS:
            self._last_full = time.monotonic()
            gc.collect(2)
        elif middle > OLD_THRESHOLD:
            gc.collect(1)
        elif young > YOUNG_THRESHOLD:
            gc.collect(0)

    def _is_time_for_all(self) -> bool:
        return (
            self._has_aside
            and time.monotonic() - self._last_aside > ASIDE_SECONDS
            and not self._is_busy()
            and QGuiApplication.applicationState() is not Qt.ApplicationState.ApplicationActive
        )

    def _set_aside(self) -> None:
        # Python can count what is frozen, by walking through it.
        self._has_aside = True
        gc.freeze()

    def collect_all(self) -> None:
        """Collect what was set aside as well; the window stands still meanwhile."""
        gc.unfreeze()
        gc.collect()
        self._set_aside()
        self._last_aside = time.monotonic()

    def stop(self) -> None:
        """Give the collecting back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
