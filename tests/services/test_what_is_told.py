"""What a push tells is true of each invoice, whatever stopped it, and so is the next step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from psaqb_desktop.domain.errors import JournalError, SignInNeededError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.push import PushResult, PushStep
from psaqb_desktop.domain.sync_record import PostingState
from tests.fakes.gate import Gate
from tests.fakes.office import Program, World


@pytest.fixture
def program(world: World) -> Iterator[Program]:
    made = world.program(in_flight=1)
    yield made
    made.close()


def words(result: PushResult) -> str:
    return " ".join(finding.message for finding in result.findings)


@pytest.mark.parametrize("in_flight", [1, 8])
def test_a_lost_sign_in_asks_to_sign_in_whoever_met_it(world: World, in_flight: int) -> None:
    for number in range(1, 4):
        world.add_invoice(number)
    program = world.program(in_flight=in_flight)
    world.ledger.errors = [SignInNeededError("Sign in again.", service="UK")]
    not_posted = [r for r in program.push_all() if not r.state.is_posted]
    assert not_posted
    for result in not_posted:
        (finding,) = result.findings
        assert finding.cause is Cause.NOT_CONNECTED
        assert finding.remedy.startswith("Sign in again")
    program.close()


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(2, id="the outcome of the first request cannot be written"),
        pytest.param(3, id="the claim of the second request cannot be written"),
    ],
)
def test_a_refusal_stands_where_a_second_request_does_not_get_through(
    world: World, program: Program, write: int
) -> None:
    invoice = world.add_invoice(1)
    world.ledger.refusals[invoice.id] = "6000"
    program.push_all()
    checked = program.ready()
    world.records.failing_writes = {world.records.write_calls + write}
    (result,) = program.push_checked(checked)
    assert "no answer came" not in words(result)
    if write == 2:
        assert result.state is PostingState.FAILED
        assert "QuickBooks said 6000" in words(result)
        assert "not in the CRM yet" in words(result)
    else:
        # Announced in the journal only: settling sets it free.
        assert result.state is PostingState.CLAIMED
        assert "was announced, but not sent" in words(result)
    program.settle_all()
    assert program.journal.open_pushes() == ()
    record = world.records.only(invoice.id)
    assert (record.state, "6000" in record.finding) == (PostingState.FAILED, True)
    world.ledger.refusals.clear()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED
    assert len(world.ledger.all_of(invoice.id)) == 1


def test_what_was_announced_and_never_sent_is_told_as_such(world: World, program: Program) -> None:
    world.add_invoice(1)
    checked = program.ready()
    world.records.failing_writes = {1}
    for results in (program.push_checked(checked), program.push_all()):
        (result,) = results
        assert result.state is PostingState.CLAIMED
        assert "was announced, but not sent" in words(result)
        assert "Check outcome" in result.findings[0].remedy
    assert world.ledger.posts == []
    program.settle_all()
    (result,) = program.push_all()
    assert result.state is PostingState.POSTED


def test_what_the_journal_refuses_to_let_go_was_not_sent(world: World) -> None:
    class FullDisk(Gate):
        advances = 0

        def pass_through(self, what: str, action: object) -> object:
            if what == "journal.advance":
                self.advances += 1
                if self.advances == 2:
                    raise JournalError("The disk is full, so the journal cannot be written.")
            return super().pass_through(what, action)  # type: ignore[arg-type]

    for number in (1, 2):
        world.add_invoice(number)
    program = world.program(gate=FullDisk(), in_flight=1)
    results = program.push_all()
    assert world.ledger.posts == []
    assert [push.step for push in program.journal.open_pushes()] == [PushStep.CLAIMED]
    assert len(results) == 2
    for result in results:
        assert "not sent" in words(result)
        assert "disk is full" in words(result)
        assert "no answer came" not in words(result)
    program.settle_all()
    assert {r.state for r in program.push_all()} == {PostingState.POSTED}
    program.close()
