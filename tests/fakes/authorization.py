"""Intuit's token end point, in memory: rotation, strict or with a day of grace, lost answers."""

# ruff: noqa: ARG002 - stand-ins need not look at all they are handed

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.errors import (
    AppError,
    OutcomeUnknownError,
    RequestRejectedError,
    SignInNeededError,
)
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo, CompanyPreferences
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.services.ports import Clock


class FakeAuthorization:
    def __init__(self, clock: Clock, *, is_strict: bool = True, rotates: bool = True) -> None:
        self.is_strict = is_strict
        """True: a rotated token is dead at once. False: it lives for another day."""
        self.rotates = rotates
        self.lost_answers = 0
        self.errors: list[AppError] = []
        self.refused: list[str] = []
        self.revoked: list[str] = []
        self.newest = ""
        self.at_once = 0
        """Most refreshes that were under way at the same time."""
        self.refreshes = 0
        self.date: datetime | None = None
        """What its answers say that the time is."""
        self.companies: dict[str, tuple[RealmId, CompanyInfo, CompanyPreferences]] = {}
        self._alive: dict[str, datetime | None] = {}
        self._clock = clock
        self._count = 0
        self._under_way = 0
        self._lock = threading.Lock()

    def issue(self) -> str:
        """Issue a first refresh token, as a sign-in does."""
        with self._lock:
            return self._issue()

    def is_alive(self, token: str) -> bool:
        if token not in self._alive:
            return False
        end = self._alive[token]
        return end is None or end > self._clock.now()

    def begin(self, *, client_id: str, redirect_uri: str) -> AuthorizationRequest:
        return AuthorizationRequest(
            f"https://appcenter.intuit.com/connect/oauth2?client_id={client_id}",
            redirect_uri,
            "state-1",
        )

    def exchange(
        self, connection: Connection, *, client_secret: str, code: str, redirect_uri: str
    ) -> TokenAnswer:
        if not client_secret or not redirect_uri:
            raise RequestRejectedError("invalid_client", service="QuickBooks")
        if code != "good":
            raise SignInNeededError("The code is used up.", service=connection.name)
        with self._lock:
            return self._answer(self._issue())

    def refresh(self, connection: Connection, credentials: Credentials) -> TokenAnswer:
        with self._lock:
            self._under_way += 1
            self.at_once = max(self.at_once, self._under_way)
        try:
            with self._lock:
                return self._refresh(connection, credentials)
        finally:
            with self._lock:
                self._under_way -= 1

    def _refresh(self, connection: Connection, credentials: Credentials) -> TokenAnswer:
        self.refreshes += 1
        if self.errors:
            raise self.errors.pop(0)
        token = credentials.refresh_token
        if not self.is_alive(token):
            self.refused.append(token)
            raise SignInNeededError("invalid_grant", service=connection.name)
        if self.rotates:
            if token == self.newest:
                end = self._clock.now() + timedelta(days=1)
                self._alive[token] = self._clock.now() if self.is_strict else end
                self._issue()
            token = self.newest
        if self.lost_answers:
            self.lost_answers -= 1
            raise OutcomeUnknownError("No answer came.")
        return self._answer(token)

    def revoke(self, connection: Connection, *, client_secret: str, token: str) -> None:
        self.revoked.append(token)
        self._alive.clear()

    def company(
        self, connection: Connection, realm_id: RealmId, tokens: TokenAnswer
    ) -> tuple[CompanyInfo, CompanyPreferences]:
        return (
            CompanyInfo(realm_id, f"Company {realm_id}", "GB"),
            CompanyPreferences(home_currency="GBP"),
        )

    def _issue(self) -> str:
        self._count += 1
        self.newest = f"refresh-{self._count}"
        self._alive[self.newest] = None
        return self.newest

    def _answer(self, token: str) -> TokenAnswer:
        now = self._clock.now()
        self._count += 1
        return TokenAnswer(
            access_token=f"access-{self._count}",
            refresh_token=token,
            access_token_expires=now + timedelta(hours=1),
            refresh_token_expires=now + timedelta(days=101),
            received=now,
            issued=self.date,
        )
