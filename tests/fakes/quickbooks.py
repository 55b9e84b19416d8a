"""QuickBooks' ledgers, in memory: request ids, numbers, voids, payments, change data capture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.errors import (
    AppError,
    NumberTakenError,
    OutcomeUnknownError,
    RequestRejectedError,
    ServiceUnavailableError,
)
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId, RealmId, RequestId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.pull import AppliedAmount, Changes, Payment
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.domain.texts import invoice_key
from psaqb_desktop.services.ports import Clock
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany


@dataclass(frozen=True)
class Posted:
    """A call of ``post`` as QuickBooks saw it."""

    invoice_id: InvoiceId
    request_id: RequestId


class FakeLedger:
    """One QuickBooks company; implements the QuickBooksCompany port."""

    def __init__(self, lists: CompanyLists, clock: Clock) -> None:
        self.company_lists = lists
        self.replays_refusals = False
        """Whether a refusal is repeated under its request id: not documented, so both are tried."""
        self.warns_of_duplicates = True
        """Whether a number that is taken is refused (6140): a setting of the company."""
        self.forgets_request_ids = False
        self.forgets_after: timedelta | None = None
        """How long request ids are kept; None means for ever."""
        self.numbers_itself = not lists.preferences.uses_custom_numbers
        self.refusals: dict[InvoiceId, str] = {}
        """Fault code with which an invoice is refused until the cause is mended."""
        self.total_gaps: dict[InvoiceId, Decimal] = {}
        self.errors: list[AppError] = []
        """Raised by the next posts, one each, before anything is created."""
        self.surprises: dict[InvoiceId, Exception] = {}
        """Errors of the program itself that come up while these invoices are posted, once each."""
        self.lost_answers: list[AppError] = []
        """Raised by the next posts, one each, after the document was created."""
        self.loses_answer_of: set[InvoiceId] = set()
        """The next answer about these invoices gets lost, once each."""
        self.find_error: AppError | None = None
        self.around_error: Exception | None = None
        self.rate_error: AppError | None = None
        self.rates: dict[tuple[str, date], Decimal] = {}
        self.cut_off: set[str] = set()
        """Kinds of which the changes do not tell deletions: too much has changed."""
        self.change_error: AppError | None = None
        self.posts: list[Posted] = []
        self.calls: list[str] = []
        self.asked_since: list[datetime] = []
        self._clock = clock
        self._documents: dict[tuple[DocumentType, QuickBooksId], PostedDocument] = {}
        self._payments: dict[QuickBooksId, Payment] = {}
        self._payment_changes: dict[QuickBooksId, datetime] = {}
        self._answers: dict[RequestId, tuple[PostedDocument | AppError, datetime]] = {}
        self._ids = 100
        self._lock = threading.RLock()

    # The port

    def lists(self) -> CompanyLists:
        self.calls.append("lists")
        return self.company_lists

    @contextmanager
    def turn(self, gives_up: Callable[[], bool]) -> Iterator[object | None]:
        yield None if gives_up() else self

    def post(self, draft: Draft, request_id: RequestId, turn: object = None) -> PostedDocument:  # noqa: ARG002
        with self._lock:
            self.calls.append("post")
            self.posts.append(Posted(draft.invoice_id, request_id))
            if self.errors:
                raise self.errors.pop(0)
            if draft.invoice_id in self.surprises:
                raise self.surprises.pop(draft.invoice_id)
            answer = self._answer(draft, request_id)
            if self.lost_answers:
                raise self.lost_answers.pop(0)
            if draft.invoice_id in self.loses_answer_of:
                self.loses_answer_of.remove(draft.invoice_id)
                raise OutcomeUnknownError("The answer was lost.")
            if isinstance(answer, AppError):
                raise answer
            return replace(answer, answered_on=self._clock.now())

    def find(self, draft: Draft, since: datetime | None = None) -> tuple[PostedDocument, ...]:
        with self._lock:
            self.calls.append("find")
            if self.find_error is not None:
                raise self.find_error
            return tuple(
                d
                for d in self._newest_first()
                if invoice_key(draft.invoice_id) in d.private_note
                and (
                    d.txn_date == draft.txn_date
                    or (draft.number and d.number == draft.number)
                    or (since is not None and d.created is not None and d.created >= since)
                )
            )

    def created_since(self, since: datetime) -> tuple[PostedDocument, ...]:
        with self._lock:
            self.calls.append("created_since")
            if self.find_error is not None:
                raise self.find_error
            return tuple(d for d in self._newest_first() if d.created and d.created >= since)

    def walk_created_since(self, since: datetime) -> Iterator[PostedDocument]:
        return iter(self.created_since(since))

    def around(self, drafts: Sequence[Draft]) -> tuple[PostedDocument, ...]:
        with self._lock:
            self.calls.append("around")
            if self.around_error is not None:
                raise self.around_error
            days = {draft.txn_date for draft in drafts}
            numbers = {draft.number for draft in drafts} - {""}
            return tuple(
                d for d in self._newest_first() if d.txn_date in days or d.number in numbers
            )

    def _newest_first(self) -> list[PostedDocument]:
        standing = [d for d in self._documents.values() if not d.is_deleted]
        return sorted(standing, key=lambda d: int(d.id), reverse=True)

    def read(self, document_type: DocumentType, document_id: QuickBooksId) -> PostedDocument | None:
        with self._lock:
            self.calls.append("read")
            found = self._documents.get((document_type, document_id))
            return None if found is None or found.is_deleted else found

    def documents(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> tuple[PostedDocument, ...]:
        with self._lock:
            self.calls.append("documents")
            found = (self._documents.get((document_type, i)) for i in ids)
            return tuple(d for d in found if d is not None and not d.is_deleted)

    def existing(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> frozenset[QuickBooksId]:
        with self._lock:
            self.calls.append("existing")
            found = (self._documents.get((document_type, i)) for i in ids)
            return frozenset(d.id for d in found if d is not None and not d.is_deleted)

    def payments(self, ids: Sequence[QuickBooksId]) -> tuple[Payment, ...]:
        with self._lock:
            self.calls.append("payments")
            found = (self._payments.get(i) for i in ids)
            return tuple(p for p in found if p is not None and not p.is_deleted)

    def changes(self, since: datetime) -> Changes:
        with self._lock:
            self.calls.append("changes")
            self.asked_since.append(since)
            if self.change_error is not None:
                raise self.change_error
            if since < self._clock.now() - timedelta(days=30):
                raise RequestRejectedError("Too far back.", service="QuickBooks")
            documents = [
                d for d in self._documents.values() if d.last_updated and d.last_updated >= since
            ]
            payments = [p for i, p in self._payments.items() if self._payment_changes[i] >= since]
            unlisted = frozenset(self.cut_off)
            documents = [
                d for d in documents if not (d.is_deleted and d.type.value in self.cut_off)
            ]
            if "Payment" in self.cut_off:
                payments = [p for p in payments if not p.is_deleted]
            return Changes(tuple(documents), tuple(payments), self._clock.now(), unlisted)

    def exchange_rate(self, currency: str, day: date) -> Decimal | None:
        self.calls.append("exchange_rate")
        if self.rate_error is not None:
            raise self.rate_error
        return self.rates.get((currency, day))

    def web_address(self, document_type: DocumentType, document_id: QuickBooksId) -> str:
        return f"https://example.test/{document_type.value}/{document_id}"

    # What people do in QuickBooks

    def standing(self, invoice_id: InvoiceId) -> list[PostedDocument]:
        """Return the documents of a CRM invoice that count: neither voided nor deleted."""
        return [d for d in self.all_of(invoice_id) if not d.is_voided and not d.is_deleted]

    def all_of(self, invoice_id: InvoiceId) -> list[PostedDocument]:
        key = invoice_key(invoice_id)
        return [d for d in self._documents.values() if key in d.private_note]

    def enter_by_hand(self, document: PostedDocument) -> None:
        self._documents[document.type, document.id] = replace(
            document, last_updated=self._clock.now()
        )

    def void(self, document: PostedDocument) -> None:
        note = f"Voided - {document.private_note}"
        self._change(
            document, total=ZERO, tax=ZERO, balance=ZERO, is_voided=True, private_note=note
        )

    def delete(self, document: PostedDocument) -> None:
        self._change(document, is_deleted=True)

    def edit(self, document: PostedDocument, **changes: object) -> None:
        """Change what a person can change of a document."""
        self._change(document, is_noticed=True, **changes)

    @property
    def all_documents(self) -> list[PostedDocument]:
        return list(self._documents.values())

    @property
    def all_payments(self) -> list[Payment]:
        return list(self._payments.values())

    def changed_on(self, payment: Payment) -> datetime:
        """Return when a payment was received or deleted."""
        return self._payment_changes[payment.id]

    def receive(
        self,
        lines: Mapping[QuickBooksId, str],
        *,
        day: date,
        payment_id: str = "",
        is_seen_on_invoices: bool = True,
    ) -> Payment:
        """Receive a payment for invoices; line amounts by document id."""
        with self._lock:
            payment = Payment(
                id=QuickBooksId(payment_id) if payment_id else self._next_id(),
                payment_date=day,
                currency="GBP",
                exchange_rate=None,
                method="Transfer",
                reference="R1",
                lines=tuple(
                    AppliedAmount(self._of(i).type.value, i, Decimal(amount))
                    for i, amount in lines.items()
                ),
            )
            self.take_payment(payment, is_seen_on_invoices=is_seen_on_invoices)
            return payment

    def take_payment(self, payment: Payment, *, is_seen_on_invoices: bool = True) -> None:
        """Take it; whether the invoices count as changed by it is not documented."""
        self._payments[payment.id] = payment
        self._payment_changes[payment.id] = self._clock.now()
        for line in payment.lines:
            document = self._of(line.document_id)
            self._change(
                document,
                is_noticed=is_seen_on_invoices,
                balance=document.balance - line.amount,
                payment_ids=(*document.payment_ids, payment.id),
            )

    def delete_payment(self, payment: Payment, *, is_seen_on_invoices: bool = True) -> None:
        """Delete; whether the invoices count as changed by it is not documented."""
        self._payments[payment.id] = replace(payment, lines=(), is_deleted=True)
        self._payment_changes[payment.id] = self._clock.now()
        for line in payment.lines:
            document = self._of(line.document_id)
            self._change(
                document,
                is_noticed=is_seen_on_invoices,
                balance=document.balance + line.amount,
                payment_ids=tuple(i for i in document.payment_ids if i != payment.id),
            )

    def _of(self, document_id: QuickBooksId) -> PostedDocument:
        (found,) = [d for (_, i), d in self._documents.items() if i == document_id]
        return found

    def _change(
        self, document: PostedDocument, *, is_noticed: bool = True, **changes: object
    ) -> None:
        with self._lock:
            current = self._documents[document.type, document.id]
            if is_noticed:
                changes["last_updated"] = self._clock.now()
            changes["sync_token"] = str(int(current.sync_token) + 1)
            changed: PostedDocument = replace(current, **changes)  # type: ignore[arg-type]
            self._documents[document.type, document.id] = changed

    # Posting

    def _answer(self, draft: Draft, request_id: RequestId) -> PostedDocument | AppError:
        known = self._answers.get(request_id)
        if known is not None and not self._has_forgotten(known[1]):
            return known[0]
        answer = self._refusal(draft) or self._create(draft)
        if not isinstance(answer, AppError) or self.replays_refusals:
            self._answers[request_id] = answer, self._clock.now()
        return answer

    def _has_forgotten(self, answered: datetime) -> bool:
        if self.forgets_request_ids:
            return True
        return self.forgets_after is not None and (
            self._clock.now() - answered > self.forgets_after
        )

    def _refusal(self, draft: Draft) -> AppError | None:
        code = self.refusals.get(draft.invoice_id, "")
        holder = next(
            (d for d in self._documents.values() if d.number == draft.number and not d.is_deleted),
            None,
        )
        if holder and draft.number and self.warns_of_duplicates:
            taken = NumberTakenError("QuickBooks said 6140.", service="QuickBooks", code="6140")
            taken.holder = (holder.type.value, holder.id)
            return taken
        if not code:
            return None
        return RequestRejectedError(
            f"QuickBooks said {code}.", service="QuickBooks", code=code, trace_id="tid-1"
        )

    def _create(self, draft: Draft) -> PostedDocument:
        total = draft.total + self.total_gaps.get(draft.invoice_id, ZERO)
        now = self._clock.now()
        identifier = self._next_id()
        document = PostedDocument(
            type=draft.document_type,
            id=identifier,
            number=f"N{identifier}" if self.numbers_itself else draft.number,
            sync_token="0",
            customer_id=draft.customer.id,
            currency=draft.currency,
            txn_date=draft.txn_date,
            total=total,
            tax=draft.tax,
            balance=total,
            private_note=draft.private_note,
            last_updated=now,
            created=now,
        )
        self._documents[document.type, document.id] = document
        return document

    def _next_id(self) -> QuickBooksId:
        self._ids += 1
        return QuickBooksId(str(self._ids))


class FakeGateway:
    """Opens ledgers; also a CompanyGateway whose companies stand behind a gate."""

    def __init__(self, ledgers: Mapping[RealmId, QuickBooksCompany]) -> None:
        self.ledgers = dict(ledgers)
        self.closed: set[RealmId] = set()
        """Companies that cannot be reached."""

    def open(self, connection: Connection) -> QuickBooksCompany:
        if connection.realm_id in self.closed:
            raise ServiceUnavailableError("QuickBooks cannot be reached.", service="QuickBooks")
        return self.ledgers[connection.realm_id]
