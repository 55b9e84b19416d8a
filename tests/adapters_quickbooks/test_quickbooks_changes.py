"""Change data capture: everything that changed, whatever the size of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.gateway import QuickBooksGateway
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import QuickBooksId, RequestId
from psaqb_desktop.domain.sync_record import QuickBooksStatus
from tests.adapters_quickbooks.planted_forms import Planted, plant
from tests.adapters_quickbooks.quickbooks_hands import delete, in_batches, invoice_bodies, pay, void

FIRST = RequestId("0123456789abcdef0123456789abcdef-g1")
SECOND = RequestId("0123456789abcdef0123456789abcdef-g2")
NONE: frozenset[str] = frozenset()


def test_changes_hold_posted_voided_and_deleted_documents_and_payments(
    british: Any, make_draft: Any
) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    draft = make_draft(british.company.lists())
    kept = british.company.post(draft, FIRST)
    payment_id = pay(british, kept, "100.00")
    voided = british.company.post(replace(draft, number="V-1"), SECOND)
    void(british, voided)
    gone = british.company.post(replace(draft, number="D-1"), RequestId("third"))
    delete(british, gone)
    memo = british.company.post(
        replace(draft, document_type=DocumentType.CREDIT_MEMO, number="CM-1"), RequestId("fourth")
    )
    british.practice.forget_calls()
    changes = british.company.changes(before)
    assert len(british.practice.calls()) == 1
    documents = {(d.type, d.id): d for d in changes.documents}
    assert documents[DocumentType.INVOICE, kept.id].payment_ids == (payment_id,)
    assert documents[DocumentType.INVOICE, voided.id].is_voided
    assert documents[DocumentType.INVOICE, gone.id].status is QuickBooksStatus.MISSING
    assert documents[DocumentType.CREDIT_MEMO, memo.id].total == draft.total
    assert [p.id for p in changes.payments] == [payment_id]
    assert changes.unlisted_deletions == NONE
    assert before < changes.read_at <= datetime.now(UTC) + timedelta(minutes=1)
    assert changes.read_at.utcoffset() == timedelta()


def test_no_changes_are_no_trouble(british: Any) -> None:
    changes = british.company.changes(datetime.now(UTC))
    assert (changes.documents, changes.payments) == ((), ())
    assert changes.unlisted_deletions == NONE


def test_changes_that_were_cut_off_are_asked_for_one_by_one(british: Any, make_draft: Any) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    draft = make_draft(british.company.lists())
    made = in_batches(british, "Invoice", invoice_bodies(draft, 780))
    payments = [
        {
            "CustomerRef": {"value": draft.customer.id},
            "TotalAmt": Decimal(1),
            "CurrencyRef": {"value": draft.currency},
        }
        for _ in range(300)
    ]
    in_batches(british, "Payment", payments)
    british.practice.forget_calls()
    changes = british.company.changes(before)
    assert len(british.practice.calls()) == 3
    assert changes.unlisted_deletions == NONE
    assert {d.id for d in changes.documents} == {invoice["Id"] for invoice in made}
    assert len(changes.payments) == 300


@pytest.fixture
def plant_forms(british: Any, make_draft: Any, tmp_path: Path) -> Callable[..., list[str]]:
    """Put so many standing and deleted records of a kind into the books, a second apart."""
    books = tmp_path / "books" / "quickbooks.sqlite"
    document = british.company.post(make_draft(british.company.lists()), FIRST)
    memo = british.company.post(
        make_draft(british.company.lists(), document_type=DocumentType.CREDIT_MEMO, number="CM"),
        SECOND,
    )
    originals = {
        "Invoice": document.id,
        "CreditMemo": memo.id,
        "Payment": pay(british, document, "1.00"),
    }
    ids = iter(range(50_000_000, 60_000_000))

    def planted(
        kind: str, standing: int, deleted: int = 0, *, begin: datetime, apart: int = 1
    ) -> list[str]:
        total = standing + deleted
        copies = [
            Planted(next(ids), begin + timedelta(seconds=apart * n), {}, is_deleted=n >= standing)
            for n in range(total)
        ]
        plant(books, british.connection.realm_id, (kind, originals[kind]), copies)
        return [str(one.id) for one in copies if one.is_deleted]

    return planted


def two_days_later(opened: Any) -> None:
    opened.practice.tell("options", clock_offset_seconds=2 * 86_400)
    opened.access_token(opened.connection, True)


@pytest.mark.parametrize(
    ("invoices", "memos", "payments", "calls", "unlisted"),
    [
        ((990, 9), (0, 0), (0, 0), 1, NONE),
        ((600, 100), (100, 50), (400, 60), 3, NONE),
        ((500, 0), (700, 10), (600, 20), 5, NONE),
        # One object fewer would have been certain: a full answer may hide a deletion.
        ((990, 10), (0, 0), (0, 0), 3, {"Invoice"}),
        ((999, 5), (3, 3), (10, 10), 3, {"Invoice"}),
        ((1400, 30), (5, 5), (1, 1), 4, {"Invoice"}),
        ((3, 3), (2, 2), (1500, 40), 7, {"Payment"}),
    ],
)
def test_a_deletion_is_told_or_its_kind_is_named(
    british: Any,
    plant_forms: Any,
    *,
    invoices: tuple[int, int],
    memos: tuple[int, int],
    payments: tuple[int, int],
    calls: int,
    unlisted: set[str],
) -> None:
    since = datetime.now(UTC) + timedelta(days=1)
    kinds = {"Invoice": invoices, "CreditMemo": memos, "Payment": payments}
    gone = {kind: set(plant_forms(kind, *counts, begin=since)) for kind, counts in kinds.items()}
    two_days_later(british)
    british.practice.forget_calls()
    changes = british.company.changes(since)
    assert len(british.practice.calls()) == calls
    assert changes.unlisted_deletions == unlisted
    told: dict[str, list[Any]] = {
        "Invoice": [d for d in changes.documents if d.type is DocumentType.INVOICE],
        "CreditMemo": [d for d in changes.documents if d.type is DocumentType.CREDIT_MEMO],
        "Payment": list(changes.payments),
    }
    for kind, (standing, _) in kinds.items():
        assert sum(not one.is_deleted for one in told[kind]) == standing
        deleted = {one.id for one in told[kind] if one.is_deleted}
        assert deleted <= gone[kind]
        assert deleted == gone[kind] or kind in changes.unlisted_deletions


def test_pages_go_on_where_many_were_changed_in_one_second(british: Any, plant_forms: Any) -> None:
    since = datetime.now(UTC) + timedelta(days=1)
    plant_forms("Invoice", 2350, begin=since, apart=0)
    two_days_later(british)
    changes = british.company.changes(since)
    assert len(changes.documents) == 2350


class BetweenPages(HttpSession):
    """Lets somebody work in QuickBooks right after the first page was read."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__("QuickBooks", sleep=lambda _: None, timeout=(5, 10))
        self.pages = 0
        self._work = work

    def send(self, method: str, url: str, **more: Any) -> HttpAnswer:
        answer = super().send(method, url, **more)
        if url.endswith("/query"):
            self.pages += 1
            if self.pages == 1:
                self._work()
        return answer


