"""Listing: the CRM's invoices with their company and what is known of their way there.

A refresh asks the CRM for what changed since the last one and costs what changed. It stores that
before it moves the watermark, so that a refresh that dies is made good by the next.

What a refresh by change cannot see is caught up with from time to time
(:meth:`ListInvoices.catch_up`): deletions where the CRM keeps no track of changes, and new names of
units and legal entities.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import Cancelled, JournalError, NotSetUpError, SettingsError
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, RealmId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.kept_rows import KeptHead, KeptRows, Watermark
from psaqb_desktop.domain.listing import InvoiceList
from psaqb_desktop.domain.refreshing import RowChanges
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.joined_rows import JoinedRows, first_rows, partial_list
from psaqb_desktop.services.list_ports import InvoiceCache
from psaqb_desktop.services.ports import Clock, ConnectionStore, InvoiceSource, SyncRecordStore

OVERLAP = timedelta(minutes=5)
"""Asked for twice rather than never: the CRM dates a change when its transaction begins, and a
transaction may take two minutes until others see it."""
WHOLE_EVERY = timedelta(hours=24)
"""Names of units, companies and terms reach the list at the latest after this time."""
SWEEP_EVERY = timedelta(hours=1)
"""Deletions reach the list at the latest after this time where the CRM does not tell them."""
ONE_PAGE = 5000
"""Versions of so many invoices come in one answer: they are asked for with each refresh."""
FIRST_ROWS = 1000
MANY = 5000
"""More changed invoices than this are not read by their ids: everything is read."""

log = logging.getLogger("psaqb.list")


class ListInvoices:
    """Keeps the list up to date with the CRM, and shows it without the CRM."""

    def __init__(
        self,
        *,
        invoices: InvoiceSource,
        connections: ConnectionStore,
        records: SyncRecordStore,
        cache: InvoiceCache,
        clock: Clock,
        pulled_on: Callable[[RealmId], datetime | None] = lambda _realm: None,
    ) -> None:
        """``pulled_on`` tells up to when this machine has pulled a company."""
        self._invoices = invoices
        self._connections = connections
        self._records = records
        self._cache = cache
        self._clock = clock
        self._pulled_on = pulled_on
        self._joined = JoinedRows()
        self._known: KeptHead | None = None
        self._lock = threading.Lock()

    # -- without the CRM ---------------------------------------------------------------------

    def first_rows(self) -> InvoiceList | None:
        """Return what waits to be posted, as many rows as fill the first screens, at once."""
        return first_rows(self._cache.first_rows(FIRST_ROWS))

    def from_cache(self) -> InvoiceList | None:
        """Return the last list of this machine, if there is one."""
        listed = self._current()
        return replace(listed, is_from_cache=True) if listed else None

    # -- with the CRM ------------------------------------------------------------------------

    def run(
        self,
        *,
        everything: bool = False,
        on_rows: Callable[[InvoiceList], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> InvoiceList:
        """Bring the list up to date; ``everything`` reads it whole, whatever has changed.

        ``on_rows`` gets the first rows while a whole list is still being read.

        Raises:
            Cancelled: a whole reading was stopped; the next refresh begins it again.
            SignInNeededError, ServiceUnavailableError: the CRM cannot be read.
        """
        self._current()
        if everything or not self._read_changes():
            self._read_whole(on_rows, cancellation)
        elif len(self._joined) <= ONE_PAGE and not self._keeps_track():
            self._sweep()
        return self._whole()

    def catch_up(self, *, cancellation: Cancellation | None = None) -> InvoiceList | None:
        """Do what is due besides reading changes; None where nothing was.

        May take minutes with hundreds of thousands of invoices; meant for the background. A list
        that is refreshed meanwhile is not set back.

        Raises:
            SignInNeededError, ServiceUnavailableError: the CRM cannot be read.
            Cancelled: it was stopped.
        """
        head = self._cache.head()
        now = self._clock.now()
        if head.watermark is None or _is_due(head.whole_on, now, WHOLE_EVERY):
            self._read_whole(None, cancellation)
        elif not head.watermark.delta_link and _is_due(head.swept_on, now, SWEEP_EVERY):
            self._current()
            self._sweep(cancellation)
        else:
            return None
        return self._whole()

    def _keeps_track(self) -> bool:
        watermark = self._cache.head().watermark
        return watermark is not None and bool(watermark.delta_link)

    # -- what is kept ------------------------------------------------------------------------

    def _current(self) -> InvoiceList | None:
        """Take what was kept since; None until everything has been read once."""
        with self._lock:
            news = self._cache.rows(self._known)
            rows = self._joined.take(news)
            self._known = head = news.head
        if head.watermark is None or head.read_on is None:
            return None
        return InvoiceList(
            rows,
            head.connections,
            head.read_on,
            head.is_set_up,
            pulled_on=self._pulls(head.connections),
        )

    def _pulls(self, connections: Iterable[Connection]) -> dict[RealmId, datetime]:
        pulls: dict[RealmId, datetime] = {}
        try:
            for connection in connections:
                if connection.realm_id and (moment := self._pulled_on(connection.realm_id)):
                    pulls[connection.realm_id] = moment
        except JournalError as error:
            log.warning("when companies were last pulled is not known: %s", error)
        return pulls

    def _whole(self) -> InvoiceList:
        listed = self._current()
        if listed is None:
            raise _lost()
        return listed

    # -- reading -----------------------------------------------------------------------------

    def _read_changes(self) -> bool:
        """Read what changed since the watermark; False where everything has to be read."""
        base = self._cache.head()
        if base.watermark is None:
            return False
        read_on = self._clock.now()
        moment = self._invoices.time()
        since = base.watermark.moment - OVERLAP
        ours = self._read_ours(since if base.is_set_up else None)
        changes = self._invoices.changes(since, base.watermark.delta_link)
        if not changes.is_complete:
            return False
        read = {invoice.id: invoice for invoice in changes.invoices}
        known = {**self._joined.versions(changes.versions), **_versions(read.values())}
        unsure = {key for key, version in changes.versions.items() if known.get(key) != version}
        unsure |= changes.deleted & read.keys()
        if len(unsure) > MANY:
            return False
        found = {i.id: i for i in self._invoices.invoices_by_id(sorted(unsure))}
        gone = (changes.deleted | unsure) - found.keys()
        rows = {key: row for key, row in (read | found).items() if key not in gone}
        head = replace(
            base,
            watermark=Watermark(moment, changes.delta_link),
            read_on=read_on,
            is_set_up=ours.is_set_up,
            connections=ours.connections,
        )
        records = (*ours.records, *self._orphans(gone, ours))
        kept = RowChanges(tuple(rows.values()), records, gone, self._lost_records(ours))
        return self._cache.write(base, kept, head)

    def _sweep(self, cancellation: Cancellation | None = None) -> None:
        """Compare the versions of all invoices with the CRM's: finds whatever was not seen."""
        base = self._cache.head()
        if base.watermark is None:
            return
        swept_on = self._clock.now()
        theirs = self._invoices.versions()
        known = self._joined.versions()
        unsure = {key for key, version in theirs.versions.items() if known.get(key) != version}
        if len(unsure) > MANY:
            self._read_whole(None, cancellation)
            return
        found = self._invoices.invoices_by_id(sorted(unsure))
        gone = (known.keys() - theirs.versions.keys()) | (unsure - {i.id for i in found})
        ours = _Ours(base.connections, (), is_set_up=base.is_set_up)
        head = replace(
            base,
            watermark=replace(base.watermark, delta_link=theirs.delta_link),
            swept_on=swept_on,
        )
        kept = RowChanges(found, self._orphans(frozenset(gone), ours), frozenset(gone))
        self._cache.write(base, kept, head)

    def _read_whole(
        self, on_rows: Callable[[InvoiceList], None] | None, cancellation: Cancellation | None
    ) -> None:
        """Read everything, page by page; what is there already is of use meanwhile."""
        for _ in range(3):
            base = self._cache.head()
            if self._read_pages(base, on_rows, cancellation):
                return
            log.warning("The kept list was replaced while everything was read; once more.")
        raise _lost()

    def _read_pages(
        self,
        base: KeptHead,
        on_rows: Callable[[InvoiceList], None] | None,
        cancellation: Cancellation | None,
    ) -> bool:
        read_on = self._clock.now()
        moment = self._invoices.time()
        ours = self._read_ours(None)
        head = replace(
            base,
            watermark=Watermark(moment, base.watermark.delta_link if base.watermark else ""),
            read_on=read_on,
            whole_on=read_on,
            is_set_up=ours.is_set_up,
            connections=ours.connections,
        )
        seen: set[InvoiceId] = set()
        for page in self._invoices.invoices():
            if cancellation is not None and cancellation.is_cancelled:
                raise Cancelled("Reading all invoices was stopped.")
            if on_rows is not None and not seen:
                first = KeptRows(head, is_all=True, invoices=page, records=ours.records)
                on_rows(partial_list(first, read_on))
            seen.update(invoice.id for invoice in page)
            if not self._cache.write(base, RowChanges(page)):
                return False
        self._current()
        gone = frozenset(self._joined.versions().keys() - seen)
        read = {record.id for record in ours.records}
        gone_records = frozenset(self._joined.record_ids() - read)
        return self._cache.write(base, RowChanges((), ours.records, gone, gone_records), head)

    # -- our own tables ----------------------------------------------------------------------

    def _read_ours(self, since: datetime | None) -> _Ours:
        try:
            connections = self._connections.connections()
            return _Ours(connections, self._records.records(changed_since=since))
        except NotSetUpError:
            return _Ours((), (), is_set_up=False)

    def _orphans(self, deleted: frozenset[InvoiceId], ours: _Ours) -> tuple[SyncRecord, ...]:
        """Read the records of deleted invoices afresh: the CRM does not date what it does there."""
        ids = sorted(key for key in deleted if self._joined.record_ids([key]))
        if not ids or not ours.is_set_up:
            return ()
        found = self._records.every_record_of(ids)
        return tuple(record for records in found.values() for record in records)

    def _lost_records(self, ours: _Ours) -> frozenset[CrmId]:
        return frozenset() if ours.is_set_up else frozenset(self._joined.record_ids())


@dataclass(frozen=True, slots=True)
class _Ours:
    """What our own tables say."""

    connections: tuple[Connection, ...]
    records: tuple[SyncRecord, ...]
    is_set_up: bool = True


def _versions(invoices: Iterable[Invoice]) -> Mapping[InvoiceId, str]:
    return {invoice.id: invoice.version for invoice in invoices}


def _is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    return last is None or now - last >= every


def _lost() -> SettingsError:
    return SettingsError(
        "The list that is kept on this machine is replaced again and again by another program.",
        remedy="Close other windows of PSAQB Desktop, and refresh.",
    )
