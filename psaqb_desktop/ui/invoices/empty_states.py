"""Why there may be nothing to show."""

from __future__ import annotations

from enum import Enum


class Empty(Enum):
    """Why there is nothing to show."""

    READING = "reading"
    NOT_SIGNED_IN = "not-signed-in"
    NOT_SET_UP = "not-set-up"
    NO_CONNECTION = "no-connection"
    NOTHING_TO_POST = "nothing-to-post"
    NOTHING_HERE = "nothing-here"
    FILTERED = "filtered"
    OFFLINE = "offline"
    NO_INVOICES = "no-invoices"
