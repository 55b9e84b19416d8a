"""Opening companies."""

from __future__ import annotations

import threading

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.calls import AccessToken, CompanyCalls
from psaqb_desktop.adapters.quickbooks.company import Company
from psaqb_desktop.adapters.quickbooks.pacing import Clock, CompanyPacings
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.identifiers import RealmId


class QuickBooksGateway:
    """The companies of one environment.

    Each company is opened once, so that all who push to it keep to its limits together.
    """

    def __init__(
        self,
        environment: Environment,
        access_token: AccessToken,
        http: HttpSession,
        clock: Clock,
        *,
        pacings: CompanyPacings | None = None,
    ) -> None:
        self._environment = environment
        self._access_token = access_token
        self._http = http
        self._pacings = pacings or CompanyPacings(clock)
        self._lock = threading.Lock()
        self._companies: dict[RealmId, Company] = {}

    def open(self, connection: Connection) -> Company:
        """Return the company of a connection; the same object for the same realm."""
        with self._lock:
            company = self._companies.get(connection.realm_id)
            if company is None:
                pacing = self._pacings.of(connection.realm_id)
                calls = CompanyCalls(
                    connection, self._environment, self._access_token, self._http, pacing
                )
                company = self._companies[connection.realm_id] = Company(calls)
            company.use(connection)
            return company
