"""One schedule: a world, desks, people and bad days, all drawn from one seed; then a quiet end."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import ListedInvoice, RowStatus
from psaqb_desktop.domain.sync_record import PostingState
from psaqb_desktop.services.cancellation import Cancellation
from tests.fakes.gate import Death, KilledError
from tests.simulation.checkers import Checkers
from tests.simulation.desks import Desk, SimulatedGate, SimulatedProgram
from tests.simulation.fibre_threads import threads_are_fibres
from tests.simulation.fibres import Hub
from tests.simulation.meeting import CALLS, Meeting
from tests.simulation.outside import Outside
from tests.simulation.people import Accountant, ProjectManager
from tests.simulation.quiet_end import QuietEnd
from tests.simulation.small_answers import SIZES, answers_hold
from tests.simulation.weather import Weather

_HOUR = 3600.0


@dataclass(frozen=True)
class Outcome:
    """``problem`` is empty where everything held."""

    seed: int
    problem: str
    trace: str
    calls: int
    """Port calls that all programs made."""
    simulated_seconds: float


def run_schedule(seed: int, folder: Path, *, is_told: bool = False) -> Outcome:
    """Live through the schedule of a seed."""
    hub = Hub()
    logging.disable(logging.CRITICAL)
    try:
        size = random.Random(f"size of answers {seed}").choice(SIZES)  # noqa: S311 - as below
        with threads_are_fibres(hub), answers_hold(size):
            schedule = _Schedule(seed, folder, hub)
            for books in schedule.outside.books.values():
                books.most = size
            hub.spawn(schedule.live)
            hub.run()
    finally:
        logging.disable(logging.NOTSET)
    text = schedule.outside.trace.text if hub.problem or is_told else ""
    return Outcome(seed, hub.problem, text, schedule.calls, hub.seconds)


class _Schedule:
    def __init__(self, seed: int, folder: Path, hub: Hub) -> None:
        chance = self._chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self._hub = hub
        self.outside = Outside(folder, hub, chance)
        self.calls = 0
        self._is_calm = False
        self._check = Checkers(self.outside)
        self._left_out: set[InvoiceId] = set()
        self._refused: list[InvoiceId] = []
        for number in range(1, chance.choice((1, 2, 2, 3, 4)) + 1):
            invoice_id = self.outside.plant(number).id
            if chance.random() < 0.15:
                self._refused.append(invoice_id)
        for ledger in self.outside.ledgers.values():
            ledger.refusals.update(dict.fromkeys(self._refused, "6000"))
        names = ("ada", "ben", "cleo")[: chance.choice((1, 1, 2, 2, 2, 3))]
        skew = chance.choice((0, 5, 60, 240))
        self._desks = [
            Desk(folder, name, self.outside, chance.uniform(-skew, skew)) for name in names
        ]
        self.outside.machines.extend(self._desks)
        self._badness = chance.choice((0.0, 0.02, 0.06, 0.1))
        if chance.random() < 0.3:
            self.outside.meeting = Meeting(hub, chance.choice(CALLS))
        self._pace = chance.choice((3, 20, 600, 2 * _HOUR))
        """About how long people wait between two things that they do."""

    def live(self) -> None:
        self._call_people()
        lives = [
            self._hub.spawn(partial(self._work_at, desk))
            for desk in self._desks
            for _ in range(1 if self._chance.random() < 0.8 else 2)
        ]
        for life in lives:
            life.join()
        self._settle_down()

    # A bad time

    def _call_people(self) -> None:
        chance = self._chance
        accountant = Accountant(self.outside)
        manager = ProjectManager(self.outside, may_restore=chance.random() < 0.25)
        until = 4 * self._pace
        for _ in range(chance.choice((0, 2, 6))):
            self._later(chance.uniform(0, until), accountant.act)
        for _ in range(chance.choice((0, 2, 5))):
            self._later(chance.uniform(0, until), manager.act)
        if self._refused:
            self._later(chance.uniform(0, until), self._mend)
        if chance.random() < 0.1:
            books = chance.choice(list(self.outside.books.values()))
            self._later(chance.uniform(0, until), lambda: setattr(books, "is_read_only", True))
        if chance.random() < 0.1:
            clock = chance.choice(self._desks).own_clock
            jump = chance.uniform(-240, 240)
            self._later(chance.uniform(0, until), lambda: clock.advance(seconds=jump))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let people do something at a time of the bad ones, not any more when they are over."""
        self._hub.at(seconds, lambda: None if self._is_calm else action())

    def _mend(self) -> None:
        """Let the cause of refusals be mended in QuickBooks."""
        for ledger in self.outside.ledgers.values():
            ledger.refusals.clear()

    def _work_at(self, desk: Desk) -> None:
        """Start the program some times, and end it well or badly."""
        chance = self._chance
        for _ in range(chance.choice((1, 1, 2, 3))):
            self._hub.sleep(chance.uniform(0, self._pace))
            death = Death(chance.randrange(1, 90), chance.random() < 0.5)
            program = self._start(desk, death if chance.random() < 0.35 else None)
            try:
                self._use(program)
            except KilledError:
                self._check.require(program.gate.is_dead, "somebody kills a living program")
            finally:
                self._close(program)

    def _start(
        self, desk: Desk, death: Death | None = None, *, is_calm: bool = False
    ) -> SimulatedProgram:
        weather = Weather(self._chance, 0.0 if is_calm else self._badness)
        gate = SimulatedGate(self.outside, weather, f"{desk.name}-{desk.starts + 1}", death)
        self.outside.trace.add(gate.name, "starts")
        return SimulatedProgram(self.outside, desk, gate, weather)

    def _close(self, program: SimulatedProgram) -> None:
        self.calls += len(program.gate.calls)
        program.close()

    def _use(self, program: SimulatedProgram) -> None:
        chance = self._chance
        wanted = (
            [self._push] * 4
            + [self._pull] * 2
            + [
                self._pull_all,
                self._settle,
                self._leave_out,
                self._leave_out,
                self._push_again,
                self._accept,
            ]
        )
        actions = [self._settle] if chance.random() < 0.8 else []
        actions += chance.choices(wanted, k=chance.choice((1, 2, 3)))
        for action in actions:
            try:
                action(program)
            except AppError as error:
                self.outside.trace.add(program.gate.name, f"tells: {error}")
            self._hub.sleep(chance.choice((0.5, 5.0, self._pace / 4)))

    def _push(self, program: SimulatedProgram) -> None:
        checked = list(program.ready())
        self._chance.shuffle(checked)
        cancellation = Cancellation()
        if self._chance.random() < 0.2:
            self._hub.at(self._chance.uniform(0, 12), cancellation.cancel)
        earlier = [push.request_id for push in program.journal.open_pushes()]
        wanted = [one.invoice.id for one in checked]
        results = program.push_checked(checked, cancellation=cancellation)
        self._check.told(wanted, results, is_cancelled=cancellation.is_cancelled)
        if not program.weather.badness and not self.outside.was_restored:
            self._check.nothing_kept(program, wanted, earlier)

    def _settle(self, program: SimulatedProgram) -> None:
        for result in program.settle_all():
            self._check.result(result, is_quiet_allowed=result.state is PostingState.NOT_POSTED)

    def _pull(self, program: SimulatedProgram) -> None:
        for summary in program.pull.run():
            if summary.error:
                self.outside.trace.add(program.gate.name, f"tells: {summary.error}")

    def _pull_all(self, program: SimulatedProgram) -> None:
        program.pull.run(full=True)

    def _leave_out(self, program: SimulatedProgram) -> None:
        row = self._any_row(program, lambda row: row.is_to_post or row.status is RowStatus.LEFT_OUT)
        if row is None:
            return
        # Meanwhile the list that the person looks at grows old.
        self._hub.sleep(self._chance.choice((0.0, 1.0, self._pace / 4)))
        if row.is_to_post:
            self._left_out.add(row.invoice.id)
            program.leave_out.run(row, "not ours")
        else:
            program.leave_out.take_back(row)

    def _push_again(self, program: SimulatedProgram) -> None:
        row = self._any_row(program, lambda row: row.record is not None and row.record.is_gone)
        if row is not None:
            program.push_again.run(row)

    def _accept(self, program: SimulatedProgram) -> None:
        row = self._any_row(
            program,
            lambda row: row.record is not None and row.record.state is PostingState.POSTED_REVIEW,
        )
        if row is not None:
            program.accept_review.run(row)

    def _any_row(
        self, program: SimulatedProgram, is_wanted: Callable[[ListedInvoice], bool]
    ) -> ListedInvoice | None:
        rows = [row for row in program.rows() if is_wanted(row)]
        return self._chance.choice(rows) if rows else None

    # A quiet end

    def _settle_down(self) -> None:
        self._is_calm = True
        self._hub.sleep(120)
        self.outside.trace.add("WEATHER", "everything is well again")
        self.outside.crm_is_back = 0.0
        self.outside.meeting = None
        self._mend()
        for books in self.outside.books.values():
            books.is_read_only = False
        if len(self._desks) > 1 and self._chance.random() < 0.2:
            # One machine never comes back, nor what only its disk and its keyring held.
            lost = self._desks.pop()
            self.outside.machines.remove(lost)
            self.outside.trace.add("WEATHER", f"{lost.name} is gone for good")
        programs = [self._start(desk, is_calm=True) for desk in self._desks]
        QuietEnd(self.outside, self._check, programs, self._left_out).live()
        for program in programs:
            self._close(program)
