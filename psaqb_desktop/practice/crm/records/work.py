"""How much the present request has read and written, for services that take time for it."""

from __future__ import annotations

import threading


class Work(threading.local):
    """Counts of its own for each of the server's threads: pages read, rows written."""

    pages = 0
    rows = 0
