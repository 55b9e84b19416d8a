"""A list that is refreshed by change is the list that a whole reading gives, whatever happens."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.domain.connection import RouteBy, RoutingRule
from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId, QuickBooksId
from psaqb_desktop.domain.invoice import CrmReference, CrmStatus, InvoiceCustomer, Routing
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.joined_rows import join
from psaqb_desktop.services.list_invoices import ListInvoices
from tests.fakes import examples
from tests.fakes.gate import Death, Disturbance, Gate, KilledError
from tests.fakes.office import World

CUSTOMERS = [InvoiceCustomer(CrmId(f"a{n}"), "account", f"Customer {n}") for n in range(3)]
UNITS = [CrmReference(CrmId(f"d{n}"), f"Unit {n}", f"U{n}") for n in range(3)]
INVOICES = st.sampled_from([examples.invoice_id(n) for n in range(6)])
STATES = st.sampled_from([PostingState.FAILED, PostingState.POSTED, PostingState.UNKNOWN])


def lister(world: World, name: str = "list", gate: Gate | None = None) -> ListInvoices:
    gate = gate or Gate()
    return ListInvoices(
        invoices=gate.guard(world.invoices, "invoices"),
        connections=gate.guard(world.connections, "connections"),
        records=gate.guard(world.records, "records"),
        cache=gate.guard(SqliteInvoiceCache(world.folder / f"{name}.sqlite3"), "cache"),
        clock=world.clock,
    )


def whole(world: World) -> list[ListedInvoice]:
    """Return what the CRM holds just now, newest change first."""
    rows = join(
        world.invoices.stored.values(),
        world.connections.connections(),
        world.records.records(),
    )
    return sorted(
        map(plain, rows), key=lambda row: (row.invoice.modified_on, row.invoice.id), reverse=True
    )


def plain(row: ListedInvoice) -> ListedInvoice:
    """Return a row without what changes with each token of its connection."""
    connection = row.connection
    return replace(row, connection=replace(connection, version="") if connection else None)


def rows_of(listed: InvoiceList) -> list[ListedInvoice]:
    return [plain(row) for row in listed.rows]


def post(world: World, invoice_id: InvoiceId, state: PostingState) -> SyncRecord:
    return world.records.put(
        SyncRecord(
            CrmId(f"r-{invoice_id}"),
            invoice_id,
            examples.CONNECTION,
            examples.REALM,
            state,
            number="1042",
            quickbooks_id=QuickBooksId("77"),
        )
    )


class RefreshByChange(RuleBasedStateMachine):
    """People edit the CRM; two programs on one machine refresh, die, and start again."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name))
        self.world.connections.put(
            replace(
                examples.connection(rules=(RoutingRule(RouteBy.OWNING_COMPANY, "U0"),)),
                realm_id=examples.REALM,
            ),
            refresh_token="token",
        )
        for number in range(3):
            self.create(examples.invoice_id(number), number % 3, number % 3)
        self.programs = [lister(self.world), lister(self.world)]

    def teardown(self) -> None:
        self._folder.cleanup()

    # -- what people do ----------------------------------------------------------------------

    @rule(key=INVOICES, customer=st.integers(0, 2), unit=st.integers(0, 2))
    def create(self, key: InvoiceId, customer: int, unit: int) -> None:
        source = self.world.invoices
        if key in source.stored:
            return
        invoice = examples.invoice(int(key[-1], 16) + 1, examples.line("10"))
        known = {i.customer.id: i.customer for i in source.stored.values()}
        chosen = known.get(CUSTOMERS[customer].id, CUSTOMERS[customer])
        routing = Routing(owning_company=UNITS[unit])
        source.edit(replace(invoice, id=key, customer=chosen, routing=routing))

    @rule(key=INVOICES, status=st.sampled_from([CrmStatus.CONFIRMED, CrmStatus.PAID]))
    def edit(self, key: InvoiceId, status: CrmStatus) -> None:
        if key in self.world.invoices.stored:
            self.world.invoices.edit(replace(self.world.invoices.stored[key], status=status))

    @rule(key=INVOICES)
    def delete(self, key: InvoiceId) -> None:
        if key in self.world.invoices.stored:
            self.world.invoices.delete(key)
            self.world.records.invoice_deleted(key)

    @rule(key=INVOICES, state=STATES)
    def write_record(self, key: InvoiceId, state: PostingState) -> None:
        if key in self.world.invoices.stored:
            post(self.world, key, state)

    @rule(customer=st.integers(0, 2), name=st.sampled_from(["Old", "New"]))
    def rename_customer(self, customer: int, name: str) -> None:
        self.world.invoices.rename(CUSTOMERS[customer].id, name)

    @rule(unit=st.integers(0, 2))
    def route(self, unit: int) -> None:
        connection = self.world.connections.connection(examples.CONNECTION)
        rules = (RoutingRule(RouteBy.OWNING_COMPANY, f"U{unit}"),)
        self.world.connections.save(replace(connection, rules=rules))

    @rule(seconds=st.sampled_from([1, 200, 4000, 90_000]))
    def wait(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)

    @rule(is_tracked=st.booleans())
    def switch_tracking(self, is_tracked: bool) -> None:  # noqa: FBT001
        self.world.invoices.is_tracked = is_tracked

    @rule()
    def let_links_expire(self) -> None:
        self.world.invoices.oldest_link = len(self.world.invoices._log)

    # -- what programs do --------------------------------------------------------------------

    @rule(place=st.integers(0, 1))
    def refresh(self, place: int) -> None:
        fresh = self.programs[place].run()
        assert rows_of(fresh) == whole(self.world)

    @rule(place=st.integers(0, 1))
    def read_everything(self, place: int) -> None:
        fresh = self.programs[place].run(everything=True)
        assert rows_of(fresh) == whole(self.world)

    @rule(place=st.integers(0, 1))
    def catch_up(self, place: int) -> None:
        self.programs[place].catch_up()

    @rule(place=st.integers(0, 1))
    def restart(self, place: int) -> None:
        self.programs[place] = lister(self.world)

    @rule(
        place=st.integers(0, 1),
        call=st.integers(1, 14),
        is_after=st.booleans(),
        everything=st.booleans(),
    )
    def die_refreshing(self, place: int, call: int, is_after: bool, everything: bool) -> None:  # noqa: FBT001
        program = lister(self.world, gate=Gate(death=Death(call, is_after)))
        try:
            program.run(everything=everything)
        except KilledError:
            self.programs[place] = lister(self.world)

    @rule(place=st.integers(0, 1), call=st.integers(1, 14), everything=st.booleans())
    def fail_refreshing(self, place: int, call: int, everything: bool) -> None:  # noqa: FBT001
        is_over = False

        def disturb(number: int, what: str) -> Disturbance | None:
            if is_over or number != call or what.startswith("cache"):
                return None
            return Disturbance(ServiceUnavailableError("No.", service="CRM"), is_after=True)

        program = lister(self.world, gate=Gate(disturb=disturb))
        with contextlib.suppress(ServiceUnavailableError):
            program.run(everything=everything)
        is_over = True
        self.programs[place] = program

    @precondition(lambda self: self.world.invoices.stored)
    @invariant()
    def both_read_the_same_file(self) -> None:
        one, other = (program.from_cache() for program in self.programs)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert rows_of(one) == rows_of(other)
            assert one.read_on == other.read_on


TestRefreshByChange = pytest.mark.filterwarnings("ignore")(RefreshByChange.TestCase)
RefreshByChange.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("is_tracked", [True, False])
def test_deletions_are_seen_with_the_next_refresh(world: World, is_tracked: bool) -> None:  # noqa: FBT001
    world.invoices.is_tracked = is_tracked
    waiting, posted = world.add_invoice(1), world.add_invoice(2)
    post(world, posted.id, PostingState.POSTED)
    program = lister(world)
    program.run()
    program.catch_up()
    world.clock.advance(minutes=30)
    program.run()
    for invoice in (waiting, posted):
        world.invoices.delete(invoice.id)
        world.records.invoice_deleted(invoice.id)
    (row,) = program.run().rows
    assert row.invoice.status is CrmStatus.DELETED
    assert [plain(row)] == whole(world)
