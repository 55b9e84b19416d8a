"""What is outside of every desktop, in simulated time: CRM, QuickBooks, grants, clocks."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import PostedDocument
from tests.fakes import examples
from tests.fakes.authorization import FakeAuthorization
from tests.fakes.clock import START, FakeClock
from tests.fakes.office import Machine, Program, World
from tests.fakes.quickbooks import FakeLedger
from tests.simulation.books import Books
from tests.simulation.fibres import Hub
from tests.simulation.meeting import Meeting
from tests.simulation.words import words_of

NUMBERS = (
    ("100.00", "20.00"),
    ("0.05", "0.01"),
    ("1234.57", "246.91"),
    ("99999.99", "20000.00"),
    ("10.02", "2.00"),
)
"""Nets and their tax of 20 %."""


class SimulatedClock(FakeClock):
    """A clock that may be wrong, and may jump."""

    def __init__(self, hub: Hub, off: timedelta = timedelta(0)) -> None:
        super().__init__()
        self._hub = hub
        self._off = off

    def now(self) -> datetime:
        return START + timedelta(seconds=self._hub.seconds) + self._off

    def sleep(self, seconds: float) -> None:
        self._hub.sleep(seconds)

    def advance(self, **parts: float) -> None:
        self._off += timedelta(**parts)


class Trace:
    """Who did what, when; put into words only where somebody reads it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lines: list[tuple[float, str, str, tuple[object, ...]]] = []

    def add(self, who: str, what: str, *about: object) -> None:
        self._lines.append((self._hub.seconds, who, what, about))

    @property
    def text(self) -> str:
        return "\n".join(
            f"{START + timedelta(seconds=when):%d. %H:%M:%S.%f} {who:<9} {what} {words_of(about)}"
            for when, who, what, about in self._lines
        )


class Grant(FakeAuthorization):
    """Intuit's grant of one company: its refresh tokens and the access tokens that are alive."""

    def __init__(self, name: str, clock: FakeClock) -> None:
        super().__init__(clock)
        self._name = name
        self.under_way: dict[str, float] = {}
        """Programs that wait for an answer, and since when."""
        self.access: dict[str, datetime] = {}

    def knows(self, access_token: str) -> bool:
        ends = self.access.get(access_token)
        return ends is not None and ends > self._clock.now()

    def _issue(self) -> str:
        token = f"{self._name}-{super()._issue()}"
        self._alive[token] = self._alive.pop(self.newest)
        self.newest = token
        return token

    def _answer(self, token: str) -> TokenAnswer:
        answer = replace(super()._answer(token), issued=self._clock.now())
        self.access[answer.access_token] = answer.access_token_expires
        return answer


