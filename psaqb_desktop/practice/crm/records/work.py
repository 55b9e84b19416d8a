"""How many rows the present request has written, for services that take time per row."""

from __future__ import annotations

import threading


class Work(threading.local):
    """A count of its own for each of the server's threads."""

    rows = 0
