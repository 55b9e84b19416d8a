"""The books of a company as a check needs them: lists, links and mapping, kept for a while."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.domain.resolve import LinkBook
from psaqb_desktop.services.ports import Clock, LinkStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway

LISTS_LAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Kept:
    lists: CompanyLists
    read_on: datetime


class CompanyBooks:
    """Reads a company's lists once and keeps them; links and mapping are always read afresh."""

    def __init__(self, *, companies: CompanyGateway, links: LinkStore, clock: Clock) -> None:
        self._companies = companies
        self._links = links
        self._clock = clock
        self._kept: dict[RealmId, _Kept] = {}
        self._rates: dict[tuple[RealmId, str, date], Decimal] = {}
        self._lock = threading.Lock()

    def context(self, connection: Connection) -> CheckContext:
        """Return what a check of this company's invoices needs.

        Raises:
            ValueError: the mapping of the connection has problems.
            AppError: the company or the links cannot be read.
        """
        mapping = read_mapping(connection.mapping_text)
        links = LinkBook.of(self._links.links(connection.realm_id))
        return CheckContext(
            self.lists(connection), links, mapping, partial(self._exchange_rate, connection)
        )

    def _exchange_rate(self, connection: Connection, currency: str, day: date) -> Decimal | None:
        """Return QuickBooks' rate of a day; kept, so that a draft stays the same until pushed."""
        key = (connection.realm_id, currency, day)
        with self._lock:
            known = self._rates.get(key)
        if known is None:
            known = self._companies.open(connection).exchange_rate(currency, day)
            if known is not None:
                with self._lock:
                    self._rates[key] = known
        return known

    def lists(self, connection: Connection) -> CompanyLists:
        """Return the company's lists, at most five minutes old."""
        with self._lock:
            kept = self._kept.get(connection.realm_id)
        now = self._clock.now()
        if kept is not None and now - kept.read_on < LISTS_LAST:
            return kept.lists
        lists = self._companies.open(connection).lists()
        with self._lock:
            self._kept[connection.realm_id] = _Kept(lists, now)
        return lists

    def forget(self, realm_id: RealmId) -> None:
        """Read the lists afresh next time (after a refusal that names a list entry)."""
        with self._lock:
            self._kept.pop(realm_id, None)
