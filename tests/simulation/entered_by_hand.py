"""Documents that people enter by hand, at the quiet end; then changes are all that is pulled."""

from __future__ import annotations

from functools import partial

from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.push import PostedDocument
from tests.fakes.quickbooks import FakeLedger
from tests.simulation.scene import Scene


class EnteredByHand(Scene):
    _entered = 0

    def live(self) -> None:
        if self._chance.random() < 0.4:
            self._link_what_is_paid()
        if self._chance.random() < 0.5:
            self._delete_unseen()

    def _link_what_is_paid(self) -> None:
        """Link a document whose payments nobody has pulled, and that is changed meanwhile."""
        linker, puller = self._chance.choices(self._programs, k=2)
        puller.pull.run()
        wanted = self._outside.plant(91).id
        (checked,) = linker.ready(wanted)
        assert checked.draft is not None
        (row,) = [row for row in linker.rows() if row.invoice.id == wanted]
        assert row.connection is not None
        ledger = self._outside.ledgers[row.connection.realm_id]
        document = self._enter(ledger, checked.draft)
        accountant = self._accountant
        if self._chance.random() < 0.6:
            accountant.pay_in_part(ledger, document)
        self._hub.sleep(self._chance.choice((0, 300)))
        puller.pull.run()
        linker.weather.late["write"] = self._chance.choice((0.0, 200.0))
        linking = self._hub.spawn(
            partial(linker.link_document.run, row, document.type, document.id)
        )
        self._hub.sleep(20)
        action = self._chance.choice(
            (accountant.pay, accountant.pay_in_part, accountant.void, accountant.delete)
        )
        action(ledger, ledger.read(document.type, document.id) or document)
        self._hub.sleep(self._chance.uniform(125, 170))
        puller.pull.run()
        linking.join()
        linker.weather.late.clear()
        puller.pull.run()
        self._check.equal()
        accountant.take_payment_back(ledger)
        puller.pull.run()
        self._check.equal()

    def _delete_unseen(self) -> None:
        """Delete what the CRM has not as posted yet, while much else is entered.

        Only where answers are small: else the change of a thousand would be needed.
        """
        if all(books.most >= 1000 for books in self._outside.books.values()):
            return
        pusher, puller = self._chance.choices(self._programs, k=2)
        puller.pull.run()
        wanted = self._outside.plant(92).id
        checked = pusher.ready(wanted)
        pusher.weather.late["write"] = self._chance.uniform(250, 500)
        pushing = self._hub.spawn(partial(pusher.push_checked, checked))
        self._hub.sleep(40)
        for ledger in self._outside.ledgers.values():
            for document in ledger.standing(wanted):
                self._accountant.delete(ledger, document)
            for one in checked:
                for _ in range(8):
                    assert one.draft is not None
                    self._enter(ledger, one.draft)
        # For longer than what is asked for twice.
        self._hub.sleep(self._chance.uniform(125, 200))
        puller.pull.run()
        pushing.join()
        pusher.weather.late.clear()
        puller.pull.run()
        self._check.equal()

    def _enter(self, ledger: FakeLedger, draft: Draft) -> PostedDocument:
        self._entered += 1
        document = PostedDocument(
            type=draft.document_type,
            id=QuickBooksId(str(9000 + self._entered)),
            number=f"H-{self._entered}",
            sync_token="0",
            customer_id=draft.customer.id,
            currency=draft.currency,
            txn_date=draft.txn_date,
            total=draft.total,
            tax=draft.tax,
            balance=draft.total,
            created=self._outside.clock.now(),
        )
        ledger.enter_by_hand(document)
        self._outside.trace.add("bookkeeper", f"enters {document.type.value} {document.id}")
        return document
