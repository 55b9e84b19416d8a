"""A push of many invoices on real threads, while the services fail by chance: what is told is true.

Threads make each run another one: whatever their order, what is asserted must hold.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.errors import JournalError, OutcomeUnknownError, ServiceUnavailableError
from psaqb_desktop.domain.push import NEVER_SENT, PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes.gate import Gate
from tests.fakes.office import Program, World

INVOICES, REFUSED = 130, 20
FAILING = (
    ("records.write",),
    ("records.write", "records.every_record_of"),
    ("quickbooks.post", "quickbooks.find"),
    ("journal.advance",),
    ("records.write", "quickbooks.post", "journal.advance", "quickbooks.around"),
)


class BadDay(Gate):
    """Lets some calls fail, before their effect or after it, and cancels at one of them."""

    def __init__(self, chance: random.Random, cancellation: Cancellation) -> None:
        super().__init__()
        self._chance = chance
        self._guard = threading.Lock()
        self._failing = chance.choice(FAILING)
        self._share = chance.choice((0.0, 0.02, 0.1))
        self._cancellation = cancellation
        self._until_cancel = chance.choice((0, chance.randrange(5, 400)))
        self.is_on = False

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        with self._guard:
            fails = self.is_on and what in self._failing and self._chance.random() < self._share
            is_after = self._chance.random() < 0.5
            self._until_cancel -= self.is_on
            if self._until_cancel == 0 and self.is_on:
                self._cancellation.cancel()
        if not fails:
            return super().pass_through(what, action)
        if what.startswith("journal"):
            raise JournalError("The disk is full.")
        if is_after:
            super().pass_through(what, action)
        if is_after and what == "quickbooks.post":
            raise OutcomeUnknownError("No answer came.")
        raise ServiceUnavailableError("It is down.", service=what)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_told_of_each_of_many_is_true(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    invoices = [world.add_invoice(number) for number in range(1, INVOICES + 1)]
    for refused in chance.sample(invoices, REFUSED):
        world.ledger.refusals[refused.id] = "6000"
    cancellation = Cancellation()
    gate = BadDay(chance, cancellation)
    program = world.program(gate=gate, in_flight=8)
    for cancelled_by in (Cancellation(), cancellation):
        checked = program.ready()
        sent_before = len(world.ledger.posts)
        gate.is_on = True
        results = program.push_checked(checked, cancellation=cancelled_by)
        gate.is_on = False
        require_truth(world, program, checked, results, sent_before)
        program.settle_all()
        assert program.journal.open_pushes() == ()
    world.ledger.refusals.clear()
    for _ in range(2):
        program.push_all()
        program.settle_all()
    assert [len(world.ledger.all_of(invoice.id)) for invoice in invoices] == [1] * INVOICES
    assert all(record.state.is_posted for record in world.records.records())
    program.close()


def require_truth(
    world: World,
    program: Program,
    checked: Sequence[Checked],
    results: Sequence[PushResult],
    sent_before: int,
) -> None:
    told = [result.invoice_id for result in results]
    assert sorted(told) == sorted(one.invoice.id for one in checked)
    sent = {posted.invoice_id for posted in world.ledger.posts[sent_before:]}
    opened = {push.invoice_id: push.step for push in program.journal.open_pushes()}
    stored = {record.invoice_id: record for record in world.records.records()}
    for result in results:
        words = " ".join(finding.message for finding in result.findings)
        name = f"{result.invoice_id[-3:]}, told as {result.state.value}: {words}"
        documents = world.ledger.standing(result.invoice_id)
        step, record = opened.get(result.invoice_id), stored.get(result.invoice_id)
        assert len(documents) <= 1, name
        if result.state.is_posted:
            assert documents, name
        elif result.state in {PostingState.FAILED, PostingState.NOT_POSTED}:
            assert not documents, name
        if result.state is PostingState.UNKNOWN:
            assert step is PushStep.SENT, (name, step)
        if result.state is PostingState.CLAIMED:
            assert step in NEVER_SENT, (name, step)
        if result.state is PostingState.NOT_POSTED and result.invoice_id in sent:
            assert "not sent" not in words, name
        if result.state is PostingState.FAILED:
            assert words or (result.record and result.record.finding), name
        if record is not None and record.state.is_open and not result.state.is_open:
            assert "not in the CRM yet" in words, (name, record.state)