class Outside(World):
    """The world of one schedule."""

    def __init__(self, folder: Path, hub: Hub, chance: random.Random) -> None:
        def clock(most: float) -> SimulatedClock:
            return SimulatedClock(hub, timedelta(seconds=chance.uniform(-most, most)))

        self.hub, self.chance, self.trace = hub, chance, Trace(hub)
        self._quickbooks_clock = clock(20)
        super().__init__(
            folder,
            clock=SimulatedClock(hub),
            crm_clock=clock(20),
            quickbooks_clock=self._quickbooks_clock,
        )
        self.grants: dict[ConnectionId, Grant] = {}
        self.books: dict[RealmId, Books] = {}
        self.ledgers: dict[RealmId, FakeLedger] = {}
        self.crm_is_back = 0.0
        """Until then the CRM is down."""
        self.was_restored = False
        """The CRM has lost something that it knew."""
        self.meeting: Meeting | None = None
        """Where programs meet; None where they come as it happens."""
        self.made: set[RequestId] = set()
        """Requests that have made a document."""
        self.machines: list[Machine] = []
        self.edited: set[tuple[RealmId, QuickBooksId]] = set()
        """Documents whose amount a person changed in QuickBooks."""
        self.programs: list[Program] = []
        """Those that run now."""
        self._open_books(examples.connection(refresh_token_issued=self.clock.now()), self.ledger)
        self.others = [self.add_company("GB02")] if chance.random() < 0.3 else []
        for company in self.others:
            self._open_books(company.connection, company.ledger)
        self._choose_manners()

    def _open_books(self, connection: Connection, ledger: FakeLedger) -> None:
        grant = self.grants[connection.id] = Grant(connection.name, self._quickbooks_clock)
        self.connections.put(connection, refresh_token=grant.issue(), secret="secret")
        books = Books(ledger, grant.knows, self._quickbooks_clock.now)
        books.on_made = self._require_one
        self.books[connection.realm_id] = books
        self.ledgers[connection.realm_id] = ledger

    def _choose_manners(self) -> None:
        """Choose what is not documented, and what a company may be set to."""
        chance = self.chance
        rotates, is_strict = chance.random() < 0.8, chance.random() < 0.7
        for grant in self.grants.values():
            grant.rotates, grant.is_strict = rotates, is_strict
        for ledger in self.ledgers.values():
            ledger.replays_refusals = chance.random() < 0.5
            ledger.forgets_after = timedelta(hours=1) if chance.random() < 0.2 else None
            ledger.warns_of_duplicates = chance.random() < 0.5
        self.shows_payments_on_invoices = chance.random() < 0.5

    def plant(self, number: int) -> Invoice:
        """Add an invoice of one of the companies."""
        net, tax = self.chance.choice(NUMBERS)
        routing = examples.invoice(1).routing
        if self.others and self.chance.random() < 0.5:
            routing = replace(routing, owning_company=self.others[0].entity)
        lines = [examples.line(net, tax)]
        if self.chance.random() < 0.3:
            # Each line's tax is rounded in the CRM, that of all lines together in QuickBooks.
            net, tax = self.chance.choice((("10.01", "2.00"), ("33.32", "6.66"), ("33.32", "6.66")))
            lines.append(examples.line(net, tax, number=2))
        return self.add_invoice(number, *lines, routing=routing)

    def standing(self, invoice_id: InvoiceId) -> list[PostedDocument]:
        ledgers = self.ledgers.values()
        return [d for ledger in ledgers for d in ledger.standing(invoice_id)]

    def keyring_of(self, program: str) -> list[str]:
        """Return what the keyring of a program's machine holds."""
        return [
            secret
            for machine in self.machines
            if program.startswith(machine.name)
            for secret in machine.secrets.stored.values()
        ]

    def sign_in(self, connection: Connection, now: datetime) -> None:
        """Let a person connect the company again: a new grant, stored as signing in does."""
        grant = self.grants[connection.id]
        token = grant.issue()
        received = max(now, connection.refresh_token_issued or now) + timedelta(seconds=1)
        self.connections.save_credentials(
            connection.id,
            client_secret="secret",
            tokens=TokenAnswer("", token, received, received + timedelta(days=100), received),
        )

    def violate(self, what: str) -> None:
        if not self.hub.problem:
            self.trace.add("CHECK", what)
            self.hub.problem = what

    def _require_one(self, invoice_id: InvoiceId, request_id: RequestId) -> None:
        """See that a new document is the only one that stands, and that nobody was told no."""
        self.made.add(request_id)
        records = self.records.records()
        is_open = any(r.state.is_open and r.invoice_id == invoice_id for r in records)
        is_awaited = any(
            push.request_id == request_id
            for program in self.programs
            for push in program.journal.open_pushes()
        )
        if not is_open and not is_awaited and not self.was_restored:
            self.violate(f"invoice {invoice_id[-3:]} appears after it was told as not there")
        standing = self.standing(invoice_id)
        if len(standing) > 1:
            names = " and ".join(f"{d.type.value} {d.id}" for d in standing)
            self.violate(f"invoice {invoice_id[-3:]} stands {len(standing)} times: {names}")


def answered_at(answer: TokenAnswer, now: datetime) -> TokenAnswer:
    """Return a token answer as a machine dates it, whose clock may be wrong."""
    shift = now - answer.received
    return replace(
        answer,
        access_token_expires=answer.access_token_expires + shift,
        refresh_token_expires=answer.refresh_token_expires + shift,
        received=now,
    )
