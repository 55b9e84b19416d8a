"""A quiet end of a schedule: all is settled, posted and equal, and then only changes are pulled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.services.cancellation import Cancellation
from tests.simulation.busy_days import BusyDays
from tests.simulation.checkers import Checkers
from tests.simulation.desks import SimulatedProgram
from tests.simulation.entered_by_hand import EnteredByHand
from tests.simulation.late_writes import LateWrites
from tests.simulation.meeting import CALLS, Meeting
from tests.simulation.outside import Outside
from tests.simulation.people import Accountant


class QuietEnd:
    """With every program that is left, in good weather."""

    def __init__(
        self,
        outside: Outside,
        check: Checkers,
        programs: Sequence[SimulatedProgram],
        left_out: Collection[InvoiceId],
    ) -> None:
        self._outside, self._check = outside, check
        self._programs, self._left_out = programs, left_out
        self._chance = outside.chance

    def live(self) -> None:
        for minutes in (0, 11, 16, 16):
            self._outside.hub.sleep(60.0 * minutes)
            for program in self._programs:
                program.settle_all()
            self._reconnect()
        self._check.nothing_open(self._programs)
        self._finish()
        self._look_once_more()
        self._check.nothing_open(self._programs)

    def _reconnect(self) -> None:
        """Let a person sign in again where the newest token was lost before it was on a disk."""
        for connection in self._outside.connections.connections():
            if self._check.tokens(connection):
                continue
            self._outside.trace.add("admin", f"connects {connection.name} again")
            self._outside.sign_in(connection, self._programs[0].clock.now())

    def _finish(self) -> None:
        """Post what is left, as a person would: what is gone is pushed again."""
        program = self._chance.choice(self._programs)
        accountant = Accountant(self._outside)
        program.pull.run(full=True)
        accountant.make_way()
        if self._chance.random() < 0.15:
            self._forget_one()
        for _ in range(3):
            self._post_what_is_left(program)
        if self._chance.random() < 0.3:
            # What was voided is posted anew, and that once more.
            invoice_ids = list(self._outside.invoices.stored)
            for _ in range(2):
                accountant.void_all_of(invoice_ids[:1])
                program.pull.run(full=True)
                accountant.make_way()
                self._post_what_is_left(program)
        self._check.all_posted(self._left_out)
        if self._outside.was_restored:
            # What the CRM has forgotten, no change tells of.
            program.pull.run(full=True)

    def _post_what_is_left(self, program: SimulatedProgram) -> None:
        for row in program.rows():
            if row.record is not None and row.record.is_gone:
                program.push_again.run(row)
        checked = program.ready()
        results = program.push_checked(checked)
        self._check.told([one.invoice.id for one in checked], results, is_cancelled=False)
        program.settle_all()

    def _look_once_more(self) -> None:
        """Change some things in QuickBooks; then pulling changes is all that is needed."""
        accountant = Accountant(self._outside)
        program = self._chance.choice(self._programs)
        program.pull.run()
        self._check.equal()
        for _ in range(self._chance.choice((1, 3))):
            self._outside.hub.sleep(self._chance.uniform(0, 300))
            accountant.act()
            if self._chance.random() < 0.5:
                self._pull_badly(program)
                self._reconnect_after()
        program.pull.run()
        self._check.equal()
        if self._chance.random() < 0.3:
            self._work_at_once(program, accountant)
            program.pull.run()
            self._check.equal()
        if self._chance.random() < 0.5:
            for ledger in self._outside.ledgers.values():
                accountant.take_payment_back(ledger)
            program.pull.run()
            self._check.equal()
        if len(self._programs) > 1 and self._chance.random() < 0.3:
            self._sleep_through_a_take_over()
        if len(self._programs) > 1 and self._chance.random() < 0.3:
            self._push_the_same_at_once()
        if self._chance.random() < 0.3:
            self._push_what_was_refused()
        LateWrites(self._outside, self._check, self._programs).live()
        BusyDays(self._outside, self._check, self._programs).live()
        EnteredByHand(self._outside, self._check, self._programs).live()
        for connection in self._outside.connections.connections():
            self._check.tokens(connection)

    def _pull_badly(self, program: SimulatedProgram) -> None:
        """Pull on a bad day, when some of the calls fail: the watermark may not move past them."""
        self._outside.trace.add("WEATHER", f"a bad day for {program.gate.name}")
        program.weather.badness = self._chance.choice((0.1, 0.3))
        try:
            program.pull.run()
        except AppError as error:
            self._outside.trace.add(program.gate.name, f"tells: {error}")
        finally:
            program.weather.badness = 0.0

    def _reconnect_after(self) -> None:
        for program in self._programs:
            program.settle_all()
        self._reconnect()

    def _work_at_once(self, puller: SimulatedProgram, accountant: Accountant) -> None:
        """Post new invoices while they are paid, and while somebody pulls."""
        for number in (11, 12):
            self._outside.plant(number)
        pusher = self._chance.choice(self._programs)
        checked, cancellation = pusher.ready(), Cancellation()
        if self._chance.random() < 0.5:
            self._outside.hub.at(self._chance.uniform(3, 9), cancellation.cancel)
        for _ in range(4):
            self._outside.hub.at(self._chance.uniform(0, 8), accountant.pay_newest)
        pushing = self._outside.hub.spawn(
            partial(pusher.push_checked, checked, cancellation=cancellation)
        )
        for _ in range(3):
            self._outside.hub.sleep(self._chance.uniform(0, 2))
            puller.pull.run()
        pushing.join()
        self._check.nothing_kept(pusher, [one.invoice.id for one in checked])
        self._outside.hub.sleep(9)

    def _sleep_through_a_take_over(self) -> None:
        """Sleep before the CRM hears of a refusal, which is mended and taken over meanwhile."""
        sleeper, other = self._chance.sample(list(self._programs), 2)
        refused = self._outside.plant(21).id
        for ledger in self._outside.ledgers.values():
            ledger.refusals[refused] = "6000"
        sleeper.weather.sleeps_when_refused = 800.0
        pushing = self._outside.hub.spawn(partial(sleeper.push_checked, sleeper.ready(refused)))
        self._outside.hub.sleep(720)
        for ledger in self._outside.ledgers.values():
            ledger.refusals.clear()
        other.settle_all()
        pushing.join()
        sleeper.weather.sleeps_when_refused = 0.0
        other.settle_all()

    def _push_what_was_refused(self) -> None:
        """Push again, from anywhere, what QuickBooks refused until its cause was mended there."""
        refused = [self._outside.plant(number).id for number in (26, 27)]
        for ledger in self._outside.ledgers.values():
            ledger.refusals.update(dict.fromkeys(refused, "6000"))
        for is_mended in (False, True):
            if is_mended:
                for ledger in self._outside.ledgers.values():
                    ledger.refusals.clear()
            pusher = self._chance.choice(self._programs)
            results = pusher.push_checked(pusher.ready(*refused))
            self._check.told(refused, results, is_cancelled=False)
            self._check.nothing_kept(pusher, refused)
            told = {result.state.is_posted for result in results}
            self._check.require(told == {is_mended}, f"what was refused is told as {told}")

    def _push_the_same_at_once(self) -> None:
        """Let two desktops take the same step at the same moment, with tokens that have run out."""
        self._outside.hub.sleep(3700)
        wanted = self._outside.plant(31).id
        self._outside.meeting = Meeting(self._outside.hub, self._chance.choice(CALLS))
        both = self._chance.sample(list(self._programs), 2)
        checked = [program.ready(wanted) for program in both]
        pushes = [
            self._outside.hub.spawn(partial(program.push_checked, ready))
            for program, ready in zip(both, checked, strict=True)
        ]
        for push in pushes:
            push.join()
        self._outside.meeting = None
        for program in both:
            program.settle_all()

    def _forget_one(self) -> None:
        """Let the CRM forget a document that nobody has changed: it is to be found again."""
        records = self._outside.records
        for record in records.records():
            standing = self._outside.standing(record.invoice_id)
            if record.state.is_posted and [d.sync_token for d in standing] == ["0"]:
                self._outside.trace.add("manager", f"deletes {record.invoice_id[-3:]}'s record")
                self._outside.was_restored = True
                records._records.pop(record.id)
                return
