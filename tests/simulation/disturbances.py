"""What can go wrong with a port call: as each port's contract says, before or after the effect."""

from __future__ import annotations

import random
from collections.abc import Callable

from psaqb_desktop.domain.errors import (
    JournalError,
    OutcomeUnknownError,
    SecretStoreError,
    ServiceUnavailableError,
    SignInNeededError,
)
from tests.fakes.gate import Disturbance

_WRITES = (
    "write",
    "add_payments",
    "remove_payments",
    "store_tokens",
    "release_lease",
    "take_lease",
)


def at_call(number: int, disturbance: Disturbance) -> Callable[[int, str], Disturbance | None]:
    """Disturb one call."""
    return lambda call, _: disturbance if call == number else None


def now_and_then(
    chance: random.Random, likelihood: float
) -> Callable[[int, str], Disturbance | None]:
    """Disturb calls at random, each as its contract allows."""

    def disturb(_: int, call: str) -> Disturbance | None:
        if chance.random() >= likelihood:
            return None
        return chance.choice(disturbances_of(call) or (None,))

    return disturb


def disturbances_of(call: str) -> tuple[Disturbance, ...]:
    """Return every way in which a call of ``port.method`` may fail."""
    port, method = call.split(".")
    if call == "quickbooks.turn":
        return ()
    if port == "journal":
        return (Disturbance(JournalError("The disk is full."), is_after=False),)
    if port == "secrets":
        return (Disturbance(SecretStoreError("The keyring is locked."), is_after=False),)
    service = "QuickBooks" if port == "quickbooks" else "CRM"
    unavailable = ServiceUnavailableError("It cannot be reached.", service=service)
    signed_out = SignInNeededError("Sign in again.", service=service)
    found = [Disturbance(unavailable, is_after=False), Disturbance(signed_out, is_after=False)]
    if call == "quickbooks.post":
        lost = OutcomeUnknownError("No answer came.")
        found += [Disturbance(lost, is_after=False), Disturbance(lost, is_after=True)]
    elif method in _WRITES:
        found.append(Disturbance(unavailable, is_after=True))
    return tuple(found)
