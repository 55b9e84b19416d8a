"""Weather: how long calls take and what goes wrong with them, drawn from the seed."""

from __future__ import annotations

import random
from enum import Enum

from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
)
from tests.fakes.gate import Disturbance
from tests.simulation.disturbances import disturbances_of

_LOCAL = ("journal", "secrets")
_LONGEST_NAP = 900.0
_LONGEST_NAP_BEFORE_WRITING = 240.0
"""A machine that slept for longer between asking for its turn and sending is not modelled:
nothing on Earth tells such a request from one in time, but for the number's own uniqueness."""


class Fate(Enum):
    """What becomes of one request to QuickBooks."""

    ANSWERED = "is answered"
    NOT_CONNECTED = "never leaves"
    LOST = "is lost"
    ANSWER_LOST = "is carried out, its answer lost"
    LATE = "is carried out after the client has given up"
    TWICE = "arrives twice"
    THROTTLED = "is throttled"
    THROTTLED_WITH_TIME = "is throttled for some seconds"
    THROTTLED_BY_FAULT = "is throttled with 403"
    GATEWAY = "meets a gateway that answers 503 with a page"
    GATEWAY_AFTER = "is carried out, then a gateway answers 502 with a page"
    GATEWAY_LATE = "is carried out after a gateway has answered 504 with a page"
    FAILS_INSIDE = "fails inside with 10000"
    FAILS_INSIDE_AFTER = "is carried out, then answered with 10000"
    EXPIRED = "meets an expired token"
    REFUSED_AFTER = "is carried out, then refused as its own duplicate"


_TROUBLES = tuple(fate for fate in Fate if fate is not Fate.ANSWERED)
_TROUBLES_OF_WRITES = (*_TROUBLES, Fate.REFUSED_AFTER, Fate.REFUSED_AFTER)


class Weather:
    """Of one run of a program."""

    def __init__(self, chance: random.Random, badness: float) -> None:
        self._chance = chance
        self.badness = badness
        self.sleeps_when_refused = 0.0
        """For how long the machine sleeps between hearing a refusal and telling the CRM."""
        self.late: dict[str, float] = {}
        """How long some calls are on their way: their service wants patience."""
        self._naps = 1 if badness and chance.random() < 0.25 else 0

    def way(self, call: str) -> float:
        """Return how many seconds it takes until a call has its effect."""
        chance = self._chance
        if call in self.late:
            return self.late[call]
        if call.startswith(_LOCAL):
            return chance.uniform(0.001, 0.02)
        if self._naps and chance.random() < (0.15 if call == "records.write" else 0.03):
            self._naps -= 1
            is_write = call == "quickbooks.POST" or call.startswith("authorization")
            return chance.uniform(20, _LONGEST_NAP_BEFORE_WRITING if is_write else _LONGEST_NAP)
        return chance.uniform(0.02, 0.6)

    def way_back(self, call: str) -> float:
        if call.startswith(_LOCAL):
            return 0.0
        return self._chance.uniform(0.01, 0.3)

    def trouble(self, call: str) -> Disturbance | None:
        """Return what goes wrong with a call of a port, as the port's contract allows."""
        if not self.badness or self._chance.random() >= self.badness:
            return None
        if call.startswith("authorization"):
            return self._chance.choice(_TOKEN_TROUBLES)
        return self._chance.choice(disturbances_of(call))

    def fate(self, *, is_write: bool) -> Fate:
        """Return what becomes of a request to QuickBooks; writes are what a schedule is about."""
        likelihood = self.badness * (5 if is_write else 2)
        if not self.badness or self._chance.random() >= likelihood:
            return Fate.ANSWERED
        return self._chance.choice(_TROUBLES_OF_WRITES if is_write else _TROUBLES)

    def cut(self, length: int) -> int | None:
        """Return after how many records a bulk write breaks off; None where it does not."""
        if not self.badness or length < 2 or self._chance.random() >= self.badness:
            return None
        return self._chance.randrange(1, length)

    def seconds(self, least: float, most: float) -> float:
        return self._chance.uniform(least, most)


_TOKEN_TROUBLES = (
    Disturbance(ServiceUnavailableError("No network.", service="QuickBooks"), is_after=False),
    Disturbance(OutcomeUnknownError("No answer came."), is_after=False),
    Disturbance(OutcomeUnknownError("No answer came."), is_after=True),
    Disturbance(RequestRejectedError("invalid_client", service="QuickBooks"), is_after=False),
)
