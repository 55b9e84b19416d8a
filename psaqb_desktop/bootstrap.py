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
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
from psaqb_desktop.adapters.journal.recovery import rebuild
from psaqb_desktop.adapters.journal.store import SqliteJournal, open_journal
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
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.errors import AppError, SettingsError
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.practising import Practice
from psaqb_desktop.services.accept_review import AcceptReview
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Alone, Pusher
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.connect_company import ConnectCompany
from psaqb_desktop.services.desk import Desk
from psaqb_desktop.services.doctor import Doctor
from psaqb_desktop.services.edit_connection import EditConnection
from psaqb_desktop.services.invoice_details import InvoiceDetails
from psaqb_desktop.services.journal_upkeep import JournalUpkeep
from psaqb_desktop.services.leave_out import LeaveOut
from psaqb_desktop.services.link_document import LinkDocument
from psaqb_desktop.services.link_records import LinkRecords
from psaqb_desktop.services.list_invoices import ListInvoices
from psaqb_desktop.services.pull_changes import PullChanges
from psaqb_desktop.services.push_again import PushAgain
from psaqb_desktop.services.push_invoices import PushInvoices
from psaqb_desktop.services.settle_pushes import SettlePushes

CRM_SECRET_VARIABLE = "PSAQB_CRM_CLIENT_SECRET"  # noqa: S105 - the name of a variable
CRM_SECRET_ENTRY = "crm-client-secret"  # noqa: S105 - the name of an entry

PUSH_WAIT_SECONDS = 10
"""How long a program waits for another one of this machine that pushes or settles."""

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

    def recover_journal(self, environment_name: str = "") -> JournalRecovery:
        """Recover a journal that is too damaged for its desk to be opened.

        Raises:
            LeaseTakenError: another program of this machine is pushing or settling.
            JournalError: the disk refuses; the damaged file is where it was.
        """
        name = environment_name or self.default_environment()
        with _alone(FileMachineLock(self.paths.locks), name)():
            return rebuild(self.paths.journal_file(name), SystemClock().now())


def open_office(data_dir: Path | None, ask_passphrase: AskPassphrase | None = None) -> Office:
    """Open the office of a data folder; None means PSAQB_DATA_DIR or the system's places."""
    return Office(find_paths(data_dir, os.environ), os.environ, ask_passphrase)


@dataclass(frozen=True)
class _Machine:
    """What this machine lends to one environment."""

    environment: Environment
    paths: Paths
    clock: SystemClock
    secrets: ScopedSecrets
    journal: SqliteJournal
    locks: FileMachineLock


@dataclass(frozen=True)
class _Crm:
    """The adapters of one CRM; they share a client."""

    sign_in: EntraSignIn
    invoices: DataverseInvoices
    connections: DataverseConnections
    records: DataverseSyncRecords
    links: DataverseLinks
    provisioner: DataverseProvisioner


@dataclass(frozen=True)
class _QuickBooks:
    """The adapters of all companies; they share a session and the pacing of each company."""

    authorization: QuickBooksAuthorization
    tokens: AccessTokens
    companies: QuickBooksGateway


def build_desk(environment: Environment, office: Office) -> Desk:
    """Put the use cases of one environment together."""
    paths = office.paths
    machine = _Machine(
        environment,
        paths,
        SystemClock(),
        ScopedSecrets(choose_secret_store(office.environ, office.ask_passphrase), environment.name),
        open_journal(_made(paths.journal_file(environment.name))),
        FileMachineLock(paths.locks),
    )
    crm = _open_crm(machine, office)
    return _desk(machine, crm, _open_quickbooks(machine, crm))


def _open_crm(machine: _Machine, office: Office) -> _Crm:
    environment, kept = machine.environment, machine.secrets
    sign_in = EntraSignIn(
        environment,
        kept,
        HttpSession("CRM"),
        machine.clock,
        client_secret=lambda: _crm_secret(environment, office, kept),
    )
    client = DataverseClient(environment.crm_url, sign_in.access_token, HttpSession("CRM"))
    tables = OurTables(client)
    return _Crm(
        sign_in,
        DataverseInvoices(client),
        DataverseConnections(client, tables),
        DataverseSyncRecords(client, tables),
        DataverseLinks(client, tables),
        DataverseProvisioner(client, machine.clock),
    )


def _open_quickbooks(machine: _Machine, crm: _Crm) -> _QuickBooks:
    # Intuit ends a request after 120 seconds: waiting that long leaves fewer outcomes unknown.
    http = HttpSession("QuickBooks", timeout=(10, 125))
    pacings = CompanyPacings(machine.clock)
    authorization = QuickBooksAuthorization(machine.environment, http, machine.clock, pacings)
    tokens = AccessTokens(
        connections=crm.connections,
        gateway=authorization,
        secrets=machine.secrets,
        locks=machine.locks,
        clock=machine.clock,
        holder=_holder(machine.paths),
        kind=machine.environment.kind,
    )
    companies = QuickBooksGateway(
        machine.environment,
        lambda connection, is_refused: tokens.token(connection, is_refused=is_refused),
        http,
        machine.clock,
        pacings=pacings,
    )
    return _QuickBooks(authorization, tokens, companies)


