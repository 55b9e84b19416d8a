"""The doctor: looks at each part that a push needs and says in words what is well and what not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from psaqb_desktop.domain.connection import Connection, ConnectionStatus
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.mapping import mapping_problems
from psaqb_desktop.domain.quickbooks_addresses import (
    OTHER_KIND_REMEDY,
    address_problem,
    other_kind_problem,
)
from psaqb_desktop.domain.routing_problems import ROUTING_REMEDY
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.ports import (
    Clock,
    ConnectionStore,
    CrmSignIn,
    Provisioner,
    PushJournal,
    SecretStore,
)


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """One examination: what was looked at, whether it is well, and the remedy if not."""

    name: str
    is_ok: bool
    message: str
    remedy: str = ""


class Doctor:
    """Examines secrets, journal, CRM, tables and companies; changes nothing."""

    def __init__(  # noqa: PLR0913 - it looks at everything
        self,
        *,
        environment: Environment,
        sign_in: CrmSignIn,
        provisioner: Provisioner,
        connections: ConnectionStore,
        books: CompanyBooks,
        journal: PushJournal,
        secrets: SecretStore,
        clock: Clock,
    ) -> None:
        self._environment = environment
        self._sign_in = sign_in
        self._provisioner = provisioner
        self._connections = connections
        self._books = books
        self._journal = journal
        self._secrets = secrets
        self._clock = clock

    def run(self) -> tuple[DoctorLine, ...]:
        """Examine everything; one failure does not hide the others."""
        lines = [
            _examine("Secret store", self._look_at_secrets),
            _examine("Journal", self._look_at_journal),
            _examine("CRM sign-in", self._look_at_sign_in),
        ]
        if not lines[-1].is_ok:
            return tuple(lines)
        lines.append(_examine("CRM tables", self._look_at_tables))
        if lines[-1].is_ok:
            lines.extend(
                _examine(f"Company {connection.name}", partial(self._look_at, connection))
                for connection in self._connections.connections()
            )
        return tuple(lines)

    def _look_at_secrets(self) -> str:
        self._secrets.get("doctor")
        return "The secret store answers."

    def _look_at_journal(self) -> str:
        count = len(self._journal.open_pushes())
        if count:
            return f"{count} pushes are open and will be settled at the next start."
        return "The journal is readable; nothing is open."

    def _look_at_sign_in(self) -> str:
        user = self._sign_in.who_am_i()
        return f"Signed in to {self._environment.crm_url} as {user.name}."

    def _look_at_tables(self) -> str:
        if not self._provisioner.is_set_up():
            raise AppError(
                "The CRM has not been set up yet.",
                remedy="Run “psaqb provision”, or choose “Set up the CRM” in the window.",
            )
        return "All tables and columns are there."

    def _look_at(self, connection: Connection) -> str:
        other_kind = other_kind_problem(connection, self._environment.kind)
        if other_kind:
            raise AppError(other_kind, remedy=OTHER_KIND_REMEDY)
        problem = address_problem(connection, self._environment)
        if problem:
            raise AppError(
                problem, remedy="Correct the connection, or add the host to trusted_hosts."
            )
        if connection.routing_problem:
            raise AppError(connection.routing_problem, remedy=ROUTING_REMEDY)
        status = connection.status(self._clock.now())
        if status in {ConnectionStatus.NOT_CONNECTED, ConnectionStatus.RECONNECT}:
            raise AppError(f"{status.value}.", remedy="Connect it under Connections.")
        problems = mapping_problems(connection.mapping_text)
        if problems:
            raise AppError(problems[0], remedy="Correct the mapping of the connection.")
        lists = self._books.lists(connection)
        if not lists.is_writable:
            raise AppError(
                f"{lists.info.name} accepts no entries: its subscription is "
                f"{lists.info.subscription_status.lower()}.",
                remedy="Ask the owner of the QuickBooks account to renew it.",
            )
        days = connection.days_left(self._clock.now())
        left = f", {days} days left" if days is not None else ""
        return f"Connected to {lists.info.name} ({lists.preferences.home_currency}){left}."


def _examine(name: str, look: Callable[[], str]) -> DoctorLine:
    try:
        return DoctorLine(name, is_ok=True, message=look())
    except AppError as error:
        return DoctorLine(name, is_ok=False, message=str(error), remedy=error.remedy)
