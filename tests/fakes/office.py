"""The program put together over fakes: one world outside, machines, and programs on them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from psaqb_desktop.adapters.journal import open_journal
from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.identifiers import ConnectionId, CrmId, InvoiceId, RealmId
from psaqb_desktop.domain.invoice import CrmReference, Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo
from psaqb_desktop.services.accept_review import AcceptReview
from psaqb_desktop.services.access_tokens import AccessTokens
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.check_invoices import CheckInvoices
from psaqb_desktop.services.claims import Pusher
from psaqb_desktop.services.company_books import CompanyBooks
from psaqb_desktop.services.joined_rows import join
from psaqb_desktop.services.leave_out import LeaveOut
from psaqb_desktop.services.link_document import LinkDocument
from psaqb_desktop.services.pull_changes import PullChanges
from psaqb_desktop.services.push_again import PushAgain
from psaqb_desktop.services.push_invoices import PushInvoices, PushProgress
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway, CompanyGateway
from psaqb_desktop.services.settle_pushes import SettlePushes
from tests.fakes import examples
from tests.fakes.authorization import FakeAuthorization
from tests.fakes.clock import FakeClock
from tests.fakes.connections import FakeConnectionStore
from tests.fakes.crm import FakeInvoiceSource, FakeLinkStore
from tests.fakes.gate import DeadlyGate, Gate, KilledError
from tests.fakes.machine import FakeLocks, FakeSecrets
from tests.fakes.quickbooks import FakeGateway, FakeLedger
from tests.fakes.sync_records import FakeSyncRecordStore


class World:
    """What is outside of every desktop: the CRM, QuickBooks and the time."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: FakeClock | None = None,
        crm_clock: FakeClock | None = None,
        quickbooks_clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        quickbooks_clock = quickbooks_clock or self.clock
        self.folder = folder
        self.invoices = FakeInvoiceSource(self.clock)
        self.connections = FakeConnectionStore()
        self._desk: Machine | None = None
        self.records = FakeSyncRecordStore(crm_clock or self.clock)
        self.links = FakeLinkStore()
        self.links.save(examples.links())
        self.ledger = FakeLedger(examples.company(), quickbooks_clock)
        self.gateway = FakeGateway({examples.REALM: self.ledger})
        self.authorization = FakeAuthorization(quickbooks_clock)
        self.connections.put(
            examples.connection(refresh_token_issued=self.clock.now()),
            refresh_token=self.authorization.issue(),
            secret="secret",
        )

    def add_invoice(self, number: int, *lines: InvoiceLine, **changes: object) -> Invoice:
        chosen = lines or (examples.line(f"{100 * number}.00", f"{20 * number}.00"),)
        invoice = examples.invoice(number, *chosen, **changes)
        self.invoices.add(invoice, *chosen)
        return invoice

    def add_company(self, code: str) -> Company:
        """Connect one more legal entity, with a British ledger of its own."""
        number = len(self.gateway.ledgers) + 1
        realm = RealmId(f"934145000000000{number}")
        entity = CrmReference(CrmId(f"d1000000-0000-4000-8000-{number:012}"), code, code)
        lists = examples.company(info=CompanyInfo(realm, f"Company {code}", "GB", "PAID"))
        ledger = FakeLedger(lists, self.clock)
        self.gateway.ledgers[realm] = ledger
        connection = examples.connection(
            id=ConnectionId(f"c0000000-0000-4000-8000-{number:012}"),
            name=code,
            legal_entity=code,
            rules=(RoutingRule(RouteBy.OWNING_COMPANY, code),),
            realm_id=realm,
            company_name=f"Company {code}",
            refresh_token_issued=self.clock.now(),
        )
        self.connections.put(connection, refresh_token="another", secret="secret")
        self.links.save([replace(link, realm_id=realm) for link in examples.links()])
        return Company(connection, entity, ledger)

    def program(
        self, machine: Machine | None = None, gate: Gate | None = None, *, in_flight: int = 8
    ) -> Program:
        """Start the program, on the one desk if no machine is named."""
        if machine is None:
            machine = self._desk = self._desk or Machine(self.folder, "desk")
        return Program(self, machine, gate, in_flight=in_flight)


@dataclass(frozen=True)
class Company:
    """A legal entity: its connection, how the CRM names it, and its ledger."""

    connection: Connection
    entity: CrmReference
    ledger: FakeLedger


class Machine:
    """A desktop computer: its journal, its keyring and its locks outlive its programs."""

    def __init__(self, folder: Path, name: str, *, clock: FakeClock | None = None) -> None:
        self.name = name
        self.clock = clock
        """The machine's own clock, where it goes wrong; else the world's."""
        self.starts = 0
        self.journal_path = folder / f"{name}.journal"
        self.secrets = FakeSecrets()
        self.locks = FakeLocks()