def test_what_changes_while_pages_are_read_shifts_nothing_out(
    british: Any, plant_forms: Any, tmp_path: Path
) -> None:
    """What was changed anew goes to the end, and all behind it move up by one."""
    since = datetime.now(UTC) + timedelta(days=1)
    plant_forms("Invoice", 1600, begin=since)
    two_days_later(british)
    realm, later = british.connection.realm_id, since + timedelta(hours=9)

    def edit_the_first_twenty() -> None:
        edited = [Planted(50_000_000 + n, later, {"SyncToken": "1"}) for n in range(20)]
        books = tmp_path / "books" / "quickbooks.sqlite"
        plant(books, realm, ("Invoice", "50000000"), edited)

    http = BetweenPages(edit_the_first_twenty)
    gateway = QuickBooksGateway(
        british.practice.environment, british.access_token, http, british.clock
    )
    changes = gateway.open(british.connection).changes(since)
    http.close()
    assert http.pages == 2
    assert len({d.id for d in changes.documents}) == 1600


def test_what_is_deleted_while_pages_are_read_hides_nothing(
    british: Any, plant_forms: Any, tmp_path: Path
) -> None:
    """All behind what is deleted move up, the first of the next page onto this one."""
    later = datetime.now(UTC) + timedelta(days=1)
    plant_forms("Invoice", 1200, begin=later)
    realm = british.connection.realm_id
    gone = range(50_000_000, 50_000_020)

    def delete_twenty() -> None:
        books = tmp_path / "books" / "quickbooks.sqlite"
        deleted = [Planted(n, later, {}, is_deleted=True) for n in gone]
        plant(books, realm, ("Invoice", "50000000"), deleted)

    http = BetweenPages(delete_twenty)
    gateway = QuickBooksGateway(
        british.practice.environment, british.access_token, http, british.clock
    )
    company = gateway.open(british.connection)
    found = company.created_since(later - timedelta(days=2))
    http.close()
    standing = {str(n) for n in range(50_000_020, 50_001_200)}
    assert standing <= {document.id for document in found}


def test_many_ids_are_asked_for_in_halves_where_quickbooks_finds_them_too_long(
    british: Any, make_draft: Any
) -> None:
    made = in_batches(british, "Invoice", invoice_bodies(make_draft(british.company.lists()), 130))
    ids = [QuickBooksId(each["Id"]) for each in made]
    british.practice.fail("status", path="/v3/*/query", status=413, body="{}", times=1)
    british.practice.forget_calls()
    assert british.company.existing(DocumentType.INVOICE, [*ids, QuickBooksId("5")]) == set(ids)
    assert len(british.practice.calls("query")) == 3
