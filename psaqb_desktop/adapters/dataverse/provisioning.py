"""Setting the CRM up for this program: our tables, columns, keys and column security.

Every step looks before it creates, so that a set-up that was interrupted is healed by the next.
The CRM makes one change of its schema at a time and takes a while to show it: steps run one after
another and wait patiently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.columns import Table
from psaqb_desktop.adapters.dataverse.credential_steps import CredentialSteps
from psaqb_desktop.adapters.dataverse.faults import SERVICE, RecordNotFoundError
from psaqb_desktop.adapters.dataverse.present_schema import PresentSchema
from psaqb_desktop.adapters.dataverse.schema import TABLES
from psaqb_desktop.adapters.dataverse.schema_steps import SLOW_SECONDS, SchemaSteps, Step
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.domain.crm import ProvisionStep
from psaqb_desktop.domain.errors import (
    AppError,
    NotSetUpError,
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
    StaleRecordError,
)

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_PATIENCE_SECONDS = 600.0
_VISIBILITY_PATIENCE_SECONDS = 120.0


class Clock(Protocol):
    """Waiting."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class DataverseProvisioner:
    """Makes what is missing of our schema; needs the rights of a system administrator."""

    def __init__(self, client: DataverseClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._present = PresentSchema(client)

    def is_set_up(self) -> bool:
        """Tell whether all tables and columns exist, and the secret ones are secured."""
        self._present.forget()
        return all(
            table.column_names <= self._present.columns(table)
            and all(self._present.is_secured(table, secret.name) for secret in table.secrets)
            for table in TABLES
        )

    def provision(self, on_step: Callable[[ProvisionStep], None]) -> None:
        """Create what is missing. Safe to repeat, safe to interrupt between steps.

        Raises:
            RequestRejectedError: a right is missing, or the CRM refuses a change.
            ServiceUnavailableError: the CRM stayed locked or away for ten minutes.
        """
        self._present.forget()
        steps = [*self._steps()]
        made = False
        for done, step in enumerate(steps, start=1):
            was_there = self._carry_out(step)
            made = made or not was_there
            on_step(ProvisionStep(step.name, done, len(steps) + 2, was_there))
        # Always, because an earlier set-up may have been interrupted just before.
        self._carry_out(Step("Publish", lambda: False, self._publish))
        on_step(ProvisionStep("Publish", len(steps) + 1, len(steps) + 2, not made))
        self._wait_until_usable()
        on_step(ProvisionStep("Check", len(steps) + 2, len(steps) + 2, not made))

    def _steps(self) -> Iterator[Step]:
        yield from SchemaSteps(self._client, self._present).steps()
        yield from CredentialSteps(self._client, self._present).steps()

    def _carry_out(self, step: Step) -> bool:
        """Do a step where it is not done; return whether it was before."""
        waits = _Waits(self._clock)
        while True:
            try:
                if step.is_done():
                    return waits.total == 0
                step.do()
            except (ServiceUnavailableError, OutcomeUnknownError) as error:
                waits.wait_or_raise(error, _PATIENCE_SECONDS)
            except (RecordNotFoundError, NotSetUpError) as error:
                # What the step builds on was made a moment ago and is not visible yet.
                waits.wait_or_raise(error, _VISIBILITY_PATIENCE_SECONDS)
            except (RequestRejectedError, StaleRecordError):
                # Perhaps somebody else has made it between look and create.
                self._present.forget()
                if not step.is_done():
                    raise
                return False
            else:
                return False
            self._present.forget()

    def _publish(self) -> None:
        entities = "".join(f"<entity>{table.name}</entity>" for table in TABLES)
        document = f"<importexportxml><entities>{entities}</entities></importexportxml>"
        operation = Operation("POST", "PublishXml", body={"ParameterXml": document})
        self._client.write(
            operation, doing="publishing the tables", is_safe=True, timeout=SLOW_SECONDS
        )

    def _wait_until_usable(self) -> None:
        tables = OurTables(self._client)
        for table in TABLES:
            waits = _Waits(self._clock)
            while problem := self._problem(tables, table):
                waits.wait_or_raise(problem, _VISIBILITY_PATIENCE_SECONDS)

    def _problem(self, tables: OurTables, table: Table) -> AppError | None:
        """Return why a table cannot be used yet."""
        columns = ",".join((*table.properties, *(column.name for column in table.secrets)))
        try:
            self._client.get(
                tables.path(table), {"$select": columns, "$top": "1"}, doing="checking the tables"
            )
        except (NotSetUpError, RequestRejectedError, ServiceUnavailableError) as error:
            return error
        state = self._present.key_states(table).get(table.key.name.lower(), "missing")
        if state == "Failed":
            raise RequestRejectedError(
                f"The CRM could not build the key “{table.key.label}” of “{table.label}”.",
                service=SERVICE,
                remedy="Remove records that are there twice, then reactivate the key in the CRM.",
            )
        if state != "Active":
            return NotSetUpError(
                f"The CRM is still building the key “{table.key.label}” of “{table.label}”.",
                details=state,
            )
        return None


class _Waits:
    """Waits that grow, and end in the error that made them necessary."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = _FIRST_WAIT_SECONDS
        self.total = 0.0

    def wait_or_raise(self, error: AppError, patience_seconds: float) -> None:
        if self.total >= patience_seconds:
            raise error
        named = error.retry_after if isinstance(error, ServiceUnavailableError) else None
        seconds = max(named or 0.0, self._next)
        self._clock.sleep(seconds)
        self.total += seconds
        self._next = min(self._next * 2, _LONGEST_WAIT_SECONDS)
