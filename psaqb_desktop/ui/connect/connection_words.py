"""How a connection stands, in words: the badge that an accountant reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psaqb_desktop.domain.connection import Connection, ConnectionStatus
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.listing import InvoiceList
from psaqb_desktop.domain.quickbooks_addresses import other_kind_problem
from psaqb_desktop.ui.formats import plural

AMBER_DAYS = 30
RED_DAYS = 14


@dataclass(frozen=True, slots=True)
class Badge:
    """Words with a tone: good, caution, bad or muted. The words alone say it all."""

    text: str
    tone: str

    @property
    def icon(self) -> str:
        """The icon that goes with the tone."""
        return {
            "good": "status-posted",
            "caution": "severity-warning",
            "bad": "status-failed",
        }.get(self.tone, "offline")


def problem_of(connection: Connection, kind: EnvironmentKind | None) -> str:
    """Return what is wrong with a connection besides its sign-in; empty when nothing is."""
    other_kind = other_kind_problem(connection, kind) if kind else ""
    return other_kind or connection.routing_problem


def badge(connection: Connection, now: datetime, kind: EnvironmentKind | None = None) -> Badge:
    """Return the status with the days that are left: amber from 30 days on, red from 14."""
    if kind and other_kind_problem(connection, kind):
        return Badge(f"Belongs to {connection.quickbooks_environment}", "bad")
    if connection.routing_problem:
        return Badge("Routing rule cannot be read", "bad")
    status = connection.status(now)
    if status is ConnectionStatus.NOT_CONNECTED:
        return Badge(status.value, "muted")
    if status in {ConnectionStatus.RECONNECT, ConnectionStatus.HIDDEN}:
        return Badge(status.value, "bad")
    days = connection.days_left(now)
    if days is None:
        return Badge(ConnectionStatus.CONNECTED.value, "good")
    left = f"{plural(days, 'day')} left"
    if days <= RED_DAYS:
        return Badge(f"{ConnectionStatus.EXPIRING.value}: {left}", "bad")
    tone = "caution" if days <= AMBER_DAYS else "good"
    return Badge(f"{ConnectionStatus.CONNECTED.value}: {left}", tone)


def last_pulls(invoices: InvoiceList) -> dict[ConnectionId, datetime]:
    """Return when each company was last compared with QuickBooks.

    This machine knows of its own pulls; those of others show where they brought something new.
    """
    latest = {
        connection.id: invoices.pulled_on[connection.realm_id]
        for connection in invoices.connections
        if connection.realm_id in invoices.pulled_on
    }
    for row in invoices.rows:
        record = row.record
        if record is None or record.last_checked is None:
            continue
        before = latest.get(record.connection_id)
        if before is None or before < record.last_checked:
            latest[record.connection_id] = record.last_checked
    return latest
