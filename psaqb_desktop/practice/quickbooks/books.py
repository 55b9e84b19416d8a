"""The books of one company, opened for one piece of work."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.applications import Applications
from psaqb_desktop.practice.quickbooks.clock import PACIFIC, Clock, zone_of
from psaqb_desktop.practice.quickbooks.company import Company, load_company
from psaqb_desktop.practice.quickbooks.entity_rows import EntityRow, EntityRows
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.service_times import Work

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Books:
    """Company, records and clock inside one database transaction.

    Attributes:
        user: Who works; named to the one whose change comes too late.
        options: How the service behaves where that is not known.
        work: What the present call has done.
    """

    company: Company
    rows: EntityRows
    applications: Applications
    clock: Clock
    user: str = "Practice Accountant"
    options: QuickBooksOptions = field(default_factory=QuickBooksOptions)
    work: Work = field(default_factory=Work)

    def must_be_open(self, *dates: str) -> None:
        """Refuses a change that touches a closed period.

        Raises:
            ApiFault: 6210.
        """
        closed = self.company.book_close_date
        if closed is not None and any(day <= closed for day in dates if day):
            raise fault_bodies.period_closed()

    def must_be_writable(self) -> None:
        """Refuses any change to the books of a lapsed subscription.

        Raises:
            ApiFault: 6190.
        """
        if self.company.is_read_only:
            raise fault_bodies.read_only_company()

    def existing(self, kind: str, record_id: str) -> EntityRow:
        """The record, which must be there.

        Raises:
            ApiFault: 2030 or 610.
        """
        if not record_id.lstrip("-").isdigit() and kind != "TaxCode":
            raise fault_bodies.invalid_id("Id", record_id)
        row = self.rows.get(kind, record_id)
        if row is None:
            raise fault_bodies.not_found(f"{kind} with Id {record_id} does not exist.")
        if row.deleted:
            raise fault_bodies.not_found()
        return row

    def current(self, kind: str, record_id: str, sync_token: str | None) -> EntityRow:
        """The record, which must be there in the version the client has read.

        Raises:
            ApiFault: 610, 2020 or 5010.
        """
        row = self.existing(kind, record_id)
        if sync_token is None:
            raise fault_bodies.missing("SyncToken")
        if sync_token != str(row.sync_token):
            raise fault_bodies.stale(self.user)
        return row


def open_books(
    connection: sqlite3.Connection,
    realm: str,
    clock: Clock,
    options: QuickBooksOptions,
    work: Work,
) -> Books | None:
    """The books of company ``realm``, None when there is no such company."""
    company = load_company(connection, realm)
    if company is None:
        return None
    return Books(
        company=company,
        rows=EntityRows(
            connection,
            realm,
            clock,
            zone_of(company.time_zone) if options.stamps_in_company_zone else PACIFIC,
        ),
        applications=Applications(connection, realm),
        clock=clock,
        options=options,
        work=work,
    )


def rounded(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Rounds half up to the smallest amount that is booked, which see ``currencies.unit_of``."""
    return amount.quantize(unit, ROUND_HALF_UP)
