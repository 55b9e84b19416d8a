"""The wire to QuickBooks: the real adapter above, a company's books below, weather in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.http.transport import NoAnswerError, NotConnectedError, Transport
from psaqb_desktop.adapters.quickbooks.gateway import QuickBooksGateway
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.identifiers import RealmId, RequestId
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany
from tests.simulation.books import fault, page
from tests.simulation.outside import Outside, answered_at
from tests.simulation.weather import Fate

if TYPE_CHECKING:
    from tests.simulation.desks import SimulatedGate, SimulatedProgram

ENVIRONMENT = Environment("simulated", EnvironmentKind.PRODUCTION, "https://psa.crm.dynamics.com")
LATEST = 118.0
"""Intuit ends a request after 120 seconds: until then its effect may come."""
_SLOW_REFRESHER = 100.0
"""Seconds after which a refresher has been away for so long that its lease may run out."""


_FAILURE_INSIDE = fault(500, "10000", "An application error has occurred", kind="SystemFault")
_TURNED_AWAY = {
    Fate.THROTTLED: page(429),
    Fate.THROTTLED_WITH_TIME: page(429, {"Retry-After": "7"}),
    Fate.THROTTLED_BY_FAULT: fault(403, "3001", "ThrottleExceeded", kind="SERVICE"),
    Fate.GATEWAY: page(503),
    Fate.FAILS_INSIDE: _FAILURE_INSIDE,
    Fate.EXPIRED: fault(401, "3200", "AuthenticationFailed", kind="AUTHENTICATION"),
}
_CARRIED_OUT_BUT = {
    Fate.GATEWAY_AFTER: page(502),
    Fate.FAILS_INSIDE_AFTER: _FAILURE_INSIDE,
    Fate.REFUSED_AFTER: fault(400, "6140", "Duplicate Document Number Error"),
}
_CARRIED_OUT = {Fate.ANSWER_LOST, Fate.TWICE, *_CARRIED_OUT_BUT}
_LATE = {Fate.LATE, Fate.GATEWAY_LATE}


class _Session(HttpSession):
    def __init__(self, transport: Transport, sleep: Callable[[float], None]) -> None:
        super().__init__("QuickBooks", sleep=sleep, jitter=lambda: 0.5)
        self._simulated = transport

    def _opened(self) -> Transport:
        return self._simulated


class _SimulatedTransport(Transport):
    """Carries requests, each to its fate."""

    def __init__(self, program: SimulatedProgram) -> None:
        # Nothing of the real one: there are no sockets here.
        self._outside, self._weather = program.outside, program.weather
        self._gate, self._program = program.own_gate, program

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | None,
        timeout: tuple[float, float],  # noqa: ARG002 - as the real one
        service: str,  # noqa: ARG002 - as the real one
    ) -> HttpAnswer:
        parts = urlsplit(url)
        is_write = method == "POST" and not parts.path.endswith("query")
        books = self._outside.books[RealmId(parts.path.split("/")[3])]

        def carry_out() -> HttpAnswer:
            return books.answer(method, url, headers, data)

        def deliver() -> HttpAnswer:
            if is_write:
                asked = parse_qs(parts.query).get("requestid", [""])
                self._program.require_announced(RequestId(asked[0]))
            return self._deliver(carry_out, is_write=is_write)

        verb = "POST" if is_write else method if method == "GET" else "query"
        answer: HttpAnswer = self._gate.pass_through(
            f"quickbooks.{verb}", deliver, parts.query if is_write else data or parts.path
        )
        return answer

    def _deliver(self, carry_out: Callable[[], HttpAnswer], *, is_write: bool) -> HttpAnswer:
        fate = self._weather.fate(is_write=is_write)
        if fate is Fate.ANSWERED:
            return carry_out()
        self._outside.trace.add(self._gate.name, f"… the request {fate.value}")
        if fate is Fate.NOT_CONNECTED:
            raise NotConnectedError("refused")
        if fate in _TURNED_AWAY:
            return _TURNED_AWAY[fate]
        answer = carry_out() if fate in _CARRIED_OUT else None
        if fate is Fate.REFUSED_AFTER and answer is not None:
            is_made = is_write and answer.is_success
            return _CARRIED_OUT_BUT[fate] if is_made else answer
        is_repeated = answer is not None and answer.is_success and fate is Fate.TWICE
        if is_write and (fate in _LATE or is_repeated):
            seconds = self._weather.seconds(1, LATEST)
            self._outside.hub.at(seconds, lambda: self._afterwards(carry_out))
        if answer is not None and fate is Fate.TWICE:
            return answer
        if fate is Fate.GATEWAY_LATE:
            return page(504)
        if fate in _CARRIED_OUT_BUT:
            return _CARRIED_OUT_BUT[fate]
        raise NoAnswerError("the connection broke")

    def _afterwards(self, carry_out: Callable[[], HttpAnswer]) -> None:
        answer = carry_out()
        self._outside.trace.add("QuickBooks", f"carries a late request out: {answer.status}")


class Companies:
    """A CompanyGateway: the real adapter over the simulated wire; lists come as they are."""

    def __init__(self, program: SimulatedProgram) -> None:
        clock, outside = program.clock, program.outside
        self._gate, self._outside = program.gate, outside
        self._gateway = QuickBooksGateway(
            ENVIRONMENT,
            lambda connection, is_refused: program.tokens.token(connection, is_refused=is_refused),
            _Session(_SimulatedTransport(program), clock.sleep),
            clock,
        )

    def open(self, connection: Connection) -> QuickBooksCompany:
        company = self._gateway.open(connection)
        ledger = self._outside.ledgers[connection.realm_id]

        def lists() -> CompanyLists:
            found: CompanyLists = self._gate.pass_through("quickbooks.lists", ledger.lists)
            return found

        return cast("QuickBooksCompany", _WithLists(company, lists))


class _WithLists:
    def __init__(self, company: object, lists: Callable[[], CompanyLists]) -> None:
        self._company = company
        self.lists = lists

    def __getattr__(self, name: str) -> Any:
        return getattr(self._company, name)


class TokenEndPoint:
    """An AuthorizationGateway, as far as programs on their own need it: refreshing."""

    def __init__(self, outside: Outside, gate: SimulatedGate, now: Callable[[], datetime]) -> None:
        self._outside, self._gate, self._now = outside, gate, now

    def refresh(self, connection: Connection, credentials: Credentials) -> TokenAnswer:
        grant, hub = self._outside.grants[connection.id], self._outside.hub
        for other, since in grant.under_way.items():
            if hub.seconds - since < _SLOW_REFRESHER:
                self._outside.violate(f"{other} and {self._gate.name} refresh {connection.name}")
        grant.under_way[self._gate.name] = hub.seconds
        try:
            answer: TokenAnswer = self._gate.pass_through(
                "authorization.refresh", lambda: grant.refresh(connection, credentials)
            )
        finally:
            grant.under_way.pop(self._gate.name, None)
        return answered_at(answer, self._now())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)
