"""Checking selected invoices: mapped and validated, nothing written, all findings at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from itertools import islice

from psaqb_desktop.domain.check import check_invoice
from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.errors import AppError, SignInNeededError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.number_clashes import has_shortened_number, with_number_clashes
from psaqb_desktop.domain.quickbooks_addresses import OTHER_KIND_REMEDY, other_kind_problem
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.lanes import COMPANIES_AT_ONCE, threads_of
from psaqb_desktop.services.ports import InvoiceSource, SyncRecordStore

READ_TOGETHER = 200
"""Invoices whose headers and lines are read with a call each; a cancel is looked at in between."""
CALLS_AT_ONCE = 12
"""Calls to the CRM that are under way at once; the platform lets a person have 52."""

_Lines = Mapping[InvoiceId, tuple[InvoiceLine, ...]]
_Part = tuple[Sequence[ListedInvoice], Mapping[InvoiceId, Invoice], _Lines]
_Read = tuple[Sequence[ListedInvoice], Future[tuple[Invoice, ...]], Future[_Lines]]


class CheckInvoices:
    """Checks invoices of all companies against fresh CRM data and the companies' books."""

    def __init__(
        self,
        *,
        invoices: InvoiceSource,
        books: CompanyBooks,
        records: SyncRecordStore,
        kind: EnvironmentKind,
        calls_at_once: int = CALLS_AT_ONCE,
    ) -> None:
        """``kind`` is of the environment; companies of another kind are not read."""
        self._invoices = invoices
        self._books = books
        self._records = records
        self._kind = kind
        self._calls_at_once = calls_at_once

    def run(
        self,
        rows: Sequence[ListedInvoice],
        *,
        cancellation: Cancellation | None = None,
        on_checked: Callable[[Checked], None] | None = None,
    ) -> tuple[Checked, ...]:
        """Check invoices; a company that cannot be reached is a finding of its invoices.

        ``on_checked`` hears of each invoice, and once more of those whose number clashes.

        Raises:
            SignInNeededError, ServiceUnavailableError: the CRM itself cannot be read.
        """
        checked: list[Checked] = []
        companies = {row.connection.id: row.connection for row in rows if row.connection}
        with threads_of(min(self._calls_at_once, COMPANIES_AT_ONCE), "company") as pool:
            contexts = {
                identifier: pool.submit(self._read_context, connection)
                for identifier, connection in companies.items()
            }
            for part, fresh, lines in self._read(rows, cancellation or Cancellation()):
                for row in part:
                    result = self._check(row, fresh, lines, contexts)
                    checked.append(result)
                    if on_checked is not None:
                        on_checked(result)
        return self._compare_numbers(rows, checked, on_checked)

    def _read(self, rows: Sequence[ListedInvoice], cancellation: Cancellation) -> Iterator[_Part]:
        """Yield the rows in parts, with their invoices and lines as they are in the CRM now.

        The next parts are read meanwhile: a CRM takes its time over each, whoever else it serves.
        """
        left = iter([rows[n : n + READ_TOGETHER] for n in range(0, len(rows), READ_TOGETHER)])
        with threads_of(self._calls_at_once, "check") as pool:
            reads = deque(self._begin(pool, part) for part in islice(left, self._calls_at_once))
            while reads and not cancellation.is_cancelled:
                part, invoices, lines = reads.popleft()
                reads.extend(self._begin(pool, following) for following in islice(left, 1))
                yield part, {each.id: each for each in invoices.result()}, lines.result()

    def _begin(self, pool: Executor, part: Sequence[ListedInvoice]) -> _Read:
        ids = [row.invoice.id for row in part]
        return (
            part,
            pool.submit(self._invoices.invoices_by_id, ids),
            pool.submit(self._invoices.lines, ids),
        )

    def _compare_numbers(
        self,
        rows: Sequence[ListedInvoice],
        checked: Sequence[Checked],
        on_checked: Callable[[Checked], None] | None,
    ) -> tuple[Checked, ...]:
        """Find the drafts whose number another invoice has; all records are read if need be."""
        records: Sequence[SyncRecord] = [row.record for row in rows if row.record]
        if any(has_shortened_number(one) for one in checked):
            records = self._records.records()
        compared = with_number_clashes(checked, records)
        if on_checked is not None:
            for before, after in zip(checked, compared, strict=True):
                if after is not before:
                    on_checked(after)
        return tuple(compared)

    def _check(
        self,
        row: ListedInvoice,
        fresh: Mapping[InvoiceId, Invoice],
        lines: Mapping[InvoiceId, tuple[InvoiceLine, ...]],
        contexts: Mapping[ConnectionId, Future[CheckContext | Finding]],
    ) -> Checked:
        invoice = fresh.get(row.invoice.id)
        if invoice is None:
            return Checked(row.invoice, row.connection, None, (_gone(row.invoice),))
        if row.connection is None:
            findings = (row.route_finding,) if row.route_finding else (_no_connection(invoice),)
            return Checked(invoice, None, None, findings)
        context = contexts[row.connection.id].result()
        if isinstance(context, Finding):
            return Checked(invoice, row.connection, None, (context,))
        try:
            draft, found = check_invoice(invoice, lines.get(invoice.id, ()), context)
        except AppError as error:
            # The exchange rate of a day is asked for while checking.
            return Checked(invoice, row.connection, None, (_out_of_reach(row.connection, error),))
        return Checked(invoice, row.connection, draft, found)

    def _read_context(self, connection: Connection) -> CheckContext | Finding:
        other_kind = other_kind_problem(connection, self._kind)
        if other_kind:
            return blocker(
                Cause.NOT_CONNECTED, f"{connection.name}: {other_kind}", OTHER_KIND_REMEDY
            )
        if not connection.is_connected:
            return blocker(
                Cause.NOT_CONNECTED,
                f"{connection.name} is not connected to QuickBooks.",
                "Connect it under Connections; its invoices wait safely meanwhile.",
            )
        try:
            return self._books.context(connection)
        except ValueError as error:
            return blocker(
                Cause.MAPPING_INVALID,
                f"The mapping of {connection.name} cannot be used: {error}",
                "Correct it under Connections › Mapping.",
            )
        except SignInNeededError as error:
            if error.service == "CRM":
                raise
            return blocker(Cause.NOT_CONNECTED, str(error), error.remedy, details=error.details)
        except AppError as error:
            return _out_of_reach(connection, error)


def _out_of_reach(connection: Connection, error: AppError) -> Finding:
    return blocker(
        Cause.NOT_CONNECTED,
        f"The books of {connection.name} cannot be read: {error}",
        error.remedy,
        details=error.details,
    )


def _gone(invoice: Invoice) -> Finding:
    return blocker(
        Cause.NOTHING_TO_POST,
        f"Invoice {invoice.number} no longer exists in the CRM.",
        "Refresh the list.",
    )


def _no_connection(invoice: Invoice) -> Finding:
    return blocker(
        Cause.NOT_CONNECTED,
        f"No company is connected yet that could take invoice {invoice.number}.",
        "Connect the company of its legal entity under Connections.",
    )
