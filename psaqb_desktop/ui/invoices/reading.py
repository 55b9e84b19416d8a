"""Reading the list: from the cache first, then from the CRM, and what to say when that fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from psaqb_desktop.domain.errors import AppError, SignInNeededError
from psaqb_desktop.domain.listing import InvoiceList, RowStatus
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.ui.desk import InvoiceDesk
from psaqb_desktop.ui.formats import ago_text, moment_text
from psaqb_desktop.ui.invoices.empty_states import Empty
from psaqb_desktop.ui.invoices.notice import Action
from psaqb_desktop.ui.invoices.run_gate import Run, RunGate
from psaqb_desktop.ui.invoices.runs import Runs
from psaqb_desktop.ui.invoices.summary import settle_summary
from psaqb_desktop.ui.invoices.surface import Activity, Frame, Page
from psaqb_desktop.ui.invoices.table import InvoiceTable, let_go
from psaqb_desktop.ui.parts import MainWindowParts
from psaqb_desktop.ui.tasks import TaskRunner

log = logging.getLogger("psaqb.ui")

Start = Callable[[Callable[[], Awaitable[object]], str], None]
"""Starts a coroutine function from a button, with a few words on what it does."""


class Reading:
    """Fills the page and says in what state the list is."""

    def __init__(  # noqa: PLR0913 - the parties of one screen
        self,
        *,
        desk: InvoiceDesk,
        tasks: TaskRunner,
        parts: MainWindowParts,
        page: Page,
        frame: Frame,
        gate: RunGate,
        runs: Runs,
        start: Start,
    ) -> None:
        self._desk = desk
        self._tasks = tasks
        self._parts = parts
        self._page = page
        self._frame = frame
        self._gate = gate
        self._runs = runs
        self._start = start
        self._list: InvoiceList | None = None
        """The list on the page; None while the page has only first rows, or nothing."""
        self._is_catching_up = False
        self._quitting = Cancellation()

    # -- reading -------------------------------------------------------------------------------

    async def open(self) -> None:
        """Show what is kept on disk, then sign in silently, settle and read the list.

        What waits to be posted comes first, at once, unless the window came up with it; the rest
        of a long list follows. A person may check and push meanwhile.
        """
        reads = [self._desk.list_invoices.first_rows, self._desk.list_invoices.from_cache]
        for read in reads[1:] if self._page.table.rows else reads:
            kept = await self._tasks.call(read)
            if kept is not None:
                await self._take(kept)
        if await self._tasks.call(self._desk.sign_in.can_sign_in_silently):
            await self.refresh(is_start=True)
        else:
            self.say_sign_in()

    async def refresh(self, *, is_start: bool = False) -> None:
        """Bring the list up to date; settle before at the start and while a push hangs.

        It is never left out: it waits for a run that began before, so that the start settles, and
        what was connected or linked meanwhile is seen.
        """
        await self._gate.wait_idle()
        if self._quitting.is_cancelled:
            return
        with self._gate.begin(Activity("Reading invoices")) as run:
            if not self._page.table.rows:
                self._page.show_empty(Empty.READING)
            self._frame.show_user(await self._tasks.call(self._desk.sign_in.who_am_i))
            if is_start or self._has_open_pushes():
                await self._settle_quietly(run)
            await self.read(run)
        self._start(self._catch_up, "looking for what a refresh cannot see")

    async def refresh_everything(self) -> None:
        """Read the whole list, whatever has changed."""
        activity = Activity("Reading all invoices", can_stop=True)
        with self._gate.begin(activity) as run:
            run.turn_into(activity)
            await self._take(
                await self._tasks.call(
                    self._desk.list_invoices.run, everything=True, cancellation=run.cancellation
                )
            )

    async def read(self, run: Run) -> None:
        """Bring the list up to date within a run."""
        run.turn_into(Activity("Reading invoices"))
        first = self._tasks.reports(self._take_first)
        run_list = self._desk.list_invoices.run
        await self._take(
            await self._tasks.call(run_list, on_rows=first, cancellation=self._quitting)
        )

    def _take_first(self, lists: list[InvoiceList]) -> None:
        """Show the first rows of a list that takes a while, where there is nothing else to see."""
        if not self._page.table.rows:
            self._tasks.start(self._take(lists[0]), "showing the first rows")

    async def _catch_up(self) -> None:
        """Do what is due besides a refresh, once at a time: one finds what the others would."""
        if self._is_catching_up:
            return
        self._is_catching_up = True
        try:
            await self._catch_up_beside_runs()
        except AppError as error:
            log.info("the list could not be caught up with: %s", error)
        finally:
            self._is_catching_up = False

    async def _catch_up_beside_runs(self) -> None:
        """Read without holding up anybody; show it when no run would be disturbed."""
        turns = self._gate.turns
        catch_up = self._desk.list_invoices.catch_up
        fresh = await self._tasks.call(catch_up, cancellation=self._quitting)
        if fresh is None:
            return
        await self._gate.wait_idle()
        if self._quitting.is_cancelled:
            return
        is_overtaken = self._gate.turns != turns
        with self._gate.begin(Activity("Updating the list")) as run:
            if is_overtaken:
                # It may have been read before a run wrote what the page shows: what was found is
                # kept on disk, and a refresh brings it together with what the run wrote.
                await self.read(run)
            else:
                await self._take(fresh)

    def stop(self) -> None:
        """Stop what reads in the background: the program ends."""
        self._quitting.cancel()

    def _has_open_pushes(self) -> bool:
        return any(row.status is RowStatus.CHECKING for row in self._page.table.rows)

    async def _settle_quietly(self, run: Run) -> None:
        try:
            ids = await self._runs.settle(run)
        except SignInNeededError:
            raise
        except AppError as error:
            # What cannot be settled now stays "Checking outcome"; the list is still of use.
            log.warning("earlier pushes could not be settled: %s", error)
            return
        rows = self._page.rows(ids)
        if rows:
            summary = settle_summary(rows)
            self._page.show_summary(summary.kind, summary.text)

    async def _take(self, invoices: InvoiceList) -> None:
        earlier = self._page.table
        table = await self._tasks.call(_table_of, invoices, earlier)
        is_forerunner = invoices.is_partial or invoices.is_from_cache
        if is_forerunner and self._list is not None:
            return  # the whole list was faster
        if is_forerunner and self._gate.turns:
            table.keep_rows(self._page.table)
        self._list = None if invoices.is_partial else invoices
        self._page.show_table(table)
        if not invoices.is_partial:
            self._parts.show_list(invoices)
        self._frame.show_read(invoices.read_on, is_offline=False)
        self._page.show_empty(None)
        if not invoices.is_from_cache and not invoices.is_partial:
            self._say_state(invoices)
        if self._page.table is not earlier:
            gone = [earlier]
            del earlier
            await self._tasks.call(let_go, gone)
        # Only now: rows are on the screen before searches and other sorts are made quick.
        table.adopt(await self._tasks.call(table.prepare))

    # -- saying --------------------------------------------------------------------------------

    def _say_state(self, invoices: InvoiceList) -> None:
        self._page.show_notice("", "")
        if not invoices.is_set_up:
            self.say_not_set_up()
        elif not invoices.rows:
            self._page.show_empty(Empty.NO_INVOICES)
        elif not any(connection.is_connected for connection in invoices.connections):
            self._page.show_notice(
                "info",
                "No company is connected yet. Connect the QuickBooks company of each legal "
                "entity, then check and push its invoices.",
                [self._action("Connect companies…", self.connect_companies)],
            )

    def say_not_set_up(self) -> None:
        """Say that the CRM lacks our tables."""
        if not self._page.table.rows:
            self._page.show_empty(Empty.NOT_SET_UP)
            return
        self._page.show_notice(
            "caution",
            "The CRM is not set up yet: invoices are shown, but nothing can be pushed.",
            [self._action("Set up the CRM…", self.set_up)],
        )

    def say_sign_in(self) -> None:
        """Say that nobody is signed in to the CRM."""
        self._frame.show_user(None)
        if not self._page.table.rows:
            self._page.show_empty(Empty.NOT_SIGNED_IN)
            return
        self._page.show_notice(
            "info",
            f"You see the list of {self._read_on()}. Sign in to the CRM to read it afresh.",
            [self._action("Sign in to the CRM", self.sign_in)],
        )

    def say_offline(self, error: AppError) -> None:
        """Say that a service cannot be reached and how old the list is."""
        read_on = self._list.read_on if self._list else None
        self._frame.show_read(read_on, is_offline=True)
        if not self._page.table.rows:
            self._page.show_empty(Empty.OFFLINE)
            return
        self._page.show_notice(
            "caution",
            f"{error} You see the list of {self._read_on()} ({self._age()}). Checking, pushing and "
            "pulling have to wait until it can be reached.",
            [self._action("Try again", self.refresh)],
        )

    def _read_on(self) -> str:
        return moment_text(self._list.read_on) if self._list else ""

    def _age(self) -> str:
        return ago_text(datetime.now(UTC) - self._list.read_on) if self._list else ""

    def _action(self, words: str, act: Callable[[], Awaitable[object]]) -> Action:
        return words, lambda: self._start(act, words)

    # -- what the buttons do -------------------------------------------------------------------

    async def sign_in(self) -> None:
        """Let a person sign in, then read."""
        if await self._parts.sign_in_to_crm():
            self._page.show_notice("", "")
            await self.refresh(is_start=True)

    async def sign_out(self) -> None:
        """Forget the sign-in on this computer; the list stays readable."""
        await self._tasks.call(self._desk.sign_in.sign_out)
        self.say_sign_in()

    async def set_up(self) -> None:
        """Create our tables in the CRM, then read."""
        if await self._parts.set_up_crm():
            await self.refresh()

    async def connect_companies(self) -> None:
        """Show the connections page, where companies are connected."""
        self._frame.go_to_connections()


def _table_of(invoices: InvoiceList, earlier: InvoiceTable) -> InvoiceTable:
    """Build the table of a list; checks that still hold are carried over."""
    table = InvoiceTable(invoices.rows, is_partial=invoices.is_partial)
    table.take_over(earlier)
    return table
