"""What must hold of every schedule: while it goes on, and when everything has settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import PostedDocument, PushResult
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from tests.fakes.office import Program
from tests.simulation.outside import Outside


class Checkers:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def require(self, condition: object, what: str) -> None:
        if not condition:
            self._outside.violate(what)

    # While it goes on

    def told(
        self, wanted: Sequence[InvoiceId], results: Sequence[PushResult], *, is_cancelled: bool
    ) -> None:
        """See that a push tells of each invoice, and nothing untrue."""
        by_id = {result.invoice_id: result for result in results}
        for invoice_id in wanted:
            result = by_id.get(invoice_id)
            if result is None:
                self._outside.violate(f"nothing is told of invoice {invoice_id[-3:]}")
                continue
            self.result(result, is_quiet_allowed=is_cancelled)

    def result(self, result: PushResult, *, is_quiet_allowed: bool) -> None:
        name = f"invoice {result.invoice_id[-3:]}, told as {result.state.value},"
        if result.state.is_posted:
            self.require(self._ever(result.invoice_id), f"{name} was never in QuickBooks")
        elif not is_quiet_allowed:
            is_said = result.findings or (result.record and result.record.finding)
            self.require(is_said, f"{name} has no finding")
        stored = result.record and self._outside.records.of_id(result.record.id)
        if stored and stored.state is PostingState.FAILED:
            self.require(stored.finding, f"{name} has failed in the CRM without a word")

    def nothing_kept(
        self,
        program: Program,
        wanted: Collection[InvoiceId],
        earlier: Collection[RequestId] = (),
    ) -> None:
        """See that a push without any trouble, cancelled or not, leaves nothing open.

        But for what was open before: a run that was killed left that, and only settling ends it.
        """
        opened = [push for push in program.journal.open_pushes() if push.invoice_id in wanted]
        kept = [push.request_id for push in opened if push.request_id not in earlier]
        self.require(not kept, f"a push on {program.machine.name} keeps {kept}")

    def _ever(self, invoice_id: InvoiceId) -> bool:
        ledgers = self._outside.ledgers.values()
        return any(ledger.all_of(invoice_id) for ledger in ledgers)

    # When everything has settled

    def nothing_open(self, programs: Sequence[Program]) -> None:
        for program in programs:
            opened = program.journal.open_pushes()
            self.require(not opened, f"open in the journal of {program.machine.name}: {opened}")
            try:
                program.journal.verify()
            except AppError as error:
                self._outside.violate(f"the journal of {program.machine.name}: {error}")
        for record in self._outside.records.records():
            if record.state.is_open and record.invoice_id in self._outside.invoices.stored:
                self._outside.violate(
                    f"invoice {record.invoice_id[-3:]} stays {record.state.value}: {record.finding}"
                )

    def tokens(self, connection: Connection) -> bool:
        """See that the newest token is in the CRM if it was ever on a disk; else tell False."""
        grant = self._outside.grants[connection.id]
        in_crm = self._outside.connections.refresh_tokens[connection.id]
        kept = [s for m in self._outside.machines for s in m.secrets.stored.values()]
        was_kept = in_crm == grant.newest or any(f'"{grant.newest}"' in s for s in kept)
        if was_kept:
            self.require(in_crm == grant.newest, f"{connection.name}: the CRM has an old token")
            self.require(
                not connection.needs_sign_in, f"{connection.name}: asks for a needless sign-in"
            )
        return was_kept and not connection.needs_sign_in

    def all_posted(self, left_out: Collection[InvoiceId]) -> None:
        """See that each invoice of the CRM stands once, in QuickBooks and for the CRM."""
        for invoice_id in self._outside.invoices.stored:
            record = self._outside.records.records_of([invoice_id]).get(invoice_id)
            if record and record.state is PostingState.LEFT_OUT and invoice_id in left_out:
                continue
            count = len(self._outside.standing(invoice_id))
            self.require(count == 1, f"invoice {invoice_id[-3:]} stands {count} times")
            state = record.state.value if record else "unknown"
            self.require(
                record is not None and record.state.is_posted and not record.is_gone,
                f"invoice {invoice_id[-3:]} is {state} in the CRM: {record and record.finding}",
            )

    def equal(self) -> None:
        """See that the CRM says of each document what QuickBooks says, payments included."""
        for record in self._outside.records.records():
            if not record.state.is_posted:
                continue
            name = f"invoice {record.invoice_id[-3:]}"
            ledger = self._outside.ledgers[record.realm_id]
            document = next(
                (
                    d
                    for d in ledger.all_documents
                    if (d.type, d.id) == (record.document_type, record.quickbooks_id)
                ),
                None,
            )
            if document is None:
                self._outside.violate(f"{name}: QuickBooks never had {record.quickbooks_id}")
                continue
            self._require_equal(name, record, document)
        self._totals()

    def _require_equal(self, name: str, record: SyncRecord, document: PostedDocument) -> None:
        if document.is_deleted:
            self.require(record.is_gone, f"{name}: the CRM does not know that it was deleted")
            left = self._outside.records.payments_of(record.id)
            self.require(not left, f"{name}: payments are left of a document that was deleted")
            return
        fresh = record.posted(document)
        if not self._outside.shows_payments_on_invoices:
            # A payment that came and went has left nothing but a higher count of changes.
            fresh = replace(fresh, sync_token=record.sync_token)
        if fresh != record:
            names = [n for n in SyncRecord.__slots__ if getattr(fresh, n) != getattr(record, n)]
            told = ", ".join(f"{n} {getattr(record, n)} ≠ {getattr(fresh, n)}" for n in names)
            self._outside.violate(f"{name}: the CRM differs from QuickBooks: {told}")
        for amount in (record.total, record.tax, record.balance, record.paid):
            self.require(isinstance(amount, Decimal), f"{name}: {amount!r} is no exact amount")
        payments = self._outside.ledgers[record.realm_id].all_payments
        truth = {
            p.id: sum((x.amount for x in p.lines if x.document_id == document.id), ZERO)
            for p in payments
            if p.id in document.payment_ids
        }
        told_of = {p.payment_id: p.amount for p in self._outside.records.payments_of(record.id)}
        self.require(told_of == truth, f"{name}: payments {told_of} in the CRM, {truth} in truth")

    def _totals(self) -> None:
        """See that not a cent is lost between invoices and documents that nobody has edited."""
        for record in self._outside.records.records():
            invoice = self._outside.invoices.stored.get(record.invoice_id)
            is_edited = (record.realm_id, record.quickbooks_id) in self._outside.edited
            if invoice and record.state.is_posted and not record.is_gone and not is_edited:
                self.require(
                    record.total == invoice.total,
                    f"{invoice.number}: {invoice.total} in the CRM, {record.total} posted",
                )
