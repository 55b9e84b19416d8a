"""A desk with made-up invoices, for the invoices screen: no CRM, no QuickBooks, no files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.crm import CrmUser
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.errors import AppError, Cancelled, JournalDamagedError
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import (
    CrmId,
    InvoiceId,
    QuickBooksId,
    RequestId,
)
from psaqb_desktop.domain.invoice import CrmReference, Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine, LineSource
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice, RowStatus
from psaqb_desktop.domain.money import to_cents
from psaqb_desktop.domain.pull import PullSummary
from psaqb_desktop.domain.push import (
    JournalEntry,
    PaymentAllocation,
    PostedDocument,
    PushResult,
    PushStep,
)
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.invoice_details import InvoiceFacts
from psaqb_desktop.services.link_document import LinkChoice
from psaqb_desktop.services.push_progress import PushProgress, progress_of
from tests.ui_invoices.ui_examples import (
    DE,
    NOW,
    PRACTICE,
    UK,
    draft_of,
    posted,
    record,
)

Verdict = Callable[[Invoice], tuple[Finding, ...]]


@dataclass
class FakeSignIn:
    user: CrmUser | None = field(
        default_factory=lambda: CrmUser(CrmId("u1"), "Ada Accountant", "ada@contoso.test")
    )
    error: AppError | None = None

    def can_sign_in_silently(self) -> bool:
        return self.user is not None

    def who_am_i(self) -> CrmUser:
        if self.error is not None:
            raise self.error
        assert self.user is not None
        return self.user

    def sign_out(self) -> None:
        self.user = None


@dataclass
class FakeList:
    cached: InvoiceList | None = None
    fresh: InvoiceList | None = None
    error: AppError | None = None
    reads: int = 0
    whole_reads: int = 0
    first: InvoiceList | None = None
    """The first rows of the kept list, or of a whole reading where nothing is kept."""
    later: list[InvoiceList] = field(default_factory=list)
    """What catching up finds, one list each time."""
    gate: threading.Event | None = None
    kept_gate: threading.Event | None = None
    """Holds the reading of the kept list, but for its first rows."""
    later_gate: threading.Event | None = None
    catching_up: int = 0
    catch_ups: list[int] = field(default_factory=list)
    """How many were under way when each began, itself included."""

    def first_rows(self) -> InvoiceList | None:
        return self.first if self.cached else None

    def from_cache(self) -> InvoiceList | None:
        if self.kept_gate is not None:
            self.kept_gate.wait(30)
        return replace(self.cached, is_from_cache=True) if self.cached else None

    def run(
        self,
        *,
        everything: bool = False,
        on_rows: Callable[[InvoiceList], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> InvoiceList:
        assert cancellation is not None
        self.reads += 1
        self.whole_reads += everything
        if self.error is not None:
            raise self.error
        if on_rows is not None and self.first is not None:
            on_rows(self.first)
        if self.gate is not None:
            self.gate.wait(30)
        if cancellation.is_cancelled:
            raise Cancelled("Stopped.")
        assert self.fresh is not None
        return self.fresh

    def catch_up(self, *, cancellation: Cancellation | None = None) -> InvoiceList | None:
        assert cancellation is not None
        self.catching_up += 1
        self.catch_ups.append(self.catching_up)
        found = self.later.pop(0) if self.later else None
        if self.later_gate is not None:
            self.later_gate.wait(30)
        self.catching_up -= 1
        return found


@dataclass
class FakeCheck:
    verdict: Verdict = lambda _invoice: ()
    pause_seconds: float = 0
    checked: list[InvoiceId] = field(default_factory=list)
    gate: threading.Event | None = None

    def run(
        self,
        rows: Sequence[ListedInvoice],
        *,
        cancellation: Cancellation | None = None,
        on_checked: Callable[[Checked], None] | None = None,
    ) -> tuple[Checked, ...]:
        done = []
        for row in rows:
            if self.gate is not None:
                self.gate.wait(30)
            if cancellation is not None and cancellation.is_cancelled:
                break
            threading.Event().wait(self.pause_seconds)
            findings = self.verdict(row.invoice)
            is_mapped = row.connection is not None and not any(f.is_blocker for f in findings)
            draft = draft_of(row.invoice) if is_mapped else None
            one = Checked(row.invoice, row.connection, draft, findings)
            done.append(one)
            self.checked.append(row.invoice.id)
            if on_checked is not None:
                on_checked(one)
        return tuple(done)


Outcome = Callable[[Invoice], tuple[PostingState, tuple[Finding, ...]]]


def finding_only(number: int, *findings: Finding) -> FakeCheck:
    """A check that finds these problems in one invoice, and nothing in the others."""
    return FakeCheck(lambda of: findings if of.number == f"INV-{number:05}" else ())


@dataclass
class FakePush:
    """Posts one after the other; ``gate`` holds each until the test lets it go."""

    outcome: Outcome = lambda _invoice: (PostingState.POSTED, ())
    pause_seconds: float = 0
    pushed: list[InvoiceId] = field(default_factory=list)
    accepted: frozenset[InvoiceId] = frozenset()
    gate: threading.Semaphore | None = None
    error: AppError | None = None

    def run(
        self,
        checked: Sequence[Checked],
        *,
        on_progress: Callable[[PushProgress], None],
        cancellation: Cancellation,
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> tuple[PushResult, ...]:
        self.accepted |= accept_similar
        assert all(one.is_ready for one in checked), "only drafts that are ready may be pushed"
        if self.error is not None:
            raise self.error
        results = []
        for one in checked:
            on_progress(PushProgress(one.invoice.id, RowStatus.QUEUED))
        for one in checked:
            if cancellation.is_cancelled:
                state: PostingState = PostingState.NOT_POSTED
                findings: tuple[Finding, ...] = ()
            else:
                on_progress(PushProgress(one.invoice.id, RowStatus.POSTING))
                threading.Event().wait(self.pause_seconds)
                if self.gate is not None:
                    self.gate.acquire(timeout=30)
                state, findings = self.outcome(one.invoice)
            result = PushResult(one.invoice.id, state, self._made(one, state), findings)
            on_progress(progress_of(result))
            results.append(result)
        return tuple(results)

    def _made(self, one: Checked, state: PostingState) -> SyncRecord | None:
        if state is PostingState.NOT_POSTED:
            return None
        self.pushed.append(one.invoice.id)
        assert one.connection is not None
        if state.is_posted:
            return posted(one.invoice, one.connection, state=state)
        return record(one.invoice, one.connection, state)


@dataclass
class FakeSettle:
    results: tuple[PushResult, ...] = ()
    runs: int = 0

    def run(
        self, *, on_progress: Callable[[PushProgress], None] | None = None
    ) -> tuple[PushResult, ...]:
        self.runs += 1
        for result in self.results:
            if on_progress is not None:
                status = RowStatus(result.state.value)
                on_progress(PushProgress(result.invoice_id, status, result.record, result.findings))
        return self.results


@dataclass
class FakePull:
    summaries: tuple[PullSummary, ...] = (
        PullSummary(UK.realm_id, "Contoso UK Ltd", 12, 3),
        PullSummary(DE.realm_id, "Contoso GmbH", 4, 0, 1),
    )
    full: list[bool] = field(default_factory=list)

    def run(
        self,
        *,
        connections: Sequence[Connection] | None = None,
        full: bool = False,
        on_company: Callable[[PullSummary], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[PullSummary, ...]:
        assert connections is None
        assert cancellation is not None
        self.full.append(full)
        for one in self.summaries:
            if on_company is not None:
                on_company(one)
        return self.summaries


@dataclass
class FakeLeaveOut:
    reasons: dict[InvoiceId, str] = field(default_factory=dict)

    def run(self, row: ListedInvoice, reason: str) -> SyncRecord:
        self.reasons[row.invoice.id] = reason
        return record(
            row.invoice, row.connection or UK, PostingState.LEFT_OUT, reason_left_out=reason
        )

    def take_back(self, row: ListedInvoice) -> SyncRecord:
        del self.reasons[row.invoice.id]
        return record(row.invoice, row.connection or UK, PostingState.NOT_POSTED)


@dataclass
class FakePushAgain:
    asked: list[InvoiceId] = field(default_factory=list)

    def run(self, row: ListedInvoice) -> SyncRecord:
        assert row.record is not None
        assert row.record.is_gone
        self.asked.append(row.invoice.id)
        return replace(row.record, state=PostingState.NOT_POSTED)


@dataclass
class FakeAccept:
    asked: list[InvoiceId] = field(default_factory=list)

    def run(self, row: ListedInvoice) -> SyncRecord:
        assert row.record is not None
        assert row.record.state is PostingState.POSTED_REVIEW
        self.asked.append(row.invoice.id)
        return replace(row.record, state=PostingState.POSTED, finding="", finding_cause="")


@dataclass
class FakeLinkDocument:
    """QuickBooks with documents that a person entered."""

    documents: tuple[PostedDocument, ...] = ()
    linked: list[tuple[InvoiceId, QuickBooksId]] = field(default_factory=list)
    unlinked: list[InvoiceId] = field(default_factory=list)

    def candidates(self, row: ListedInvoice) -> LinkChoice:
        return LinkChoice(row.invoice.number, draft_of(row.invoice), self.documents)

    def run(
        self, row: ListedInvoice, document_type: DocumentType, quickbooks_id: QuickBooksId
    ) -> SyncRecord:
        assert row.connection is not None
        wanted = (document_type, quickbooks_id)
        (document,) = [d for d in self.documents if (d.type, d.id) == wanted]
        self.linked.append((row.invoice.id, quickbooks_id))
        return record(row.invoice, row.connection, PostingState.POSTED).posted(document)

    def unlink(self, row: ListedInvoice) -> SyncRecord:
        assert row.record is not None
        self.unlinked.append(row.invoice.id)
        return replace(row.record, state=PostingState.NOT_POSTED, quickbooks_id=QuickBooksId(""))


@dataclass
class FakeDetails:
    asked: list[InvoiceId] = field(default_factory=list)

    def run(self, row: ListedInvoice) -> InvoiceFacts:
        self.asked.append(row.invoice.id)
        of = row.invoice
        line = InvoiceLine(
            CrmId("line-1"),
            1,
            LineSource.ROLE,
            CrmReference(CrmId("role-1"), "Consultant"),
            "Design workshop",
            Decimal(14),
            to_cents(of.net / 14),
            of.net,
            of.tax,
        )
        payments: tuple[PaymentAllocation, ...] = ()
        address = ""
        if row.record is not None and row.record.quickbooks_id:
            address = f"https://qbo.test/app/invoice?txnId={row.record.quickbooks_id}"
            payments = (
                PaymentAllocation(
                    CrmId("p1"),
                    row.record.id,
                    "Payment",
                    QuickBooksId("88"),
                    date(2026, 11, 20),
                    Decimal("250.00"),
                    of.currency,
                    None,
                    "Bank transfer",
                    "BACS 4711",
                ),
            )
        steps = (PushStep.PREPARED, PushStep.CLAIMED, PushStep.SENT, PushStep.CONFIRMED)
        history = tuple(
            JournalEntry(
                NOW + timedelta(seconds=place),
                RequestId("5e0c1b1de53b54b2b9a2f5f6c74c3f1a4-g1"),
                step,
                "Ada Accountant",
                "DESK-7",
                "",
                "1-6564-tid" if step is PushStep.CONFIRMED else "",
            )
            for place, step in enumerate(steps)
        )
        return InvoiceFacts((line,), payments, history if address else (), address)


class FakeUpkeep:
    """A journal of three entries, whole until it is said to be damaged."""

    def __init__(self) -> None:
        self.damage: JournalDamagedError | None = None
        self.exported: list[Path] = []

    def verify(self) -> int:
        if self.damage is not None:
            raise self.damage
        return 3

    def export(self, file: Path) -> int:
        self.exported.append(file)
        return self.verify()

    def recover(self) -> JournalRecovery:
        self.damage = None
        return JournalRecovery("journal.damaged", 2, 7, 1)


@dataclass
class FakeDesk:
    environment: Environment = PRACTICE
    sign_in: FakeSignIn = field(default_factory=FakeSignIn)
    list_invoices: FakeList = field(default_factory=FakeList)
    check_invoices: FakeCheck = field(default_factory=FakeCheck)
    push_invoices: FakePush = field(default_factory=FakePush)
    settle_pushes: FakeSettle = field(default_factory=FakeSettle)
    pull_changes: FakePull = field(default_factory=FakePull)
    leave_out: FakeLeaveOut = field(default_factory=FakeLeaveOut)
    push_again: FakePushAgain = field(default_factory=FakePushAgain)
    link_document: FakeLinkDocument = field(default_factory=FakeLinkDocument)
    accept_review: FakeAccept = field(default_factory=FakeAccept)
    invoice_details: FakeDetails = field(default_factory=FakeDetails)
    journal_upkeep: FakeUpkeep = field(default_factory=FakeUpkeep)


class FakeParts:
    """Flows that answer at once and remember that they were asked."""

    def __init__(self) -> None:
        self.connections_page: QWidget = QLabel("Connections")
        self.on_changed: Callable[[], None] = lambda: None
        self.asked: list[str] = []
        self.answer = True
        self.lists: list[InvoiceList] = []

    def set_window(self, window: QWidget) -> None:
        self.window = window

    def show_list(self, invoices: InvoiceList) -> None:
        self.lists.append(invoices)

    async def sign_in_to_crm(self) -> bool:
        self.asked.append("sign in")
        return self.answer

    async def set_up_crm(self) -> bool:
        self.asked.append("set up")
        return self.answer

    async def connect_company(self, connection: Connection | None) -> bool:
        self.asked.append(f"connect {connection.name if connection else ''}")
        return self.answer

    async def match_records(self, connection: Connection, rows: Sequence[ListedInvoice]) -> bool:
        self.asked.append(f"match {connection.name} {len(rows)}")
        return self.answer

    async def edit_mapping(self, connection: Connection) -> bool:
        self.asked.append(f"map {connection.name}")
        return self.answer
