"""Many invoices at once: claims ahead, outcomes behind, nothing without a bound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushStep
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.claim_tempo import MOST_AHEAD, MOST_IN_A_GROUP, ClaimTempo
from psaqb_desktop.services.push_progress import PushProgress
from tests.fakes.clock import FakeClock
from tests.fakes.gate import Gate
from tests.fakes.office import World

PATIENCE_SECONDS = 20


class HeldGate(Gate):
    """Holds some calls until something has happened elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: Callable[[str, int], None] = lambda _call, _nth: None
        self.after: Callable[[str], None] = lambda _call: None
        self._counting = threading.Lock()
        self._counts: dict[str, int] = {}

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        with self._counting:
            nth = self._counts[what] = self._counts.get(what, 0) + 1
        self.holds(what, nth)
        result = super().pass_through(what, action)
        self.after(what)
        return result

    def count(self, what: str) -> int:
        return self._counts.get(what, 0)


@pytest.fixture
def gate() -> HeldGate:
    return HeldGate()


def test_claims_are_taken_while_posts_are_under_way(world: World, gate: HeldGate) -> None:
    """All but 25 of the first group have to wait for the claims of the second."""
    for n in range(1, 81):
        world.add_invoice(n)
    second = threading.Event()

    def holds(call: str, nth: int) -> None:
        if call == "journal.prepare" and nth == 2:
            second.set()
        if call == "quickbooks.post" and nth > 26:
            assert second.wait(PATIENCE_SECONDS), "no claim was taken while posts were under way"

    gate.holds = holds
    program = world.program(gate=gate, in_flight=4)
    results = program.push_all()
    assert [r.state for r in results] == [PostingState.POSTED] * 80
    program.close()


def test_a_crm_that_is_slow_to_record_keeps_nobody_from_quickbooks(
    world: World, gate: HeldGate
) -> None:
    """The first group of outcomes is written while the last invoice is posted."""
    for n in range(1, 51):
        world.add_invoice(n)
    all_posted = threading.Event()

    def holds(call: str, nth: int) -> None:
        if call == "quickbooks.post" and nth == 50:
            all_posted.set()
        if call == "records.write" and nth == 2:
            assert all_posted.wait(PATIENCE_SECONDS), "the posts waited for the CRM"

    gate.holds = holds
    program = world.program(gate=gate, in_flight=4)
    results = program.push_all()
    assert [r.state for r in results] == [PostingState.POSTED] * 50
    assert {r.state for r in world.records.records()} == {PostingState.POSTED}
    assert program.journal.open_pushes() == ()
    program.close()


def test_open_claims_are_bounded_however_many_were_chosen(world: World, gate: HeldGate) -> None:
    for n in range(1, 401):
        world.add_invoice(n)
    program = world.program(gate=gate, in_flight=4)
    most = 0

    def after(call: str) -> None:
        nonlocal most
        if call == "records.write":
            opened = program.journal.open_pushes()
            most = max(most, sum(push.step is PushStep.CLAIMED for push in opened))

    gate.after = after
    results = program.push_all()
    assert len(results) == 400
    assert {r.state for r in results} == {PostingState.POSTED}
    assert 0 < most <= MOST_IN_A_GROUP + 25 + 4
    program.close()


def test_calls_to_the_crm_are_made_for_groups(world: World, gate: HeldGate) -> None:
    for n in range(1, 201):
        world.add_invoice(n)
    program = world.program(gate=gate)
    checked = program.ready()
    before = gate.count("records.write"), gate.count("records.records_of")
    program.push_checked(checked)
    # 4 groups of claims, at most 10 of outcomes and the rest; read for looking and claiming.
    assert gate.count("records.write") - before[0] <= 4 + 10 + 1
    assert gate.count("records.records_of") - before[1] <= 1 + 4
    program.close()


def test_a_cancel_finishes_what_has_left_and_gives_all_other_claims_back(world: World) -> None:
    for n in range(1, 201):
        world.add_invoice(n)
    program = world.program(in_flight=4)
    cancellation = Cancellation()
    posted = threading.Semaphore(10)

    def on_progress(news: PushProgress) -> None:
        if news.status is RowStatus.POSTED and not posted.acquire(blocking=False):
            cancellation.cancel()

    results = program.push.run(program.ready(), on_progress=on_progress, cancellation=cancellation)
    assert len(results) == 200
    done = [r for r in results if r.state is PostingState.POSTED]
    assert 11 <= len(done) <= 11 + 4
    assert len(world.ledger.posts) == len(done)
    assert {r.state for r in results} == {PostingState.POSTED, PostingState.NOT_POSTED}
    assert not any(r.state.is_open for r in world.records.records())
    assert program.journal.open_pushes() == ()
    program.push_all()
    assert len(world.ledger.posts) == 200
    assert {r.generation for r in world.records.records()} == {1}
    program.close()


def test_an_error_of_the_program_stops_the_run_and_every_invoice_is_told(world: World) -> None:
    invoices = [world.add_invoice(n) for n in range(1, 101)]
    world.ledger.surprises[invoices[20].id] = RuntimeError("a bug")
    program = world.program(in_flight=4)
    results = {r.invoice_id: r for r in program.push_all()}
    assert len(results) == 100
    assert results[invoices[20].id].state is PostingState.UNKNOWN
    for invoice in invoices:
        is_there = bool(world.ledger.standing(invoice.id))
        assert results[invoice.id].state.is_posted is is_there
    assert [p.invoice_id for p in program.journal.open_pushes()] == [invoices[20].id]
    program.close()


def pace(tempo: ClaimTempo, clock: FakeClock, seconds: float, posts: int) -> None:
    for _ in range(posts):
        clock.advance(seconds=seconds)
        tempo.posted(clock.now())


def test_the_first_claims_are_few_until_the_tempo_is_known() -> None:
    assert (ClaimTempo().group, ClaimTempo().ahead) == (MOST_IN_A_GROUP, 25)


@pytest.mark.parametrize(
    ("seconds", "group", "ahead"),
    [(0.1, MOST_IN_A_GROUP, MOST_AHEAD), (1.0, 30, 12), (20.0, 5, 5)],
)
def test_claims_are_counted_in_seconds_of_work(seconds: float, group: int, ahead: int) -> None:
    tempo = ClaimTempo()
    pace(tempo, FakeClock(), seconds, 50)
    assert (tempo.group, tempo.ahead) == (group, ahead)
    assert timedelta(seconds=(group + ahead) * seconds) < timedelta(minutes=4)


def test_a_pause_is_soon_forgotten() -> None:
    tempo, clock = ClaimTempo(), FakeClock()
    pace(tempo, clock, 0.25, 50)
    clock.advance(minutes=1)
    pace(tempo, clock, 0.25, 10)
    assert tempo.group == MOST_IN_A_GROUP
