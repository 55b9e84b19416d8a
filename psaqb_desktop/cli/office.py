"""What the command line is given by the bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.services.desk import Desk


class PracticeServices(Protocol):
    """The practice CRM and practice QuickBooks of this data folder."""

    def start(self) -> Environment:
        """Start them if they are not running; returns the environment that names them."""
        ...

    def stop(self) -> bool:
        """Stop them; False when they were not running."""
        ...

    def reset(self) -> None:
        """Put everything back to the first day."""
        ...

    def seed(self, data_set: str, invoices: int | None, seed: int | None) -> int:
        """Plant the practice CRM anew while it is stopped; return the number of invoices."""
        ...

    def status(self) -> str:
        """Tell in a line whether they run, and where."""
        ...

    def serve(self, arguments: Sequence[str]) -> int:
        """Run them in this process until it is asked to end."""
        ...


class Office(Protocol):
    """Opens the desks of environments."""

    def environments(self) -> tuple[Environment, ...]:
        """Return the declared environments."""
        ...

    def open_desk(self, environment_name: str = "") -> Desk:
        """Open an environment; an empty name means the default one.

        Raises:
            SettingsError: there is no such environment, or none at all.
        """
        ...

    def recover_journal(self, environment_name: str = "") -> JournalRecovery:
        """Recover a journal that is too damaged for its desk to be opened."""
        ...

    def default_environment(self) -> str:
        """Return the name of the default environment; empty where there is none."""
        ...

    @property
    def practice(self) -> PracticeServices:
        """The practice services."""
        ...