class Program:
    """One run of the program on a machine; behind a gate all its port calls can be disturbed."""

    def __init__(
        self, world: World, machine: Machine, gate: Gate | None = None, *, in_flight: int = 8
    ) -> None:
        self.gate = gate or Gate(machine.name)
        self.world = world
        self.machine = machine
        machine.starts += 1
        clock = machine.clock or world.clock
        self.journal = open_journal(machine.journal_path, now=clock.now)
        self.news: list[PushProgress] = []
        guard = self.gate.guard
        journal = guard(self.journal, "journal")
        records = guard(world.records, "records")
        connections = guard(world.connections, "connections")
        invoices = guard(world.invoices, "invoices")
        companies = self.open_companies()

        def alone() -> AbstractContextManager[None]:
            return machine.locks.hold("pushes", timeout_seconds=0)

        pusher = Pusher(lambda: "Ada", machine.name)
        self.tokens = AccessTokens(
            connections=connections,
            gateway=self.open_authorization(),
            secrets=guard(machine.secrets, "secrets"),
            locks=machine.locks,
            clock=clock,
            holder=f"{machine.name}/{machine.starts}",
            kind=EnvironmentKind.PRODUCTION,
        )
        self.books = CompanyBooks(
            companies=companies, links=guard(world.links, "links"), clock=clock
        )
        self.check = CheckInvoices(
            invoices=invoices,
            books=self.books,
            records=records,
            kind=EnvironmentKind.PRODUCTION,
            calls_at_once=1 if in_flight == 1 else 12,
        )
        self.push = PushInvoices(
            check=self.check,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
            pusher=pusher,
            alone=alone,
            in_flight=in_flight,
        )
        self.settle = SettlePushes(
            check=self.check,
            companies=companies,
            connections=connections,
            invoices=invoices,
            records=records,
            journal=journal,
            tokens=self.tokens,
            clock=clock,
            pusher=pusher,
            alone=alone,
        )
        self.pull = PullChanges(
            connections=connections,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
        )
        self.leave_out = LeaveOut(records=records, clock=clock)
        self.push_again = PushAgain(
            connections=connections, companies=companies, records=records, clock=clock
        )
        self.link_document = LinkDocument(
            check=self.check,
            companies=companies,
            records=records,
            journal=journal,
            clock=clock,
            linked_by=lambda: "Ada",
        )
        self.accept_review = AcceptReview(records=records, clock=clock, accepted_by=pusher.name)

    def open_companies(self) -> CompanyGateway:
        """Return the way to QuickBooks' companies, behind the gate."""
        guard, world = self.gate.guard, self.world
        companies = FakeGateway(
            {realm: guard(ledger, "quickbooks") for realm, ledger in world.gateway.ledgers.items()}
        )
        companies.closed = world.gateway.closed
        return companies

    def open_authorization(self) -> AuthorizationGateway:
        """Return the way to the token end point, behind the gate."""
        return self.gate.guard(self.world.authorization, "authorization")

    def close(self) -> None:
        self.journal.close()

    def rows(self) -> tuple[ListedInvoice, ...]:
        """Return the list as it stands in the CRM (behind no gate: a person looks at it)."""
        return join(
            tuple(self.world.invoices.stored.values()),
            self.world.connections.connections(),
            self.world.records.records(),
        )

    def ready(self, *ids: InvoiceId) -> tuple[Checked, ...]:
        """Check what is still to post, or the named invoices, and return what may go."""
        rows = [r for r in self.rows() if (r.invoice.id in ids if ids else r.is_to_post)]
        return tuple(c for c in self.check.run(rows) if c.is_ready)

    def push_all(
        self, *ids: InvoiceId, cancellation: Cancellation | None = None
    ) -> tuple[PushResult, ...]:
        return self.push_checked(self.ready(*ids), cancellation=cancellation)

    def push_checked(
        self, checked: Sequence[Checked], *, cancellation: Cancellation | None = None
    ) -> tuple[PushResult, ...]:
        return self.push.run(
            checked,
            on_progress=self.news.append,
            cancellation=cancellation or Cancellation(),
        )

    def settle_all(self) -> tuple[PushResult, ...]:
        return self.settle.run(on_progress=self.news.append)


def die_pushing(
    world: World, machine: Machine | None, call: str, *, nth: int = 1, is_after: bool = False
) -> None:
    """Push everything, and die at the nth port call of that name."""
    gate = DeadlyGate(call, nth=nth, is_after=is_after)
    program = world.program(machine, gate, in_flight=1)
    try:
        program.push_all()
    except KilledError:
        assert gate.is_dead
    else:
        msg = f"there was no call {nth} of {call}"
        raise AssertionError(msg)
    finally:
        program.close()
