"""Connections: one per legal entity, kept in the CRM, with what is needed to reach QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from psaqb_desktop.domain.identifiers import ConnectionId, RealmId


class RouteBy(Enum):
    """Which fact of an invoice a routing rule looks at, in the order in which they are tried."""

    OWNING_COMPANY = "owning-company"
    CONTRACTING_UNIT = "contracting-unit"
    LINE_UNIT = "line-unit"
    BUSINESS_UNIT = "business-unit"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Sends invoices whose fact ``by`` equals ``value`` to this connection.

    ``value`` is compared, case-insensitively, with the record's key, code and name;
    for DEFAULT it is empty.
    """

    by: RouteBy
    value: str = ""


class ConnectionStatus(Enum):
    """How a connection stands, as the user is told."""

    NOT_CONNECTED = "Not connected"
    CONNECTED = "Connected"
    EXPIRING = "Expiring soon"
    RECONNECT = "Sign in again"
    HIDDEN = "Secret not readable"


@dataclass(frozen=True, slots=True)
class Connection:
    """A ``psaqb_connection`` record without its secrets.

    All moments are aware (UTC). ``has_client_secret`` and ``has_refresh_token`` come from the
    marker column: a secured column that may not be read looks empty.
    """

    id: ConnectionId
    name: str
    legal_entity: str
    """Code of the legal entity, for example the owning company's code: unique, at most 100."""
    rules: tuple[RoutingRule, ...] = ()
    quickbooks_environment: str = "production"
    """``production``, ``sandbox`` or ``practice``."""
    client_id: str = ""
    access_token_url: str = ""
    access_api_url: str = ""
    realm_id: RealmId = RealmId("")
    company_name: str = ""
    country: str = ""
    home_currency: str = ""
    has_client_secret: bool = False
    has_refresh_token: bool = False
    refresh_token_issued: datetime | None = None
    refresh_token_expires: datetime | None = None
    refresh_token_hard_expires: datetime | None = None
    lease_holder: str = ""
    lease_until: datetime | None = None
    mapping_text: str = ""
    """The mapping as stored: versioned JSON; empty means the defaults."""
    needs_sign_in: bool = False
    """The token endpoint said invalid_grant: only a person can reconnect."""
    version: str = ""
    """ETag of the record."""
    unreadable_rules: tuple[str, ...] = ()
    """Routing rules that an administrator mistyped in the CRM, as they stand there."""

    @property
    def routing_problem(self) -> str:
        """Which routing rules cannot be read, and why; empty when all can."""
        if not self.unreadable_rules:
            return ""
        lines = ", ".join(f"“{line}”" for line in self.unreadable_rules)
        known = ", ".join(by.value for by in RouteBy)
        return (
            f"The routing rules of {self.name} cannot be read in full: {lines} begins with none of "
            f"{known}."
        )

    @property
    def is_connected(self) -> bool:
        """A company is bound and a refresh token is stored."""
        return bool(self.realm_id) and self.has_refresh_token and not self.needs_sign_in

    def status(self, now: datetime) -> ConnectionStatus:
        """Tell how the connection stands; within 14 days of expiry it is expiring."""
        if not self.realm_id or not self.has_refresh_token:
            return ConnectionStatus.NOT_CONNECTED
        days = self.days_left(now)
        if self.needs_sign_in or (days is not None and days < 0):
            return ConnectionStatus.RECONNECT
        if days is not None and days <= 14:
            return ConnectionStatus.EXPIRING
        return ConnectionStatus.CONNECTED

    def days_left(self, now: datetime) -> int | None:
        """Return whole days until the refresh token dies unused; None when unknown."""
        ends = [d for d in (self.refresh_token_expires, self.refresh_token_hard_expires) if d]
        return (min(ends) - now).days if ends else None

    def with_company(
        self, *, realm_id: RealmId, company_name: str, country: str, home_currency: str
    ) -> Connection:
        """Return the connection bound to a company."""
        return replace(
            self,
            realm_id=realm_id,
            company_name=company_name,
            country=country,
            home_currency=home_currency,
        )
