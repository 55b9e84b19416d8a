"""The push that the simulation breaks: one plain invoice, one refused, one whose answer is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes.gate import Gate, KilledError
from tests.fakes.office import Machine, Program, World

PLAIN, REFUSED, LOST = 1, 2, 3


@dataclass
class Scenario:
    world: World
    machine: Machine
    ids: dict[int, InvoiceId]

    @classmethod
    def new(cls, folder: Path, *, replays_refusals: bool = False) -> Scenario:
        world = World(folder)
        ids = {n: world.add_invoice(n).id for n in (PLAIN, REFUSED, LOST)}
        world.ledger.replays_refusals = replays_refusals
        world.ledger.refusals[ids[REFUSED]] = "6000"
        world.ledger.loses_answer_of.add(ids[LOST])
        return cls(world, Machine(folder, "desk"), ids)

    def program(self, gate: Gate | None = None, machine: Machine | None = None) -> Program:
        return Program(self.world, machine or self.machine, gate, in_flight=1)

    def first_run(self, gate: Gate, label: str = "") -> None:
        """Push everything, as far as the gate lets the program come."""
        program = self.program(gate)
        try:
            wanted = program.ready()
            results = program.push.run(
                wanted, on_progress=program.news.append, cancellation=Cancellation()
            )
            self.require_truth(wanted, results, label)
        except KilledError:
            assert gate.is_dead
        except AppError:
            assert not gate.is_dead
        finally:
            program.close()

    def settle_badly(self, gate: Gate) -> None:
        program = self.program(gate)
        try:
            program.settle_all()
        except KilledError:
            assert gate.is_dead
        except AppError:
            assert not gate.is_dead
        finally:
            program.close()

    def require_truth(
        self, wanted: Sequence[Checked], results: Sequence[PushResult], label: str
    ) -> None:
        """Whatever is told of an invoice is so in QuickBooks, and something is told of each."""
        told = {result.invoice_id: result for result in results}
        for checked in wanted:
            number = checked.invoice.number
            result = told.get(checked.invoice.id)
            assert result is not None, f"{label}: nothing was told of {number}"
            is_there = bool(self.world.ledger.standing(checked.invoice.id))
            if result.state.is_posted:
                assert is_there, f"{label}: {number} is told as posted"
            elif not result.state.is_open:
                assert not is_there, f"{label}: {number} is told as {result.state.value}"
            if not result.state.is_posted:
                assert result.findings, f"{label}: {number} fails without a word"
                words = " ".join(finding.message for finding in result.findings)
                assert not (is_there and "not sent" in words), f"{label}: {number}: {words}"

    def restart_and_finish(self, label: str) -> None:
        """Settle, try again, mend the refusal, push the rest; nothing may be left in the dark."""
        program = self.program()
        try:
            program.settle_all()
            self.require_nothing_open(program, label)
            results = program.push_all()
            self.require_refusal_told(results, label)
            self.require_nothing_open(program, label)
            self.world.ledger.refusals.clear()
            program.push_all()
            self.require_nothing_open(program, label)
            program.journal.verify()
        finally:
            program.close()
        self.require_all_posted_once(label)

    def finish_on_all(self, machines: Sequence[Machine], label: str) -> None:
        """Let every desktop come back to a quiet world; then nothing may be in the dark."""
        for minutes in (11, 16):
            # Changed invoices are set free a quarter of an hour after they were taken over.
            self.world.clock.advance(minutes=minutes)
            self._settle_on(machines)
        for machine in machines:
            program = self.program(machine=machine)
            try:
                program.settle_all()
                assert program.journal.open_pushes() == (), f"{label}: open on {machine.name}"
            finally:
                program.close()
        self.restart_and_finish(label)

    def _settle_on(self, machines: Sequence[Machine]) -> None:
        for machine in machines:
            program = self.program(machine=machine)
            try:
                program.settle_all()
            finally:
                program.close()

    def require_nothing_open(self, program: Program, label: str) -> None:
        opened = [r for r in self.world.records.records() if r.state.is_open]
        assert opened == [], f"{label}: open in the CRM"
        assert program.journal.open_pushes() == (), f"{label}: open in the journal"

    def require_refusal_told(self, results: tuple[PushResult, ...], label: str) -> None:
        record = self.world.records.only(self.ids[REFUSED])
        assert record.state is PostingState.FAILED, f"{label}: the refusal is not in the CRM"
        assert record.finding, f"{label}: the refusal has no words"
        told = [r for r in results if r.invoice_id == self.ids[REFUSED] and r.findings]
        assert told, f"{label}: the refusal was not told"

    def require_all_posted_once(self, label: str) -> None:
        for number, invoice_id in self.ids.items():
            documents = self.world.ledger.standing(invoice_id)
            assert len(documents) == 1, f"{label}: invoice {number} is there {len(documents)} times"
            (document,) = documents
            record = self.world.records.only(invoice_id)
            # Adopted from a desktop that went quiet, while the invoice was changed in the CRM.
            is_adopted = record.finding_cause == Cause.CHANGED_AFTER_POSTING.value
            wanted = PostingState.POSTED_REVIEW if is_adopted else PostingState.POSTED
            assert record.state is wanted, f"{label}: {number} is {record.state}"
            assert record.posted(document) == record, f"{label}: {number} differs in the CRM"
            assert record.total == Decimal(120 * number), f"{label}: {number} has {record.total}"
            assert is_adopted == bool(record.finding), f"{label}: {number} says {record.finding}"
