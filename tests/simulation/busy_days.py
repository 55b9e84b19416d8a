"""Busy days, at the quiet end: more is posted and changed than one answer of QuickBooks holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.push import PostedDocument
from tests.fakes.quickbooks import FakeLedger
from tests.simulation.desks import SimulatedProgram
from tests.simulation.scene import Scene

_Action = Callable[[FakeLedger, PostedDocument], None]


class BusyDays(Scene):
    """Only where answers are small: else a thousand invoices would be needed."""

    def live(self) -> None:
        if all(books.most >= 1000 for books in self._outside.books.values()):
            return
        if self._chance.random() < 0.5:
            return
        wanted = [self._outside.plant(number).id for number in range(71, 81)]
        pusher, puller = self._chance.choices(self._programs, k=2)
        pusher.push_checked(pusher.ready(*wanted))
        self._pull(puller)
        accountant = self._accountant
        days: list[list[_Action]] = [
            [accountant.pay, accountant.pay_in_part],
            [self._take_back],
            [accountant.void, accountant.delete],
            [accountant.pay, accountant.void, accountant.delete, accountant.edit_amount],
        ]
        for actions in days:
            self._hub.sleep(self._chance.choice((0, 400)))
            self._live_a_day(wanted, actions)
            if self._chance.random() < 0.6:
                puller.pull.run()
            self._hub.sleep(20)
            self._pull(puller)
        self._forget_a_renumbered_one(pusher, puller, wanted)

    def _live_a_day(self, wanted: Sequence[InvoiceId], actions: Sequence[_Action]) -> None:
        """Let most of what stands be changed within some seconds."""
        for invoice_id in wanted:
            if self._chance.random() < 0.8:
                action = partial(self._act, invoice_id, self._chance.choice(actions))
                self._hub.at(self._chance.choice((0, self._chance.uniform(0, 5))), action)

    def _act(self, invoice_id: InvoiceId, action: _Action) -> None:
        for ledger in self._outside.ledgers.values():
            for document in ledger.standing(invoice_id):
                action(ledger, document)

    def _take_back(self, ledger: FakeLedger, document: PostedDocument) -> None:
        is_seen = self._outside.shows_payments_on_invoices
        for payment in ledger.all_payments:
            if payment.id in document.payment_ids:
                ledger.delete_payment(payment, is_seen_on_invoices=is_seen)

    def _forget_a_renumbered_one(
        self, pusher: SimulatedProgram, puller: SimulatedProgram, wanted: Sequence[InvoiceId]
    ) -> None:
        """Let the CRM forget a document with another number: one of many of its date."""
        standing = [each for each in wanted if self._outside.standing(each)]
        # The journal of the machine that posted it knows it still.
        others = [program for program in self._programs if program is not pusher]
        if not standing or not others:
            return
        other = self._chance.choice(others)
        forgotten = standing[-1]
        for ledger in self._outside.ledgers.values():
            for document in ledger.standing(forgotten):
                ledger.edit(document, number=f"{document.number}-C")
        # Nor does QuickBooks know its request id for ever: how long is not documented.
        for ledger in self._outside.ledgers.values():
            ledger.forgets_after = timedelta(hours=1)
        self._hub.sleep(2 * 3600)
        self._outside.was_restored = True
        records = self._outside.records
        for record in records.records():
            if record.invoice_id == forgotten:
                records._records.pop(record.id)
        other.push_checked(other.ready(forgotten))
        count = len(self._outside.standing(forgotten))
        self._check.require(count == 1, f"invoice {forgotten[-3:]} stands {count} times")
        puller.pull.run(full=True)
        self._check.equal()

    def _pull(self, puller: SimulatedProgram) -> None:
        puller.pull.run()
        self._check.equal()
