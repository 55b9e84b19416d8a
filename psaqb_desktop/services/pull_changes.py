"""Pulling: QuickBooks' state, payments and balances brought back to the CRM.

Changes since the company's watermark come by change data capture, and only the records that they
are about are read from the CRM: the number of calls follows the changes, not the invoices. A full
comparison of every posted document is the fallback and can be asked for. The watermark moves only
after everything of the company has been written, and never past a push that is still open.

The watermark is kept in each machine's journal, not in the company's connection record. Shared,
it would spare a new machine its first comparison; but each pull would write to the record that
carries the token lease, so that a refresh elsewhere would find its version changed under it, and
one machine's mistake would hide changes from all others. What another machine has pulled costs
this one a call and no write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.domain.pull import Changes, PullSummary
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.changed_documents import look_at
from psaqb_desktop.services.compare_documents import CLOCKS_DIFFER, Comparison
from psaqb_desktop.services.lanes import COMPANIES_AT_ONCE
from psaqb_desktop.services.missing_documents import MissingDocuments
from psaqb_desktop.services.ports import Clock, ConnectionStore, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import CompanyGateway, QuickBooksCompany
from psaqb_desktop.services.record_news import News, Recorded, record_news

OVERLAP = timedelta(minutes=2)
"""Asked for twice rather than never: equal and late time stamps."""
HORIZON = timedelta(days=29)
"""Change data capture looks back 30 days at most."""

log = logging.getLogger("psaqb.pull")


class PullChanges:
    """Pulls companies side by side."""

    def __init__(
        self,
        *,
        connections: ConnectionStore,
        companies: CompanyGateway,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._companies = companies
        self._records = records
        self._journal = journal
        self._clock = clock

    def run(
        self,
        *,
        connections: Sequence[Connection] | None = None,
        full: bool = False,
        on_company: Callable[[PullSummary], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[PullSummary, ...]:
        """Pull the given companies, or all; a company's failure is told in its summary.

        One that needs a person to connect it again counts as failed: what happens to its documents
        is not seen meanwhile. A connection that never had a company is passed over.
        """
        chosen = connections if connections is not None else self._connections.connections()
        bound = [c for c in chosen if c.realm_id]

        def pull(connection: Connection) -> PullSummary | None:
            if cancellation is not None and cancellation.is_cancelled:
                return None
            summary = self._pull_company(connection, cancellation, is_full=full)
            if on_company is not None:
                on_company(summary)
            return summary

        with ThreadPoolExecutor(COMPANIES_AT_ONCE, thread_name_prefix="pull") as pool:
            return tuple(s for s in pool.map(pull, bound) if s is not None)

    def _pull_company(
        self, connection: Connection, cancellation: Cancellation | None, *, is_full: bool
    ) -> PullSummary:
        name = connection.company_name or connection.name
        if not connection.is_connected:
            log.warning("%s is not pulled: it must be connected again", name)
            return PullSummary(connection.realm_id, name, error=_connect_again(connection))
        told = _Told(PullSummary(connection.realm_id, name))
        try:
            self._pull(connection, told, cancellation, is_full=is_full)
        except Cancelled:
            told.summary = replace(told.summary, was_stopped=True)
        except AppError as error:
            log.warning("the pull of %s failed: %s", name, error)
            told.summary = replace(told.summary, error=f"{error} {error.remedy}".strip())
        return told.summary

    def _pull(
        self,
        connection: Connection,
        told: _Told,
        cancellation: Cancellation | None,
        *,
        is_full: bool,
    ) -> None:
        company = self._companies.open(connection)
        missing = MissingDocuments(company)
        comparison = Comparison(
            company,
            self._records,
            connection.realm_id,
            self._clock,
            missing,
            told.count,
            cancellation,
        )
        now = self._clock.now()
        watermark = self._journal.watermark(connection.realm_id)
        earliest = now - HORIZON
        if is_full or watermark is None or watermark - OVERLAP < earliest:
            # A comparison asks for recent changes too: the answer carries the server's time.
            changes = company.changes(now - OVERLAP)
            reached = self._compare(comparison, changes, connection, told)
        else:
            changes = company.changes(watermark - OVERLAP)
            realm_id = connection.realm_id
            looked = look_at(changes, company, self._records, realm_id, missing, watermark)
            self._record(company, looked.news, changes, told)
            reached = looked.reached
            if changes.unlisted_deletions:
                comparison.unlisted_deletions(changes)
        missing.require_all()
        self._journal.set_watermark(connection.realm_id, reached)
        told.summary = replace(told.summary, watermark=reached)

    def _record(
        self, company: QuickBooksCompany, news: Sequence[News], changes: Changes, told: _Told
    ) -> None:
        if not news:
            return
        now = self._clock.now()
        record_news(self._records, company, news, changes.payments, now, on_recorded=told.count)

    def _compare(
        self, comparison: Comparison, changes: Changes, connection: Connection, told: _Told
    ) -> datetime:
        """Compare everything; the watermark stays before whatever is being posted meanwhile."""
        still_open = self._records.touched(connection.realm_id, documents=(), payments=())
        claims = [r.claimed_on for r in still_open if r.state.is_open and r.claimed_on]
        comparison.everything()
        told.summary = replace(told.summary, duplicates=comparison.twice())
        return min([changes.read_at, *(claim - CLOCKS_DIFFER for claim in claims)])


@dataclass(slots=True)
class _Told:
    """The summary of a pull under way: what is written is in it, however the pull ends."""

    summary: PullSummary

    def count(self, more: Recorded) -> None:
        """Count what has just been written."""
        so_far = self.summary
        self.summary = replace(
            so_far,
            documents_changed=so_far.documents_changed + more.documents,
            payments_written=so_far.payments_written + more.payments,
            payments_removed=so_far.payments_removed + more.payments_removed,
            voided=so_far.voided + more.voided,
            missing=so_far.missing + more.missing,
            edited=so_far.edited + more.edited,
        )


def _connect_again(connection: Connection) -> str:
    return (
        "It is not connected to QuickBooks any more, so changes and payments there are not seen. "
        f"Connect it again under Connections (or run “psaqb connect {connection.legal_entity}”), "
        "then pull: whatever has changed meanwhile comes with it."
    )
