"""Intuit's OAuth 2: the authorize address, tokens for codes, new tokens for old ones, revoking."""

from __future__ import annotations

import secrets
from typing import NoReturn
from urllib.parse import urlsplit

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.retry import retry_after
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.lists import read_company
from psaqb_desktop.adapters.quickbooks.pacing import Clock, CompanyPacings
from psaqb_desktop.adapters.quickbooks.refusals import SERVICE, access_refused
from psaqb_desktop.adapters.quickbooks.token_answers import token_answer, token_refusal
from psaqb_desktop.adapters.quickbooks.trust import require_token_address, require_trusted
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
    UnreadableAnswerError,
    UntrustedHostError,
)
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo, CompanyPreferences
from psaqb_desktop.domain.sign_in import AuthorizationRequest

SCOPE = "com.intuit.quickbooks.accounting"
_SIGN_IN_HOSTS = ("intuit.com",)
_FORM = "application/x-www-form-urlencoded"
_TOKEN_TIMEOUT = (5.0, 25.0)
"""A refresh with its tries must end while the lease lasts."""
_TELL_HARD_EXPIRY = {"x-include-refresh-token-hard-expires-in": "true"}
_ALREADY_REVOKED = frozenset({"invalid_grant", "invalid_token", "invalid_request"})


class QuickBooksAuthorization:
    """OAuth 2 of one environment. Secrets go to trusted hosts only."""

    def __init__(
        self,
        environment: Environment,
        http: HttpSession,
        clock: Clock,
        pacings: CompanyPacings | None = None,
    ) -> None:
        self._environment = environment
        self._http = http
        self._clock = clock
        self._pacings = pacings or CompanyPacings(clock)

    def begin(self, *, client_id: str, redirect_uri: str) -> AuthorizationRequest:
        """Make the authorize address with a fresh state."""
        # authlib takes its time to load, and most starts of the program sign nobody in.
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415

        address = self._environment.quickbooks_authorize_url
        state = secrets.token_urlsafe(32)
        url = prepare_grant_uri(
            address,
            client_id=client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=SCOPE,
            state=state,
        )
        host = (urlsplit(address).hostname or "").lower()
        is_intuit = host == "intuit.com" or host.endswith(".intuit.com")
        return AuthorizationRequest(
            url=str(url),
            redirect_uri=redirect_uri,
            state=state,
            title="Sign in to QuickBooks",
            allowed_hosts=_SIGN_IN_HOSTS if is_intuit else (host,),
        )

    def exchange(
        self, connection: Connection, *, client_secret: str, code: str, redirect_uri: str
    ) -> TokenAnswer:
        """Trade an authorization code at the connection's Access Token URL.

        Raises:
            SignInNeededError: the code is used up or too old; the sign-in begins anew.
            RequestRejectedError: invalid_client and the like.
            OutcomeUnknownError: the answer was lost; the code is used up, the sign-in begins anew.
        """
        answer = self._token_call(
            connection,
            client_secret,
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
        )
        if not answer.is_success:
            raise token_refusal(answer, connection.name, is_first_time=True)
        return token_answer(answer, self._clock.now(), "")

    def refresh(self, connection: Connection, credentials: Credentials) -> TokenAnswer:
        """Trade the refresh token at the connection's Access Token URL.

        Raises:
            SignInNeededError: invalid_grant: only a person can reconnect.
            RequestRejectedError: invalid_client and the like.
            OutcomeUnknownError: the answer was lost, and with it perhaps a new refresh token. The
                same token may be tried once more.
        """
        answer = self._token_call(
            connection,
            credentials.client_secret,
            grant_type="refresh_token",
            refresh_token=credentials.refresh_token,
        )
        if not answer.is_success:
            raise token_refusal(answer, connection.name, is_first_time=False)
        try:
            return token_answer(answer, self._clock.now(), credentials.refresh_token)
        except UnreadableAnswerError as error:
            _raise_lost(connection, error.details, error)

    def revoke(self, connection: Connection, *, client_secret: str, token: str) -> None:
        """Revoke a token (and with it the grant). A token that is dead already is fine."""
        url = self._environment.revoke_url
        require_trusted(url, self._environment, connection_name=connection.name)
        answer = self._http.send(
            "POST",
            url,
            headers={**_basic(connection, client_secret), "Accept": "application/json"},
            json={"token": token},
            is_safe_to_repeat=True,
            is_confidential=True,
        )
        if answer.is_success:
            return
        refusal = token_refusal(answer, connection.name, is_first_time=False)
        is_dead = not isinstance(refusal, RequestRejectedError) or refusal.code in _ALREADY_REVOKED
        if not is_dead:
            raise refusal

    def company(
        self, connection: Connection, realm_id: RealmId, tokens: TokenAnswer
    ) -> tuple[CompanyInfo, CompanyPreferences]:
        """Read who the company is, with tokens that are not stored yet."""

        def only_token(of: Connection, is_refused: bool) -> str:  # noqa: FBT001 - as declared
            if is_refused:
                raise access_refused(of.name, "the token is minutes old")
            return tokens.access_token

        calls = CompanyCalls(
            connection.with_company(
                realm_id=realm_id, company_name="", country="", home_currency=""
            ),
            self._environment,
            only_token,
            self._http,
            self._pacings.of(realm_id),
        )
        return read_company(calls)

    def _token_call(
        self, connection: Connection, client_secret: str, *, grant_type: str, **form: str
    ) -> HttpAnswer:
        """Call the Access Token URL once; 4xx is returned, other trouble is raised."""
        from authlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415

        url = connection.access_token_url.strip()
        require_token_address(url, self._environment, connection_name=connection.name)
        headers = {
            **_basic(connection, client_secret),
            **_TELL_HARD_EXPIRY,
            "Accept": "application/json",
            "Content-Type": _FORM,
        }
        body = prepare_token_request(grant_type, "", **form)
        try:
            answer = self._http.send(
                "POST",
                url,
                headers=headers,
                data=body,
                is_safe_to_repeat=False,
                timeout=_TOKEN_TIMEOUT,
                before_try=_at_once,
                is_confidential=True,
            )
        except OutcomeUnknownError as error:
            _raise_lost(connection, error.details, error)
        except UntrustedHostError as error:
            raise UntrustedHostError(
                f"{error} The connection “{connection.name}” got no new token.",
                details=error.details,
            ) from error
        if answer.status >= 500 or not (answer.is_success or 400 <= answer.status < 500):
            _raise_lost(connection, answer.excerpt(), None)
        if answer.status in {408, 429}:
            raise ServiceUnavailableError(
                "QuickBooks' sign-in service asks for patience.",
                service=SERVICE,
                retry_after=retry_after(answer.headers),
                details=answer.excerpt(),
            )
        return answer


def _at_once() -> None:
    """Have a 429 returned rather than waited for: a lease is held during a refresh."""


def _raise_lost(connection: Connection, details: str, cause: Exception | None) -> NoReturn:
    raise OutcomeUnknownError(
        f"No clear answer came from QuickBooks' sign-in service for {connection.name}. A new "
        "token may have been made and lost on the way.",
        remedy="Try again: as a rule the present token still works. If QuickBooks refuses it, sign "
        "in again; waiting invoices stay where they are.",
        details=details,
    ) from cause


def _basic(connection: Connection, client_secret: str) -> dict[str, str]:
    from authlib.oauth2.auth import ClientAuth  # noqa: PLC0415

    # Keys are pasted by people, often with a blank or a line break at the end.
    client = ClientAuth(connection.client_id.strip(), client_secret.strip(), "client_secret_basic")
    headers: dict[str, str] = {}
    try:
        client.prepare("POST", "", headers, "")
    except UnicodeEncodeError as error:
        raise RequestRejectedError(
            f"The Client ID or Security Key of {connection.name} has characters that no key of "
            "Intuit has. Nothing was sent.",
            service=SERVICE,
            remedy="Copy both again from the keys page of the app in Intuit's developer pages.",
        ) from error
    return headers
