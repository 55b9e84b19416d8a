"""The secrets of a connection, and what the Access Token URL answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """The two secrets of a connection. Never logged; ``repr`` hides them."""

    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    issued: datetime | None = field(default=None, compare=False)
    """When the refresh token was issued, read together with it."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the Access Token URL answered. ``repr`` hides the tokens.

    ``refresh_token`` may be the one that was sent or a new one; it is stored either way.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_token_expires: datetime
    refresh_token_expires: datetime
    received: datetime
    refresh_token_hard_expires: datetime | None = None
    issued: datetime | None = None
    """When the tokens were issued by the service's own clock, where it told."""
