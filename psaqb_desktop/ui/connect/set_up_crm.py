"""Setting up the CRM: making the program's own tables there, step by step, in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QProgressBar, QVBoxLayout, QWidget

from psaqb_desktop.domain.crm import ProvisionStep
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.ports import Provisioner
from psaqb_desktop.ui.connect.flow_dialog import FlowDialog, Step, make_page
from psaqb_desktop.ui.connect.form_pieces import button_row, card, heading, words
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.look import current_colours
from psaqb_desktop.ui.tasks import Reports, TaskRunner

_TABLES = (
    ("Connection", "one for each legal entity: what is needed to reach its QuickBooks company"),
    ("Invoice state", "one for each CRM invoice: where it stands in QuickBooks"),
    ("Payment", "what was paid on an invoice, when and how"),
    ("Link", "which QuickBooks customer, product or service a CRM record means"),
)
_RIGHTS = (
    "You need the security role System Administrator or System Customizer. The two secret columns "
    "are secured: only people in the field security profile “PSAQB credentials” can read them."
)
_PROMISE = (
    "Your own tables, forms and invoices are not changed. Each step looks first and only makes "
    "what is missing, so it can be stopped and repeated at any time."
)


class StepList(QWidget):
    """What has been done so far, one line a step, with what is going on beneath."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the set-up")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)  # the words below say how far it is
        self.steps = QListWidget()
        self.steps.setAccessibleName("Steps that are done")
        self.steps.setMinimumHeight(220)
        self.now = words("Looking at what is there…", look="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.progress, self.steps, self.now):
            layout.addWidget(part)

    def add(self, steps: list[ProvisionStep]) -> None:
        """Show steps that were just finished."""
        colours = current_colours()
        for step in steps:
            how = "was there already" if step.was_there else "made"
            item = QListWidgetItem(f"{step.name} — {how}")
            item.setIcon(icon("status-posted", colours.muted if step.was_there else colours.good))
            self.steps.addItem(item)
            self.progress.setRange(0, step.total)
            self.progress.setValue(step.done)
            self.now.setText(f"{step.done} of {plural(step.total, 'step')} done.")
        self.steps.scrollToBottom()

    def add_failure(self, error: AppError) -> None:
        """Show the step that did not work."""
        self.progress.setRange(0, max(self.progress.maximum(), 1))  # it no longer moves
        self.now.hide()
        item = QListWidgetItem(f"Not done — {error}")
        item.setIcon(icon("status-failed", current_colours().bad))
        self.steps.addItem(item)
        self.steps.scrollToBottom()


class SetUpCrm:
    """Leads a person through the set-up."""

    def __init__(
        self, environment: Environment, provisioner: Provisioner, tasks: TaskRunner
    ) -> None:
        self._environment = environment
        self._provisioner = provisioner
        self._tasks = tasks

    async def run(self, parent: QWidget | None) -> bool:
        """Set up; True when all is there."""
        dialog = FlowDialog(parent, "Set up the CRM")
        dialog.set_size(560)
        dialog.open()
        try:
            if await self._explain(dialog) is not Step.NEXT:
                return False
            while True:
                listed = StepList()
                try:
                    await self._make(dialog, listed)
                except Cancelled:
                    return False
                except AppError as error:
                    listed.add_failure(error)
                    if await self._after_error(dialog, error, listed) is not Step.TRY_AGAIN:
                        return False
                else:
                    await self._done(dialog, listed)
                    return True
        finally:
            dialog.finish()

    async def _explain(self, dialog: FlowDialog) -> Step:
        start = dialog.act("&Set up the CRM", Step.NEXT, is_primary=True)
        lines = [words(f"{name}: {what}") for name, what in _TABLES]
        dialog.show_page(
            make_page(
                heading("The CRM needs four tables of this program"),
                words(f"They are made in {self._environment.crm_url}:"),
                card("Tables", *lines),
                card("Rights", words(_RIGHTS)),
                words(_PROMISE, look="muted"),
                buttons=button_row(dialog.choose(Step.CANCEL), start),
                first=start,
            )
        )
        return await dialog.decisions.next()

    async def _make(self, dialog: FlowDialog, listed: StepList) -> None:
        """Run the steps; Cancel stops between two of them.

        Raises:
            Cancelled: the person stopped it; what is made stays.
        """
        cancellation = Cancellation()
        reports: Reports[ProvisionStep] = self._tasks.reports(listed.add)

        def on_step(step: ProvisionStep) -> None:
            reports(step)
            if cancellation.is_cancelled and step.done < step.total:
                raise Cancelled("The set-up was stopped.")

        stop = dialog.act("&Stop after this step", Step.CANCEL)

        def stop_soon(_step: Step) -> None:
            cancellation.cancel()
            stop.setEnabled(False)
            listed.now.setText("Stopping after this step; what is made stays.")

        dialog.show_page(
            make_page(heading("Setting up the CRM"), listed, buttons=button_row(stop), first=stop)
        )
        work = self._tasks.call(self._provisioner.provision, on_step)
        try:
            await dialog.decisions.alongside(work, stop_soon)
        finally:
            reports.flush()

    async def _done(self, dialog: FlowDialog, listed: StepList) -> None:
        close = dialog.act("&Close", Step.NEXT, is_primary=True)
        dialog.show_page(
            make_page(
                heading("The CRM is set up"),
                listed,
                words(
                    "Next: connect the QuickBooks company of each legal entity. Give colleagues "
                    "who push invoices the rights on these tables, and the field security profile."
                ),
                buttons=button_row(close),
                first=close,
            )
        )
        await dialog.decisions.next()

    async def _after_error(self, dialog: FlowDialog, error: AppError, listed: StepList) -> Step:
        return await dialog.show_error(
            error,
            dialog.choose(Step.CANCEL),
            dialog.act("&Try again", Step.TRY_AGAIN, is_primary=True),
            above=listed,
        )
