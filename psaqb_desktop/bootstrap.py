"""Puts the program together: adapters into services, services into a desk, a desk into a front end.

The only module that sees everything. Heavy libraries (requests, authlib, keyring, QtWebEngine)
are imported by the adapters when they are first used, not here: the first window is quick.
"""

from __future__ import annotations

import getpass
import hashlib
import logging
import os
import platform
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from psaqb_desktop.adapters.cache.store import SqliteInvoiceCache
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.connections import DataverseConnections
from psaqb_desktop.adapters.dataverse.invoices import DataverseInvoices
from psaqb_desktop.adapters.dataverse.links import DataverseLinks
from psaqb_desktop.adapters.dataverse.provisioning import DataverseProvisioner
from psaqb_desktop.adapters.dataverse.sign_in import EntraSignIn
from psaqb_desktop.adapters.dataverse.sync_records import DataverseSyncRecords
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.http.redaction import redact
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.journal.store import open_journal
from psaqb_desktop.adapters.quickbooks.authorization import QuickBooksAuthorization
from psaqb_desktop.adapters.quickbooks.gateway import QuickBooksGateway
from psaqb_desktop.adapters.quickbooks.pacing import CompanyPacings
from psaqb_desktop.adapters.secrets.choice import choose_secret_store
from psaqb_desktop.adapters.secrets.scoped import ScopedSecrets
from psaqb_desktop.adapters.settings.environments import EnvironmentsFile
from psaqb_desktop.adapters.settings.logging_setup import Logging, set_up_logging
from psaqb_desktop.adapters.settings.machine_lock import FileMachineLock
from psaqb_desktop.adapters.settings.paths import Paths, find_paths
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.domain.environment import Environment, EnvironmentKind, SignInMethod
from psaqb_desktop.domain.errors import AppError, SettingsError
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Pusher
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.connect_company import ConnectCompany
from psaqb_desktop.services.desk import Desk
from psaqb_desktop.services.doctor import Doctor
from psaqb_desktop.services.edit_connection import EditConnection
from psaqb_desktop.services.invoice_details import InvoiceDetails
from psaqb_desktop.services.leave_out import LeaveOut
from psaqb_desktop.services.link_records import LinkRecords
from psaqb_desktop.services.list_invoices import ListInvoices
from psaqb_desktop.services.pull_changes import PullChanges
from psaqb_desktop.services.push_invoices import PushInvoices
from psaqb_desktop.services.settle_pushes import SettlePushes

CRM_SECRET_VARIABLE = "PSAQB_CRM_CLIENT_SECRET"  # noqa: S105 - the name of a variable
CRM_SECRET_ENTRY = "crm-client-secret"  # noqa: S105 - the name of an entry
PRACTICE = "practice"
"""Name of the environment of the practice company."""

AskPassphrase = Callable[[Path], str]


@dataclass(frozen=True)
class Office:
    """Opens desks; knows the folders, the environments and the practice services."""

    paths: Paths
    environ: Mapping[str, str]
    ask_passphrase: AskPassphrase | None = None

    @property
    def practice(self) -> Practice:
        """The practice services of this data folder."""
        return Practice(self.paths, EnvironmentsFile(self.paths.environments_file))

    def environments(self) -> tuple[Environment, ...]:
        """Return the declared environments."""
        return EnvironmentsFile(self.paths.environments_file).load()

    def default_environment(self) -> str:
        """Return the name of the default environment; empty where there is none."""
        return EnvironmentsFile(self.paths.environments_file).default_environment()

    def declare(self, environment: Environment) -> None:
        """Add an environment to environments.toml; the first one becomes the default."""
        file = EnvironmentsFile(self.paths.environments_file)
        file.save_environment(environment, is_default=not file.load())

    def open_desk(self, environment_name: str = "") -> Desk:
        """Open an environment; an empty name means the default one.

        Raises:
            SettingsError: there is no such environment, or none at all.
        """
        name = environment_name or self.default_environment()
        for environment in self.environments():
            if environment.name == name:
                return build_desk(environment, self)
        if not name:
            raise SettingsError(
                "No environment is declared yet.",
                remedy="Write environments.toml (see README, “Settings”), or start the practice "
                "company with “psaqb practice start”.",
            )
        known = ", ".join(e.name for e in self.environments()) or "none"
        raise SettingsError(
            f"There is no environment “{name}”.", remedy=f"Known environments: {known}."
        )


def open_office(data_dir: Path | None, ask_passphrase: AskPassphrase | None = None) -> Office:
    """Open the office of a data folder; None means PSAQB_DATA_DIR or the system's places."""
    return Office(find_paths(data_dir, os.environ), os.environ, ask_passphrase)


