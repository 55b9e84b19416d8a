"""Late writes, at the quiet end: people go on meanwhile, and so do other desktops."""

from __future__ import annotations

from functools import partial

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.push import PostedDocument
from tests.fakes.quickbooks import FakeLedger
from tests.simulation.scene import Scene

_TURNS_UNUSED = 12
"""More than may leave within a second: were they kept, nothing would ever leave again."""
_SOON = 60.0
_LEASES_END = 900.0


class LateWrites(Scene):
    def live(self) -> None:
        # Leases that were left behind on bad days have ended by then.
        self._hub.sleep(_LEASES_END)
        if self._chance.random() < 0.3:
            self._pull_while_an_outcome_is_late()
        if len(self._programs) > 1 and self._chance.random() < 0.3:
            self._write_an_older_look_late()
        if len(self._programs) > 1 and self._chance.random() < 0.3:
            self._push_what_another_is_pushing()
        if self._chance.random() < 0.3:
            self._take_back_while_all_is_compared()
        if self._chance.random() < 0.05:
            self._find_the_disk_full()

    def _pull_while_an_outcome_is_late(self) -> None:
        """Pull what became of a document before the CRM has heard that it was posted."""
        pusher, puller = self._chance.choices(self._programs, k=2)
        puller.pull.run()
        wanted = self._outside.plant(41).id
        pusher.weather.late["write"] = self._chance.uniform(250, 500)
        pushing = self._hub.spawn(partial(pusher.push_checked, pusher.ready(wanted)))
        self._hub.sleep(40)
        ledger, document = self._standing(wanted)
        accountant = self._accountant
        self._chance.choice((accountant.pay, accountant.void, accountant.delete))(ledger, document)
        # For longer than what is asked for twice.
        self._hub.sleep(self._chance.uniform(125, 200))
        puller.pull.run(full=self._chance.random() < 0.3)
        pushing.join()
        pusher.weather.late.clear()
        puller.pull.run()
        self._check.equal()

    def _write_an_older_look_late(self) -> None:
        """Look, and come to writing when another desktop has written a later look."""
        slow, quick = self._chance.sample(list(self._programs), 2)
        wanted = self._outside.plant(51).id
        quick.push_checked(quick.ready(wanted))
        for program in (slow, quick):
            program.pull.run()
        self._change(wanted)
        slow.weather.late[self._chance.choice(("add_payments", "write"))] = 60.0
        looking = self._hub.spawn(slow.pull.run)
        self._hub.sleep(15)
        self._change(wanted)
        quick.pull.run()
        looking.join()
        slow.weather.late.clear()
        self._check.equal()
        slow.pull.run()
        self._check.equal()

    def _push_what_another_is_pushing(self) -> None:
        """Push what was checked before another desktop claimed it, whose request is late."""
        slow, other = self._chance.sample(list(self._programs), 2)
        wanted = self._outside.plant(55).id
        checked = other.ready(wanted)
        slow.weather.late["quickbooks.POST"] = 60.0
        pushing = self._hub.spawn(partial(slow.push_checked, slow.ready(wanted)))
        self._hub.sleep(30)
        self._check.told([wanted], other.push_checked(checked), is_cancelled=False)
        pushing.join()
        slow.weather.late.clear()
        self._check.require(len(self._outside.standing(wanted)) == 1, "it does not stand once")

    def _take_back_while_all_is_compared(self) -> None:
        """Let a payment go that nobody has pulled, perhaps between its document and itself."""
        puller = self._chance.choice(self._programs)
        wanted = self._outside.plant(58).id
        puller.push_checked(puller.ready(wanted))
        self._hub.sleep(200)
        puller.pull.run()
        ledger, document = self._standing(wanted)
        self._accountant.pay(ledger, document)

        def take_back() -> None:
            is_seen = self._outside.shows_payments_on_invoices
            for payment in ledger.all_payments:
                if any(line.document_id == document.id for line in payment.lines):
                    ledger.delete_payment(payment, is_seen_on_invoices=is_seen)

        self._hub.at(self._chance.uniform(1, 4), take_back)
        puller.pull.run(full=True)
        self._hub.sleep(10)
        puller.pull.run()
        self._check.equal()

    def _find_the_disk_full(self) -> None:
        """Let turns be taken that nobody uses, because the journal cannot be written."""
        program = self._chance.choice(self._programs)
        wanted = self._outside.plant(61).id
        program.own_gate.is_disk_full_for_sent = True
        for _ in range(_TURNS_UNUSED):
            program.push_checked(program.ready(wanted))
            program.settle_all()
        program.own_gate.is_disk_full_for_sent = False
        started = self._hub.seconds
        program.push_checked(program.ready(wanted))
        self._check.require(self._outside.standing(wanted), "what could be pushed was not")
        self._check.require(
            self._hub.seconds - started < _SOON, "turns that nobody uses hold others up"
        )

    def _change(self, invoice_id: InvoiceId) -> None:
        accountant = self._accountant
        ledger, document = self._standing(invoice_id)
        paid = [p for p in ledger.all_payments if p.id in document.payment_ids]
        if paid and self._chance.random() < 0.5:
            is_seen = self._outside.shows_payments_on_invoices
            ledger.delete_payment(paid[0], is_seen_on_invoices=is_seen)
        else:
            action = self._chance.choice((accountant.pay_in_part, accountant.edit_amount))
            action(ledger, document)

    def _standing(self, invoice_id: InvoiceId) -> tuple[FakeLedger, PostedDocument]:
        (found,) = [
            (ledger, document)
            for ledger in self._outside.ledgers.values()
            for document in ledger.standing(invoice_id)
        ]
        return found
