"""Whatever people did in QuickBooks and however it was told: pulled, the CRM says the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from psaqb_desktop.domain.pull import Payment
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import QuickBooksStatus
from tests.fakes.office import Program, World

DAY = date(2026, 9, 20)
INVOICES = 2

STEPS = st.lists(
    st.tuples(
        st.sampled_from([*["pay", "pull", "unpay"] * 2, "void", "delete", "edit", "full"]),
        st.integers(0, INVOICES - 1),
        st.booleans(),
    ),
    min_size=8,
    max_size=20,
)
CUT_OFF = st.sets(st.sampled_from(["Invoice", "CreditMemo", "Payment"]))


class History:
    """Posted invoices, and what happens to them."""

    def __init__(self, world: World, program: Program) -> None:
        self.world, self.program = world, program
        self.invoices = [world.add_invoice(n) for n in range(1, INVOICES + 1)]
        program.push_all()
        self.payments: list[Payment] = []
        self.pull()

    def document(self, number: int) -> PostedDocument:
        (found,) = self.world.ledger.all_of(self.invoices[number].id)
        return found

    def pull(self, *, full: bool = False) -> None:
        (summary,) = self.program.pull.run(full=full)
        assert summary.error == ""

    def step(self, what: str, number: int, *, is_seen: bool) -> None:
        document = self.document(number)
        stands = not document.is_voided and not document.is_deleted
        paying = [p for p in self.payments if p.lines[0].document_id == document.id]
        if what in {"pull", "full"}:
            self.pull(full=what == "full")
        elif what == "pay" and stands and document.balance >= 10:
            self.payments.append(self.world.ledger.receive({document.id: "10.00"}, day=DAY))
        elif what == "unpay" and self.payments:
            payment = self.payments.pop(number if number < len(self.payments) else 0)
            self.world.ledger.delete_payment(payment, is_seen_on_invoices=is_seen)
        elif what == "edit" and stands:
            more = Decimal(6)
            self.world.ledger.edit(
                document, total=document.total + more, balance=document.balance + more
            )
        elif what in {"void", "delete"} and stands and not paying:
            getattr(self.world.ledger, what)(document)

    def agrees(self) -> None:
        for number, invoice in enumerate(self.invoices):
            record, document = self.world.records.only(invoice.id), self.document(number)
            assert record.quickbooks_status is document.status
            amounts = [p.amount for p in self.world.records.payments_of(record.id)]
            if document.status is QuickBooksStatus.MISSING:
                assert record.balance == 0
                assert amounts == []
                continue
            assert (record.total, record.balance) == (document.total, document.balance)
            assert record.paid == sum(amounts) == document.total - document.balance


@settings(max_examples=50)
@given(steps=STEPS, cut_off=CUT_OFF)
def test_after_a_pull_the_crm_agrees_with_quickbooks(
    steps: list[tuple[str, int, bool]], cut_off: set[str]
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        program = world.program()
        history = History(world, program)
        world.ledger.cut_off = cut_off
        for what, number, is_seen in steps:
            history.step(what, number, is_seen=is_seen)
            # Mostly further than the overlap reaches: it would hide what is forgotten.
            world.clock.advance(minutes=1 if what == "edit" else 5)
        history.pull()
        history.agrees()
        program.close()
