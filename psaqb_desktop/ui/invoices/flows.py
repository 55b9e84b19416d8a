"""What a person does with chosen invoices: check, push, try again, pull, leave out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.invoices.choice import is_gone, may_be_left_out, may_be_pushed
from psaqb_desktop.ui.invoices.problems import problem_groups
from psaqb_desktop.ui.invoices.reading import Reading
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.run_gate import Run, RunGate
from psaqb_desktop.ui.invoices.runs import Runs
from psaqb_desktop.ui.invoices.summary import (
    Summary,
    check_summary,
    pull_summary,
    push_summary,
    settle_summary,
)
from psaqb_desktop.ui.invoices.surface import Activity, Page

log = logging.getLogger("psaqb.ui")


Start = Callable[[Callable[[], Awaitable[object]], str], None]
"""Starts what a person asked for by a button that stays on the page."""


class Flows:
    """Each coroutine is one thing a person asked for, from the question to the summary.

    The list may be read while a question is open: what was answered then waits its turn.
    """

    def __init__(
        self, *, page: Page, gate: RunGate, runs: Runs, reading: Reading, start: Start
    ) -> None:
        self._page = page
        self._gate = gate
        self._runs = runs
        self._reading = reading
        self._start = start

    async def check(self, ids: Iterable[InvoiceId]) -> None:
        """Check invoices; writes nothing."""
        rows = [row for row in self._page.rows(ids) if may_be_pushed(row)]
        if not rows:
            self._page.show_summary("info", "None of the chosen invoices waits to be posted.")
            return
        with self._gate.begin(Activity("Checking")) as run:
            self._page.show_summary("", "")
            await self._runs.check(run, rows)
            self._after_check(rows, was_stopped=run.was_stopped)

    def _after_check(self, rows: Sequence[InvoiceRow], *, was_stopped: bool) -> None:
        self._page.settle_order()
        self._sum_up(check_summary(rows, was_stopped=was_stopped))
        self._page.show_groups(problem_groups(rows) if len(rows) > 1 else ())

    async def push(
        self,
        ids: Iterable[InvoiceId],
        *,
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> None:
        """Check, let the person confirm company by company, push, sum up."""
        rows = [row for row in self._page.rows(ids) if may_be_pushed(row)]
        if not rows:
            self._page.show_summary("info", "None of the chosen invoices can be pushed.")
            return
        with self._gate.begin(Activity("Checking")) as run:
            await self._push(run, rows, accept_similar)

    async def _push(
        self, run: Run, rows: Sequence[InvoiceRow], accept_similar: frozenset[InvoiceId]
    ) -> None:
        self._page.show_summary("", "")
        checked = await self._runs.check(run, rows)
        blocked = [row for row in rows if row.status is not RowStatus.READY]
        if run.was_stopped or len(blocked) == len(rows):
            self._after_check(rows, was_stopped=run.was_stopped)
            return
        run.turn_into(Activity("Waiting for your confirmation"))
        batches = await self._runs.confirm(checked)
        if not batches:
            self._page.settle_order()
            return
        pushed = self._page.rows(await self._runs.push(run, batches, accept_similar))
        if any(row.status is RowStatus.CHECKING for row in pushed):
            await self._settle_after(run)
        self._page.settle_order([row.id for row in pushed if not may_be_pushed(row)])
        await asyncio.sleep(0)  # what is on the grid is painted before the rest is put together
        self._sum_up(push_summary(pushed, was_stopped=run.was_stopped))
        groups = problem_groups([*pushed, *blocked])
        self._page.show_groups(groups if len(pushed) + len(blocked) > 1 else ())

    async def _settle_after(self, run: Run) -> None:
        """Ask at once about what stayed unknown; what cannot be told yet stays as it is."""
        try:
            await self._runs.settle(run)
        except AppError as error:
            log.warning("the outcome of some pushes could not be settled yet: %s", error)

    async def try_again(self, ids: Iterable[InvoiceId]) -> None:
        """Settle what is unknown, and push again what failed; nothing else."""
        rows = self._page.rows(ids)
        failed = [row.id for row in rows if row.status in {RowStatus.FAILED, RowStatus.NOT_READY}]
        if any(row.status is RowStatus.CHECKING for row in rows):
            await self.settle()
        if failed:
            await self.push(failed)

    async def push_again(self, ids: Iterable[InvoiceId]) -> None:
        """Put invoices whose document is gone back among those to post, and push them."""
        rows = [row for row in self._page.rows(ids) if is_gone(row)]
        if not rows or not await self._page.ask_push_again(len(rows)):
            return
        await self._gate.wait_idle()
        with self._gate.begin(Activity("Putting back", 0, len(rows), can_stop=True)) as run:
            again = await self._runs.put_back(run, rows)
        await self.push(again)

    async def push_anyway(self, ids: Iterable[InvoiceId]) -> None:
        """Push invoices although QuickBooks has similar documents, one question each."""
        wanted = [
            row.id
            for row in self._page.rows(ids)
            if may_be_pushed(row) and await self._page.ask_push_anyway(row.listed.invoice.number)
        ]
        if wanted:
            await self._gate.wait_idle()
            await self.push(wanted, accept_similar=frozenset(wanted))

    async def link_document(self, invoice_id: InvoiceId) -> None:
        """Let the person compare an invoice with what QuickBooks has, and link the two."""
        (row,) = self._page.rows([invoice_id])
        number = row.listed.invoice.number
        with self._gate.begin(Activity("Looking in QuickBooks")):
            choice = await self._runs.candidates(row)
        if not choice.documents:
            self._page.show_summary(
                "info",
                f"QuickBooks has no document that could be linked to invoice {number}: none of its "
                "customer and currency has its date or number and is nobody else's.",
            )
            return
        document = await self._page.ask_link(choice)
        if document is None:
            return
        await self._gate.wait_idle()
        with self._gate.begin(Activity("Linking")):
            record = await self._runs.link(row, document)
            self._page.settle_order([invoice_id])
        name = record.number or f"id {record.quickbooks_id}"
        self._page.show_summary(
            "good",
            f"Invoice {number} is linked to {name}. Nothing was written to QuickBooks.",
            [("Unlink", lambda: self._start(lambda: self.unlink(invoice_id), "unlinking"))],
        )

    async def unlink(self, invoice_id: InvoiceId) -> None:
        """Undo a link."""
        (row,) = self._page.rows([invoice_id])
        with self._gate.begin(Activity("Unlinking")):
            await self._runs.unlink(row)
            self._page.settle_order()
        number = row.listed.invoice.number
        self._page.show_summary("info", f"Invoice {number} is back among those to post.")

    async def accept(self, ids: Iterable[InvoiceId]) -> None:
        """Take posted invoices as they stand in QuickBooks."""
        rows = [row for row in self._page.rows(ids) if row.status is RowStatus.POSTED_REVIEW]
        if not rows or not await self._page.ask_accept(len(rows)):
            return
        await self._gate.wait_idle()
        with self._gate.begin(Activity("Accepting", 0, len(rows), can_stop=True)) as run:
            self._page.settle_order(await self._runs.accept(run, rows))

    async def settle(self) -> None:
        """Ask QuickBooks what became of pushes with unknown outcome."""
        with self._gate.begin(Activity("Checking outcome")) as run:
            ids = await self._runs.settle(run)
            self._page.settle_order()
            self._sum_up(settle_summary(self._page.rows(ids)))

    async def pull(self, *, is_full: bool = False) -> None:
        """Bring QuickBooks' state back and read the list afresh."""
        with self._gate.begin(Activity("Pulling")) as run:
            summaries = await self._runs.pull(run, is_full=is_full)
            # What was found and written is told even where the list cannot be read any more.
            self._sum_up(pull_summary(summaries, was_stopped=run.was_stopped))
            await self._reading.read(run)

    async def leave_out(self, ids: Iterable[InvoiceId]) -> None:
        """Leave invoices out, with a reason."""
        rows = [row for row in self._page.rows(ids) if may_be_left_out(row)]
        if not rows:
            return
        reason = await self._page.ask_reason(len(rows))
        if reason is not None:
            await self._gate.wait_idle()
            await self._write_each(rows, reason)

    async def take_back(self, ids: Iterable[InvoiceId]) -> None:
        """Undo leaving out."""
        rows = [row for row in self._page.rows(ids) if row.status is RowStatus.LEFT_OUT]
        await self._write_each(rows, None)

    async def _write_each(self, rows: Sequence[InvoiceRow], reason: str | None) -> None:
        words = "Taking back" if reason is None else "Leaving out"
        with self._gate.begin(Activity(words, 0, len(rows), can_stop=True)) as run:
            done = await self._runs.leave_out(run, rows, reason)
            self._page.settle_order(done)

    def _sum_up(self, summary: Summary) -> None:
        actions = [("Show what needs attention", self._page.show_attention)]
        self._page.show_summary(summary.kind, summary.text, actions if summary.has_problems else ())
