"""People who work in QuickBooks and in the CRM while the program runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.push import PaymentAllocation, PostedDocument
from psaqb_desktop.domain.sync_record import SyncRecord
from tests.fakes.quickbooks import FakeLedger
from tests.simulation.outside import Outside

_DOWN = 1800.0
"""A restore takes the CRM away for so long: nothing of before is still under way afterwards."""

_Snapshot = tuple[dict[CrmId, SyncRecord], dict[CrmId, tuple[PaymentAllocation, ...]]]


class Accountant:
    """Works in QuickBooks' own pages: pays, voids, deletes, edits."""

    def __init__(self, outside: Outside) -> None:
        self._outside, self._chance = outside, outside.chance

    def act(self) -> None:
        ledger = self._chance.choice(list(self._outside.ledgers.values()))
        standing = [d for d in ledger.all_documents if not d.is_voided and not d.is_deleted]
        if not standing:
            return
        document = self._chance.choice(standing)
        action = self._chance.choice(
            (
                self.pay,
                self.pay,
                self.pay_in_part,
                self.pay_together,
                self.take_payment_back,
                self.take_payment_back,
                self.void,
                self.delete,
                self.edit_amount,
                self.edit_head,
            )
        )
        action(ledger, document)
        self._outside.trace.add(
            "bookkeeper", f"{action.__name__} {document.type.value} {document.id}"
        )

    def pay(self, ledger: FakeLedger, document: PostedDocument) -> None:
        if document.balance > 0:
            self._receive(ledger, {document: document.balance})

    def pay_in_part(self, ledger: FakeLedger, document: PostedDocument) -> None:
        if document.balance > 1:
            self._receive(ledger, {document: Decimal("0.37")})

    def pay_together(self, ledger: FakeLedger, document: PostedDocument) -> None:
        others = [d for d in ledger.all_documents if d.balance > 0 and not d.is_deleted]
        self._receive(ledger, {d: d.balance for d in {document, *others[:2]} if d.balance > 0})

    def take_payment_back(self, ledger: FakeLedger, _: PostedDocument | None = None) -> None:
        payments = [p for p in ledger.all_payments if p.lines]
        if payments:
            is_seen = self._outside.shows_payments_on_invoices
            ledger.delete_payment(self._chance.choice(payments), is_seen_on_invoices=is_seen)

    def void(self, ledger: FakeLedger, document: PostedDocument) -> None:
        if not document.payment_ids:
            ledger.void(document)

    def delete(self, ledger: FakeLedger, document: PostedDocument) -> None:
        if not document.payment_ids:
            ledger.delete(document)

    def edit_amount(self, ledger: FakeLedger, document: PostedDocument) -> None:
        more = Decimal(self._chance.choice(("0.01", "5.00")))
        self._outside.edited.add((ledger.company_lists.info.realm_id, document.id))
        ledger.edit(document, total=document.total + more, balance=document.balance + more)

    def edit_head(self, ledger: FakeLedger, document: PostedDocument) -> None:
        changes: list[dict[str, object]] = [
            {"number": f"{document.number}-B"},
            {"customer_id": "502"},
        ]
        if document.txn_date:
            changes.append({"txn_date": document.txn_date + timedelta(days=1)})
        if self._outside.was_restored or len(document.number) > 9:
            # Number and date are what a document is found by that the CRM has forgotten.
            changes = changes[1:2]
        ledger.edit(document, **self._chance.choice(changes))

    def void_all_of(self, invoice_ids: Iterable[InvoiceId]) -> None:
        """Void what stands for invoices and is not paid."""
        for invoice_id in invoice_ids:
            for ledger in self._outside.ledgers.values():
                for document in ledger.standing(invoice_id):
                    self.void(ledger, document)

    def pay_newest(self) -> None:
        """Pay what was entered last, as soon as it is there."""
        ledger = self._chance.choice(list(self._outside.ledgers.values()))
        if ledger.all_documents:
            document = ledger.all_documents[-1]
            if not document.is_voided and not document.is_deleted:
                self.pay(ledger, document)

    def make_way(self) -> None:
        """Give dead documents other numbers, so that theirs can be used again."""
        for ledger in self._outside.ledgers.values():
            for document in ledger.all_documents:
                if document.is_voided and not document.number.endswith("-V"):
                    ledger.edit(document, number=f"{document.number}-V")

    def _receive(self, ledger: FakeLedger, amounts: dict[PostedDocument, Decimal]) -> None:
        if amounts:
            ledger.receive(
                {document.id: str(amount) for document, amount in amounts.items()},
                day=self._outside.clock.now().date(),
                is_seen_on_invoices=self._outside.shows_payments_on_invoices,
            )


class ProjectManager:
    """Works in the CRM: edits and deletes invoices; its administrator restores it."""

    def __init__(self, outside: Outside, *, may_restore: bool) -> None:
        self._outside, self._chance = outside, outside.chance
        self._may_restore = may_restore
        self._snapshot: _Snapshot | None = None

    def act(self) -> None:
        draw = self._chance.random()
        invoice_ids = list(self._outside.invoices.stored)
        if not invoice_ids:
            return
        invoice_id = self._chance.choice(invoice_ids)
        if draw < 0.6:
            self._edit(invoice_id)
        elif draw < 0.65:
            self._outside.trace.add("manager", f"deletes invoice {invoice_id[-3:]}")
            del self._outside.invoices.stored[invoice_id]
        elif self._may_restore and draw < 0.8:
            self._restore()
        elif self._may_restore:
            self._forget(invoice_id)

    def _edit(self, invoice_id: InvoiceId) -> None:
        self._outside.trace.add("manager", f"edits invoice {invoice_id[-3:]}")
        invoices = self._outside.invoices.stored
        version = int(invoices[invoice_id].version[3:-1]) + 1
        invoices[invoice_id] = replace(
            invoices[invoice_id],
            email=f"{self._chance.randrange(99)}@example.test",
            version=f'W/"{version}"',
            modified_on=self._outside.clock.now(),
        )

    def _restore(self) -> None:
        """Restore the CRM to an earlier state, or remember the present one for that."""
        records = self._outside.records
        if self._snapshot is None:
            self._snapshot = dict(records._records), dict(records._payments)
            return
        self._outside.trace.add("manager", "restores the CRM")
        self._outside.was_restored = True
        self._outside.crm_is_back = self._outside.hub.seconds + _DOWN
        records._records, records._payments = dict(self._snapshot[0]), dict(self._snapshot[1])

    def _forget(self, invoice_id: InvoiceId) -> None:
        """Delete a sync record by hand, of an invoice that nobody is pushing."""
        for record in self._outside.records.records():
            if record.invoice_id == invoice_id and not record.state.is_open:
                self._outside.trace.add("manager", f"deletes the record of {invoice_id[-3:]}")
                self._outside.was_restored = True
                self._outside.records._records.pop(record.id)