def _desk(machine: _Machine, crm: _Crm, quickbooks: _QuickBooks) -> Desk:
    environment, clock, journal = machine.environment, machine.clock, machine.journal
    connections, records, companies = crm.connections, crm.records, quickbooks.companies
    books = CompanyBooks(companies=companies, links=crm.links, clock=clock)
    check = CheckInvoices(
        invoices=crm.invoices, books=books, records=records, kind=environment.kind
    )
    pusher = _pusher(machine, crm)
    push, settle = _pushing(machine, crm, quickbooks, check, pusher)
    return Desk(
        environment,
        crm.sign_in,
        crm.provisioner,
        _listing(machine, crm),
        check,
        push,
        settle,
        PullChanges(
            connections=connections,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
        ),
        ConnectCompany(
            environment=environment,
            connections=connections,
            gateway=quickbooks.authorization,
            tokens=quickbooks.tokens,
        ),
        EditConnection(environment=environment, connections=connections),
        LinkRecords(
            check=check, books=books, links=crm.links, clock=clock, confirmed_by=pusher.name
        ),
        LeaveOut(records=records, clock=clock),
        PushAgain(connections=connections, companies=companies, records=records, clock=clock),
        _linking(machine, crm, quickbooks, check, pusher),
        AcceptReview(records=records, clock=clock, accepted_by=pusher.name),
        InvoiceDetails(
            invoices=crm.invoices, records=records, journal=journal, companies=companies
        ),
        Doctor(
            environment=environment,
            sign_in=crm.sign_in,
            provisioner=crm.provisioner,
            connections=connections,
            books=books,
            journal=journal,
            secrets=machine.secrets,
            clock=clock,
        ),
        JournalUpkeep(journal, alone=_alone(machine.locks, environment.name)),
    )


def _alone(locks: FileMachineLock, environment_name: str) -> Alone:
    """Return what keeps other programs of this machine from pushing or settling."""
    return lambda: locks.hold(f"push-{environment_name}", timeout_seconds=PUSH_WAIT_SECONDS)


def _pusher(machine: _Machine, crm: _Crm) -> Pusher:
    # Two data folders on one computer, or two cloned computers, must not take each other's claims
    # for their own.
    computer = platform.node() or "this machine"
    return Pusher(_user_name(crm.sign_in), f"{computer} ({_place(machine.paths)[:4]})")


def _listing(machine: _Machine, crm: _Crm) -> ListInvoices:
    return ListInvoices(
        invoices=crm.invoices,
        connections=crm.connections,
        records=crm.records,
        cache=SqliteInvoiceCache(_made(machine.paths.cache_file(machine.environment.name))),
        clock=machine.clock,
        pulled_on=machine.journal.watermark,
    )


def _linking(
    machine: _Machine, crm: _Crm, quickbooks: _QuickBooks, check: CheckInvoices, pusher: Pusher
) -> LinkDocument:
    return LinkDocument(
        check=check,
        companies=quickbooks.companies,
        records=crm.records,
        journal=machine.journal,
        clock=machine.clock,
        linked_by=pusher.name,
    )


def _pushing(
    machine: _Machine, crm: _Crm, quickbooks: _QuickBooks, check: CheckInvoices, pusher: Pusher
) -> tuple[PushInvoices, SettlePushes]:
    alone = _alone(machine.locks, machine.environment.name)
    push = PushInvoices(
        check=check,
        companies=quickbooks.companies,
        records=crm.records,
        journal=machine.journal,
        clock=machine.clock,
        pusher=pusher,
        alone=alone,
    )
    settle = SettlePushes(
        check=check,
        companies=quickbooks.companies,
        connections=crm.connections,
        invoices=crm.invoices,
        records=crm.records,
        journal=machine.journal,
        tokens=quickbooks.tokens,
        clock=machine.clock,
        pusher=pusher,
        alone=alone,
    )
    return push, settle


def open_log(paths: Paths) -> Logging:
    """Log into the log folder, secrets taken out."""
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # its DEBUG lines hold full addresses
    return set_up_logging(paths.logs, redact=redact)


def _holder(paths: Paths) -> str:
    """Name this program for token leases: the place (computer and lock folder), then itself."""
    return f"{platform.node()}/{_place(paths)}#{os.getpid()}-{secrets.token_hex(4)}"


def _place(paths: Paths) -> str:
    """Name the data folder of this computer: what programs under one lock have in common."""
    # Cloned machines share names and folders, hardly ever the address of their network card.
    return hashlib.sha256(f"{uuid.getnode():x} {paths.locks}".encode()).hexdigest()[:8]


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
