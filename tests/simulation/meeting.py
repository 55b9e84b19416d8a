"""A meeting: programs that come to the same call at the very same moment."""

from __future__ import annotations

from tests.simulation.fibres import Hub

_MOST_LOOKS = 40
CALLS = ("records.write", "authorization.refresh", "connections.take_lease")


class Meeting:
    """Who comes to the call first waits a while for another program."""

    def __init__(self, hub: Hub, call: str) -> None:
        self._hub = hub
        self.call = call
        self._first = ""

    def wait(self, name: str) -> None:
        if self._first:
            self._first = ""
            return
        self._first = name
        for _ in range(_MOST_LOOKS):
            self._hub.sleep(0.25)
            if self._first != name:
                return
        self._first = ""