def build_desk(environment: Environment, office: Office) -> Desk:
    """Put the use cases of one environment together."""
    paths = office.paths
    clock = SystemClock()
    store = choose_secret_store(office.environ, office.ask_passphrase)
    kept = ScopedSecrets(store, environment.name)
    sign_in = EntraSignIn(
        environment,
        kept,
        HttpSession("CRM"),
        clock,
        client_secret=lambda: _crm_secret(environment, office, kept),
    )
    client = DataverseClient(environment.crm_url, sign_in.access_token, HttpSession("CRM"))
    tables = OurTables(client)
    invoices = DataverseInvoices(client)
    connections = DataverseConnections(client, tables)
    records = DataverseSyncRecords(client, tables)
    provisioner = DataverseProvisioner(client, clock)
    journal = open_journal(_made(paths.journal_file(environment.name)))
    # Intuit ends a request after 120 seconds: waiting that long leaves fewer outcomes unknown.
    http = HttpSession("QuickBooks", timeout=(10, 125))
    pacings = CompanyPacings(clock)
    authorization = QuickBooksAuthorization(environment, http, clock, pacings)
    tokens = AccessTokens(
        connections=connections,
        gateway=authorization,
        secrets=kept,
        locks=FileMachineLock(paths.locks),
        clock=clock,
        holder=_holder(paths),
    )
    companies = QuickBooksGateway(
        environment,
        lambda connection, is_refused: tokens.token(connection, is_refused=is_refused),
        http,
        clock,
        pacings=pacings,
    )
    links = DataverseLinks(client, tables)
    books = CompanyBooks(companies=companies, links=links, clock=clock)
    check = CheckInvoices(invoices=invoices, books=books)
    pusher = Pusher(_user_name(sign_in), platform.node() or "this machine")
    return Desk(
        environment=environment,
        sign_in=sign_in,
        provisioner=provisioner,
        list_invoices=ListInvoices(
            invoices=invoices,
            connections=connections,
            records=records,
            cache=SqliteInvoiceCache(_made(paths.cache_file(environment.name))),
            clock=clock,
        ),
        check_invoices=check,
        push_invoices=PushInvoices(
            check=check,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
            pusher=pusher,
        ),
        settle_pushes=SettlePushes(
            check=check,
            companies=companies,
            connections=connections,
            invoices=invoices,
            records=records,
            journal=journal,
            tokens=tokens,
            clock=clock,
            pusher=pusher,
        ),
        pull_changes=PullChanges(
            connections=connections,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
        ),
        connect_company=ConnectCompany(
            environment=environment,
            connections=connections,
            gateway=authorization,
            tokens=tokens,
        ),
        edit_connection=EditConnection(environment=environment, connections=connections),
        link_records=LinkRecords(
            check=check, books=books, links=links, clock=clock, confirmed_by=pusher.name
        ),
        leave_out=LeaveOut(records=records, clock=clock),
        invoice_details=InvoiceDetails(
            invoices=invoices, records=records, journal=journal, companies=companies
        ),
        doctor=Doctor(
            environment=environment,
            sign_in=sign_in,
            provisioner=provisioner,
            connections=connections,
            books=books,
            journal=journal,
            secrets=kept,
            clock=clock,
        ),
    )


def open_log(paths: Paths) -> Logging:
    """Log into the log folder, secrets taken out."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # its DEBUG lines hold full addresses
    return set_up_logging(paths.logs, redact=redact)


def _holder(paths: Paths) -> str:
    """Name this program for token leases: the place (computer and lock folder), then itself."""
    place = hashlib.sha256(str(paths.locks).encode()).hexdigest()[:8]
    return f"{platform.node()}/{place}#{os.getpid()}-{secrets.token_hex(4)}"


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _user_name(sign_in: EntraSignIn) -> Callable[[], str]:
    """Return who pushes: the CRM user where known, else the user of this machine."""
    known: list[str] = []

    def name() -> str:
        if not known:
            try:
                known.append(sign_in.who_am_i().name)
            except AppError:
                return getpass.getuser()
        return known[0]

    return name


def _crm_secret(environment: Environment, office: Office, kept: ScopedSecrets) -> str | None:
    """Return the secret of unattended sign-in: from the variable, else from the secret store.

    The practice tenant's secret is make-believe and known to everybody; it is handed over here as
    an administrator would, and nothing else in the program knows of it.
    """
    given = office.environ.get(CRM_SECRET_VARIABLE)
    if given:
        return given
    if environment.kind is EnvironmentKind.PRACTICE:
        return office.practice.crm_client_secret
    return kept.get(CRM_SECRET_ENTRY)


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
            raise SettingsError(
                "The practice services could not be started.",
                remedy="See the details; “psaqb practice reset” starts afresh.",
                details=str(error),
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
