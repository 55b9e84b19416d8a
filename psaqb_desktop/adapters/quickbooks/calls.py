"""Calls to one company: trusted host, token, pacing, patience and one renewal of the token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import quote

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.retry import retry_after
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.allowance import THROTTLE_PAUSE_SECONDS
from psaqb_desktop.adapters.quickbooks.faults import read_faults
from psaqb_desktop.adapters.quickbooks.pacing import Pacing, Turn
from psaqb_desktop.adapters.quickbooks.refusals import SERVICE, access_refused
from psaqb_desktop.adapters.quickbooks.trust import require_api_address
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import (
    AppError,
    Cancelled,
    OutcomeUnknownError,
    SecretHiddenError,
    ServiceUnavailableError,
    SignInNeededError,
    UntrustedHostError,
    WrongEnvironmentError,
)

AccessToken = Callable[[Connection, bool], str]
"""Returns a valid access token of a connection; True asks for a new one."""

MINOR_VERSION = "75"
_MOST_TRIES = 4
_TOKEN_FAULTS = frozenset({"", "100", "110", "3200", "3202"})


@dataclass(frozen=True, slots=True)
class _Call:
    """One request to the company, below its address."""

    method: str
    path: str
    params: Mapping[str, str]
    body: str | None = None
    content_type: str = ""
    is_safe_to_repeat: bool = False


class CompanyCalls:
    """Sends requests to the company of a connection. May be used from any thread."""

    def __init__(
        self,
        connection: Connection,
        environment: Environment,
        access_token: AccessToken,
        http: HttpSession,
        pacing: Pacing,
    ) -> None:
        self.connection = connection
        """The connection as last seen; replaced when the CRM record changes."""
        self._environment = environment
        self._access_token = access_token
        self._http = http
        self._pacing = pacing
        self._renewing = threading.Lock()

    @property
    def company(self) -> str:
        """What people call the company."""
        return self.connection.company_name or self.connection.name

    def require_trusted_address(self) -> None:
        """Look at the company's address before anything is prepared for it.

        Raises:
            UntrustedHostError: it is not trusted.
        """
        require_api_address(
            self.connection.access_api_url,
            self._environment,
            connection_name=self.connection.name,
        )

    def get(self, path: str, params: Mapping[str, str] | None = None) -> HttpAnswer:
        """Read something."""
        return self._send(_Call("GET", path, params or {}, is_safe_to_repeat=True))

    def query(self, statement: str) -> HttpAnswer:
        """Run a query, in the body: there it may be long and needs no escaping for addresses."""
        return self._send(
            _Call("POST", "query", {}, statement, "application/text", is_safe_to_repeat=True)
        )

    def turn(self, gives_up: Callable[[], bool]) -> AbstractContextManager[Turn | None]:
        """Wait for the turn of one write; see :meth:`Pacing.turn`."""
        return self._pacing.turn(gives_up)

    def post(
        self, path: str, params: Mapping[str, str], body: str, turn: Turn | None = None
    ) -> HttpAnswer:
        """Write something, at once where it has its turn.

        Raises:
            OutcomeUnknownError: it was sent, and no complete answer came.
        """
        call = _Call("POST", path, params, body, "application/json", is_safe_to_repeat=False)
        if turn is None:
            return self._send(call)
        try:
            answer = self._send(call, turn)
        except OutcomeUnknownError:
            turn.failed()
            raise
        if answer.status >= 500:
            turn.failed()
        elif not _is_throttled(answer):
            turn.answered()
        return answer

    def _send(self, call: _Call, turn: Turn | None = None) -> HttpAnswer:
        """Send, and once more with a new token if the token was refused.

        A refused token and throttling mean that QuickBooks did nothing, so a write may be
        repeated as it is.
        """
        turn = turn or self._pacing.tries()
        token = self._token()
        answer = self._patiently(call, token, turn)
        if answer.status == 401 and _is_about_token(answer):
            answer = self._patiently(call, self._renewed_token(token), turn)
            if answer.status == 401 and _is_about_token(answer):
                raise access_refused(self.company, answer.excerpt())
        return answer

    def _patiently(self, call: _Call, token: str, turn: Turn) -> HttpAnswer:
        """Send, waiting as long as QuickBooks asks, some times over."""
        for _ in range(_MOST_TRIES):
            answer = self._once(call, token, turn)
            if not _is_throttled(answer):
                return answer
            pause = retry_after(answer.headers)
            pause = THROTTLE_PAUSE_SECONDS if pause is None else pause
            turn.throttled(pause)
        raise ServiceUnavailableError(
            f"QuickBooks keeps limiting the requests for {self.company}. Nothing was changed.",
            service=SERVICE,
            retry_after=pause,
            remedy="Waiting invoices stay where they are. Try again in some minutes.",
            details=answer.excerpt(),
        )

    def _once(self, call: _Call, token: str, turn: Turn) -> HttpAnswer:
        self.require_trusted_address()
        url = self._url(call.path)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        return self._http.send(
            call.method,
            url,
            headers=headers,
            params={"minorversion": MINOR_VERSION, **call.params},
            data=call.body,
            is_safe_to_repeat=call.is_safe_to_repeat,
            before_try=turn.leaves,
        )

    def _url(self, path: str) -> str:
        base = self.connection.access_api_url.strip().rstrip("/")
        for tail in ("/company", "/v3"):
            base = base.removesuffix(tail)
        return f"{base}/v3/company/{quote(self.connection.realm_id, safe='')}/{path}"

    def _token(self, *, is_forced: bool = False) -> str:
        """Ask for a token; trouble in getting one never means that a document was written."""
        try:
            return self._access_token(self.connection, is_forced)
        except (
            SignInNeededError,
            SecretHiddenError,
            UntrustedHostError,
            WrongEnvironmentError,
            Cancelled,
        ):
            raise
        except AppError as error:
            raise ServiceUnavailableError(
                f"The access to {self.company} could not be renewed: {error} "
                "Nothing was sent to the company.",
                service=SERVICE,
                # Its own remedy is about an invoice that was sent, and none was.
                remedy="" if isinstance(error, OutcomeUnknownError) else error.remedy,
                details=error.details,
            ) from error

    def _renewed_token(self, refused: str) -> str:
        """Return another token than the refused one; one thread renews it for all."""
        with self._renewing:
            current = self._token()
            return current if current != refused else self._token(is_forced=True)


def _is_throttled(answer: HttpAnswer) -> bool:
    if answer.status == 429:
        return True
    return answer.status == 403 and any(f.is_throttling for f in read_faults(answer))


def _is_about_token(answer: HttpAnswer) -> bool:
    faults = read_faults(answer)
    return not faults or faults[0].code in _TOKEN_FAULTS
