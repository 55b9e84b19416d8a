"""Signing in to the CRM with Entra ID, and keeping a good access token at hand.

The refresh token lives in the secret store, the access token in memory only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.odata import guid
from psaqb_desktop.adapters.dataverse.sign_in_faults import CRM, sentence_for
from psaqb_desktop.adapters.dataverse.token_requests import EntraEndpoints, Tokens
from psaqb_desktop.adapters.dataverse.values import words
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.crm import CrmUser
from psaqb_desktop.domain.environment import Environment, SignInMethod
from psaqb_desktop.domain.errors import (
    AppError,
    RequestRejectedError,
    SignInNeededError,
    UnreadableAnswerError,
)
from psaqb_desktop.domain.identifiers import CrmId
from psaqb_desktop.domain.sign_in import AuthorizationRequest, DeviceCode, read_redirect

_EARLY = timedelta(minutes=2)
_STILL_WAITING = frozenset({"authorization_pending", "slow_down"})


class Clock(Protocol):
    """Time of day."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        ...


class Secrets(Protocol):
    """Where the refresh token is kept."""

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None."""
        ...

    def set(self, name: str, secret: str) -> None:
        """Store a secret durably."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; a missing one is fine."""
        ...


class EntraSignIn:
    """Signs one environment in to its CRM. May be used from any thread."""

    def __init__(
        self,
        environment: Environment,
        secrets: Secrets,
        http: HttpSession,
        clock: Clock,
        *,
        client_secret: Callable[[], str | None] = lambda: None,
    ) -> None:
        """``client_secret`` is asked for unattended sign-in only, each time."""
        self._environment = environment
        self._endpoints = EntraEndpoints(environment, http)
        self._secrets = secrets
        self._clock = clock
        self._client_secret = client_secret
        self._client = DataverseClient(environment.crm_url, self.access_token, http)
        self._secret_name = f"crm/{environment.name}/refresh-token"
        self._lock = threading.RLock()
        self._tokens: Tokens | None = None
        self._refused = ""

    def access_token(self, *, refused: str = "") -> str:
        """Return a token good for two minutes at least, and another than the ``refused`` one.

        Threads that met the same refusal at once get one new token, not one each.

        Raises:
            SignInNeededError: only a person can help.
        """
        with self._lock:
            kept = self._tokens
            is_good = kept is not None and self._clock.now() < kept.expires - _EARLY
            if kept and is_good and kept.access_token != refused:
                return kept.access_token
            if self._is_unattended:
                return self._keep(self._application_token()).access_token
            return self._keep(self._refresh()).access_token

    def begin(self, redirect_uri: str = "") -> AuthorizationRequest:
        """Start an authorization code sign-in with PKCE; empty means the embedded browser."""
        return self._endpoints.authorization_request(
            redirect_uri or self._endpoints.embedded_redirect
        )

    def finish(self, request: AuthorizationRequest, redirected_url: str) -> None:
        """Check the redirected address, trade the code for tokens, store the refresh token."""
        try:
            redirect = read_redirect(request, redirected_url)
        except RequestRejectedError as error:
            raise _in_plain_words(error) from error
        tokens = self._endpoints.redeem_code(request, redirect.code, now=self._clock.now())
        self._require_refresh_token(tokens)
        with self._lock:
            self._keep(tokens)

    def begin_device_code(self) -> DeviceCode:
        """Ask for a device code."""
        answer = self._endpoints.device_code()
        try:
            return DeviceCode(
                user_code=str(answer["user_code"]),
                verification_uri=str(answer["verification_uri"]),
                message=str(answer.get("message") or ""),
                expires=self._clock.now() + timedelta(seconds=int(answer["expires_in"])),
                interval_seconds=float(answer.get("interval") or 5),
                device_code=str(answer["device_code"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableAnswerError("The sign-in service answered no device code.") from error

    def poll_device_code(self, code: DeviceCode) -> bool:
        """Ask once whether the person is done; True stores the tokens.

        Raises:
            SignInNeededError: declined or expired.
        """
        if self._clock.now() >= code.expires:
            raise SignInNeededError("The code was not used in time.", service=CRM)
        try:
            tokens = self._endpoints.device_token(code.device_code, now=self._clock.now())
        except RequestRejectedError as error:
            if error.code in _STILL_WAITING:
                return False
            raise
        self._require_refresh_token(tokens)
        with self._lock:
            self._keep(tokens)
        return True

    def sign_in_unattended(self) -> None:
        """Sign in with client credentials (application user)."""
        with self._lock:
            self._keep(self._application_token())

    def can_sign_in_silently(self) -> bool:
        """A refresh token or a client secret is at hand; does not touch the network."""
        if self._is_unattended:
            return bool(self._client_secret())
        return (self._secrets.get(self._secret_name) or "") not in {"", self._refused}

    def sign_out(self) -> None:
        """Forget the tokens on this machine."""
        with self._lock:
            self._secrets.delete(self._secret_name)
            self._tokens = None

    def who_am_i(self) -> CrmUser:
        """Tell who is signed in; the cheapest test of the connection.

        Raises:
            SignInNeededError: nobody is.
        """
        doing = "asking who is signed in"
        user_id = str(self._client.get("WhoAmI", doing=doing).get("UserId", "")).lower()
        columns = {"$select": "fullname,internalemailaddress"}
        user = self._client.get(f"systemusers({guid(user_id)})", columns, doing=doing)
        return CrmUser(CrmId(user_id), words(user, "fullname"), words(user, "internalemailaddress"))

    @property
    def _is_unattended(self) -> bool:
        return self._environment.sign_in is SignInMethod.CLIENT_CREDENTIALS

    def _keep(self, tokens: Tokens) -> Tokens:
        """Store the refresh token before anything is done with the tokens."""
        if tokens.refresh_token:
            self._secrets.set(self._secret_name, tokens.refresh_token)
            self._refused = ""
        self._tokens = tokens
        return tokens

    def _application_token(self) -> Tokens:
        secret = self._client_secret()
        if not secret:
            raise SignInNeededError(
                "There is no client secret for unattended sign-in.",
                service=CRM,
                details="Set PSAQB_CRM_CLIENT_SECRET, or store it in the keyring.",
            )
        return self._endpoints.application_token(secret, now=self._clock.now())

    def _refresh(self) -> Tokens:
        stored = self._secrets.get(self._secret_name)
        if not stored:
            raise SignInNeededError("Nobody is signed in to the CRM yet.", service=CRM)
        try:
            return self._endpoints.refresh(stored, now=self._clock.now())
        except SignInNeededError:
            newer = self._secrets.get(self._secret_name)
            if newer and newer != stored:
                # Another program of this user signed in meanwhile.
                return self._endpoints.refresh(newer, now=self._clock.now())
            self._refused = stored
            self._tokens = None
            raise

    def _require_refresh_token(self, tokens: Tokens) -> None:
        if not tokens.refresh_token:
            raise UnreadableAnswerError(
                "The sign-in service gave no refresh token, so you would have to sign in hourly.",
                remedy="Allow offline_access for this program in Entra ID.",
            )


def _in_plain_words(error: RequestRejectedError) -> AppError:
    return RequestRejectedError(
        sentence_for(str(error), error.code),
        service=error.service,
        code=error.code,
        remedy=error.remedy,
        details=str(error),
    )
