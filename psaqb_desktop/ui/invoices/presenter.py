"""What happens on the invoices screen: starts what a person asks for and tells what goes wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from psaqb_desktop.domain.errors import (
    AppError,
    Cancelled,
    NotSetUpError,
    ServiceUnavailableError,
    SignInNeededError,
)
from psaqb_desktop.ui.desk import InvoiceDesk
from psaqb_desktop.ui.invoices.empty_states import Empty
from psaqb_desktop.ui.invoices.flows import Flows
from psaqb_desktop.ui.invoices.mending import Mending
from psaqb_desktop.ui.invoices.reading import Reading
from psaqb_desktop.ui.invoices.run_gate import Busy, RunGate
from psaqb_desktop.ui.invoices.runs import Runs
from psaqb_desktop.ui.invoices.surface import Frame, Page
from psaqb_desktop.ui.parts import MainWindowParts
from psaqb_desktop.ui.tasks import TaskRunner

CRM = "CRM"
"""What SignInNeededError and ServiceUnavailableError call the CRM."""
_CRM_SIDE = frozenset({CRM, "Microsoft sign-in"})
"""Without either of them nothing can be read."""


class InvoicesPresenter:
    """Knows no widgets: the page and the frame are protocols, and so is the desk."""

    def __init__(
        self,
        desk: InvoiceDesk,
        tasks: TaskRunner,
        parts: MainWindowParts,
        page: Page,
        frame: Frame,
    ) -> None:
        self._tasks = tasks
        self._page = page
        self.gate = RunGate(frame)
        runs = Runs(desk, tasks, page)
        self.reading = Reading(
            desk=desk,
            tasks=tasks,
            parts=parts,
            page=page,
            frame=frame,
            gate=self.gate,
            runs=runs,
            start=self.start,
        )
        self.flows = Flows(
            page=page, gate=self.gate, runs=runs, reading=self.reading, start=self.start
        )
        self.mending = Mending(
            desk=desk,
            tasks=tasks,
            parts=parts,
            page=page,
            frame=frame,
            flows=self.flows,
            reading=self.reading,
        )
        self._frame = frame

    def start(self, act: Callable[[], Awaitable[object]], what: str) -> None:
        """Start what a person asked for; nothing happens while another run goes on."""
        self._tasks.start(self.guarded(act), what)

    async def guarded(self, act: Callable[[], Awaitable[object]]) -> None:
        """Await something and tell what goes wrong with it."""
        try:
            await act()
        except (Busy, Cancelled):
            return
        except AppError as error:
            await self._tell(error)

    async def _tell(self, error: AppError) -> None:
        if isinstance(error, NotSetUpError):
            self.reading.say_not_set_up()
        elif isinstance(error, SignInNeededError) and error.service == CRM:
            self.reading.say_sign_in()
        elif isinstance(error, SignInNeededError):
            self._page.show_summary(
                "caution", f"{error} {error.remedy}", [("Connections", self._to_connections)]
            )
        elif isinstance(error, ServiceUnavailableError) and error.service in _CRM_SIDE:
            self.reading.say_offline(error)
        else:
            await self._page.tell_error(error)

    def _to_connections(self) -> None:
        self._frame.go_to_connections()

    def act_on_empty(self, state: Empty) -> None:
        """Do what the button of an empty page says."""
        act: dict[Empty, Callable[[], Awaitable[object]]] = {
            Empty.NOT_SIGNED_IN: self.reading.sign_in,
            Empty.NOT_SET_UP: self.reading.set_up,
            Empty.NO_CONNECTION: self.reading.connect_companies,
            Empty.OFFLINE: self.reading.refresh,
            Empty.NO_INVOICES: self.reading.refresh,
        }
        if state in act:
            self.start(act[state], state.value)

    def stop(self) -> None:
        """Finish what is in flight and start nothing new."""
        if self.gate.current is not None:
            self.gate.current.stop()

    def leave(self) -> None:
        """Stop everything, also what nobody sees: the program ends."""
        self.reading.stop()
        self.stop()
