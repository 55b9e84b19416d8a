"""Practising: starts and stops the practice services and declares their environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from psaqb_desktop.adapters.settings.environments import EnvironmentsFile
from psaqb_desktop.adapters.settings.paths import Paths
from psaqb_desktop.domain.environment import Environment, EnvironmentKind, SignInMethod
from psaqb_desktop.domain.errors import SettingsError

PRACTICE = "practice"
"""Name of the environment of the practice company."""


@dataclass(frozen=True)
class Practice:
    """The practice CRM and practice QuickBooks, in a process of their own on loopback."""

    paths: Paths
    file: EnvironmentsFile

    @property
    def crm_client_secret(self) -> str:
        """The make-believe secret of the practice tenant."""
        from psaqb_desktop.practice.group import PRACTICE_CRM_CLIENT_SECRET  # noqa: PLC0415

        return PRACTICE_CRM_CLIENT_SECRET

    @property
    def app_keys(self) -> tuple[str, str]:
        """Client ID and Client Secret of the make-believe Intuit app."""
        from psaqb_desktop.practice import group  # noqa: PLC0415

        return group.PRACTICE_INTUIT_CLIENT_ID, group.PRACTICE_INTUIT_CLIENT_SECRET

    def start(self, *, ends_with: int | None = None) -> Environment:
        """Start the services if they are not running; declare their environment.

        ``ends_with`` is the id of a process with which services started now are to end.

        Raises:
            SettingsError: they cannot be started, for example because a port is taken.
        """
        from psaqb_desktop.practice import group, server  # noqa: PLC0415

        try:
            addresses = server.start_in_background(self.paths.practice, parent_pid=ends_with)
        except server.PracticeError as error:
            first_line, _, rest = str(error).partition("\n")
            raise SettingsError(
                f"The practice services could not be started: {first_line}",
                remedy="End the program that is in the way, or practise in another folder "
                "(--data-dir).",
                details=rest,
            ) from error
        known = {e.name: e for e in self.file.load()}
        quickbooks = urlsplit(addresses.quickbooks_url)
        environment = replace(
            known.get(PRACTICE)
            or Environment(
                name=PRACTICE,
                kind=EnvironmentKind.PRACTICE,
                crm_url=addresses.crm_url,
                client_id=group.PRACTICE_CRM_CLIENT_ID,
                sign_in=SignInMethod.CLIENT_CREDENTIALS,
            ),
            crm_url=addresses.crm_url,
            authority=addresses.crm_url,
            tenant=group.PRACTICE_TENANT,
            quickbooks_authorize_url=f"{addresses.quickbooks_url}/connect/oauth2",
            trusted_hosts=(quickbooks.netloc,),
        )
        if known.get(PRACTICE) != environment:
            self.file.save_environment(environment, is_default=not known)
        return environment

    def stop(self) -> bool:
        """Stop the services; False when they were not running."""
        from psaqb_desktop.practice import server  # noqa: PLC0415

        was_running = server.running(self.paths.practice) is not None
        server.stop(self.paths.practice)
        return was_running

    def reset(self) -> None:
        """Put everything back to the first day, what this machine remembers of it included."""
        from psaqb_desktop.practice import server  # noqa: PLC0415

        server.reset(self.paths.practice)
        self._forget()

    def seed(self, data_set: str, invoices: int | None, seed: int | None) -> int:
        """Plant the practice CRM anew while it is stopped; return the number of invoices.

        Raises:
            SettingsError: the services run, or the number makes no sense.
        """
        from psaqb_desktop.practice import seeding, server  # noqa: PLC0415

        try:
            planted = seeding.seed_crm(self.paths.practice, data_set, invoices=invoices, seed=seed)
        except server.PracticeError as error:
            raise SettingsError(
                f"Nothing was planted: {error}", remedy="Run “psaqb practice stop” first."
            ) from error
        self._forget()
        return planted

    def _forget(self) -> None:
        for file in (self.paths.journal_file(PRACTICE), self.paths.cache_file(PRACTICE)):
            for suffix in ("", "-wal", "-shm"):
                Path(f"{file}{suffix}").unlink(missing_ok=True)

    def status(self) -> str:
        """Tell in a line whether they run, and where."""
        from psaqb_desktop.practice import server  # noqa: PLC0415

        addresses = server.running(self.paths.practice)
        if addresses is None:
            return "The practice services are not running."
        return f"Practice CRM at {addresses.crm_url}, QuickBooks at {addresses.quickbooks_url}"

    def serve(self, arguments: Sequence[str]) -> int:
        """Run them in this process until it is asked to end."""
        from psaqb_desktop.practice.__main__ import main  # noqa: PLC0415

        return main(["serve", "--folder", str(self.paths.practice), *arguments])
