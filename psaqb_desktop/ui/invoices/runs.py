"""Checks, pushes, settling and pulls, with live news on the rows while they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.pull import PullSummary
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.link_document import LinkChoice
from psaqb_desktop.services.push_progress import PushProgress
from psaqb_desktop.ui.desk import InvoiceDesk
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.invoices.batches import Batch, batches_of
from psaqb_desktop.ui.invoices.confirm_push import Answer
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.run_gate import Run
from psaqb_desktop.ui.invoices.surface import Activity, Page
from psaqb_desktop.ui.tasks import TaskRunner

_UNDER_WAY = frozenset({RowStatus.QUEUED, RowStatus.POSTING})


class Runs:
    """The steps that presenters put together. Each works within a :class:`Run`."""

    def __init__(self, desk: InvoiceDesk, tasks: TaskRunner, page: Page) -> None:
        self._desk = desk
        self._tasks = tasks
        self._page = page

    async def check(self, run: Run, rows: Sequence[InvoiceRow]) -> tuple[Checked, ...]:
        """Check rows, one status after the other on the screen."""
        ids = [row.id for row in rows]
        run.turn_into(
            Activity(f"Checking {plural(len(ids), 'invoice')}", 0, len(ids), can_stop=True)
        )
        self._page.mark_busy(ids, "Checking…")
        done = 0

        def deliver(bundle: list[Checked]) -> None:
            nonlocal done
            done += len(bundle)
            self._page.take_checks(bundle)
            run.advance(min(done, len(ids)), len(ids))

        reports = self._tasks.reports(deliver)
        try:
            return await self._tasks.call(
                self._desk.check_invoices.run,
                [row.listed for row in rows],
                cancellation=run.cancellation,
                on_checked=reports,
            )
        finally:
            reports.flush()
            self._page.mark_busy(ids, "")

    async def confirm(self, checked: Sequence[Checked]) -> tuple[Batch, ...] | None:
        """Let the person confirm company by company; None when all is called off."""
        table = self._page.table
        batches = await self._tasks.call(
            batches_of, checked, table.rows, is_partial=table.is_partial
        )
        wanted = []
        for place, batch in enumerate(batches, start=1):
            answer = await self._page.confirm(batch, place=place, companies=len(batches))
            if answer is Answer.CANCEL:
                return None
            if answer is Answer.PUSH:
                wanted.append(batch)
        return tuple(wanted)

    async def push(
        self,
        run: Run,
        batches: Sequence[Batch],
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> tuple[InvoiceId, ...]:
        """Push confirmed batches, companies side by side; return the invoices that were meant."""
        checked = [one for batch in batches for one in batch.checked]
        ids = tuple(one.invoice.id for one in checked)
        words = f"Pushing {plural(len(ids), 'document')}"
        run.turn_into(Activity(words, 0, len(ids), can_stop=True, is_push=True))
        settled: set[InvoiceId] = set()

        def deliver(bundle: list[PushProgress]) -> None:
            for news in bundle:
                (settled.discard if news.status in _UNDER_WAY else settled.add)(news.invoice_id)
            self._page.take_progress(bundle)
            run.advance(len(settled), len(ids))

        reports = self._tasks.reports(deliver)
        try:
            results = await self._tasks.call(
                self._desk.push_invoices.run,
                checked,
                on_progress=reports,
                cancellation=run.cancellation,
                accept_similar=accept_similar,
            )
            reports.flush()
            self._page.take_progress(_left_waiting(self._page.rows(ids)))
        finally:
            reports.flush()
        return tuple({*ids, *(result.invoice_id for result in results)})

    async def settle(self, run: Run) -> tuple[InvoiceId, ...]:
        """Ask QuickBooks about pushes with unknown outcome; return their invoices."""
        run.turn_into(Activity("Checking the outcome of earlier pushes"))
        reports = self._tasks.reports(self._page.take_progress)
        try:
            results = await self._tasks.call(self._desk.settle_pushes.run, on_progress=reports)
        finally:
            reports.flush()
        return tuple(result.invoice_id for result in results)

    async def pull(self, run: Run, *, is_full: bool) -> tuple[PullSummary, ...]:
        """Bring QuickBooks' state back, company by company."""
        words = "Comparing everything with QuickBooks" if is_full else "Pulling from QuickBooks"
        run.turn_into(Activity(words, can_stop=True))
        done = 0

        def deliver(bundle: list[PullSummary]) -> None:
            nonlocal done
            done += len(bundle)
            run.advance(0, 0, f"{words}: {plural(done, 'company', 'companies')} done")

        reports = self._tasks.reports(deliver)
        pull: Callable[..., tuple[PullSummary, ...]] = self._desk.pull_changes.run
        try:
            return await self._tasks.call(
                pull, full=is_full, on_company=reports, cancellation=run.cancellation
            )
        finally:
            reports.flush()

    async def leave_out(
        self, run: Run, rows: Sequence[InvoiceRow], reason: str | None
    ) -> list[InvoiceId]:
        """Leave invoices out, or take them back without a reason; return those that were done."""

        def write(row: ListedInvoice) -> SyncRecord:
            if reason is None:
                return self._desk.leave_out.take_back(row)
            return self._desk.leave_out.run(row, reason)

        return await self._write_each(run, rows, write)

    async def put_back(self, run: Run, rows: Sequence[InvoiceRow]) -> list[InvoiceId]:
        """Put invoices whose document is gone back among those to post."""
        return await self._write_each(run, rows, self._desk.push_again.run)

    async def candidates(self, row: InvoiceRow) -> LinkChoice:
        """Look for documents that may have been entered for an invoice."""
        return await self._tasks.call(self._desk.link_document.candidates, row.listed)

    async def link(self, row: InvoiceRow, document: PostedDocument) -> SyncRecord:
        """Record a document as that of an invoice."""
        record = await self._tasks.call(
            self._desk.link_document.run, row.listed, document.type, document.id
        )
        self._page.take_record(row.id, record)
        return record

    async def unlink(self, row: InvoiceRow) -> SyncRecord:
        """Undo a link."""
        record = await self._tasks.call(self._desk.link_document.unlink, row.listed)
        self._page.take_record(row.id, record)
        return record

    async def accept(self, run: Run, rows: Sequence[InvoiceRow]) -> list[InvoiceId]:
        """End the review of invoices; return those that were done."""
        return await self._write_each(run, rows, self._desk.accept_review.run)

    async def _write_each(
        self,
        run: Run,
        rows: Sequence[InvoiceRow],
        write: Callable[[ListedInvoice], SyncRecord],
    ) -> list[InvoiceId]:
        done: list[InvoiceId] = []
        for row in rows:
            if run.was_stopped:
                break
            record = await self._tasks.call(write, row.listed)
            done.append(row.id)
            self._page.take_record(row.id, record)
            run.advance(len(done), len(rows))
        return done


def _left_waiting(rows: Sequence[InvoiceRow]) -> list[PushProgress]:
    """Put rows back that were announced but never reported again: they did not start."""
    return [
        PushProgress(row.id, RowStatus.READY, None, ()) for row in rows if row.status in _UNDER_WAY
    ]
