"""One QuickBooks company."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal

from psaqb_desktop.adapters.quickbooks import json_reading
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.changes import read_changes
from psaqb_desktop.adapters.quickbooks.documents import payment, posted_document
from psaqb_desktop.adapters.quickbooks.faults import read_faults
from psaqb_desktop.adapters.quickbooks.find import (
    documents_around,
    documents_created_since,
    find_documents,
    walk_created_since,
)
from psaqb_desktop.adapters.quickbooks.lists import read_lists
from psaqb_desktop.adapters.quickbooks.pacing import Turn
from psaqb_desktop.adapters.quickbooks.post import post_draft
from psaqb_desktop.adapters.quickbooks.queries import answered, query_ids
from psaqb_desktop.adapters.quickbooks.web_pages import page_of
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import QuickBooksId, RequestId
from psaqb_desktop.domain.pull import Changes, Payment
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.quickbooks_lists import CompanyLists

_NOT_FOUND = "610"


class Company:
    """A company over the Accounting API. May be used from any thread; paces itself."""

    def __init__(self, calls: CompanyCalls) -> None:
        self._calls = calls

    def use(self, connection: Connection) -> None:
        """Go on with the connection as it now stands in the CRM."""
        self._calls.connection = connection

    def lists(self) -> CompanyLists:
        """Read company info, preferences and lists."""
        return read_lists(self._calls)

    def turn(self, gives_up: Callable[[], bool]) -> AbstractContextManager[Turn | None]:
        """Wait until one post may leave, and keep its place while it is under way."""
        return self._calls.turn(gives_up)

    def post(self, draft: Draft, request_id: RequestId, turn: Turn | None = None) -> PostedDocument:
        """Create the document under this request id; the same id answers the same document."""
        return post_draft(self._calls, draft, request_id, turn)

    def find(self, draft: Draft, since: datetime | None = None) -> tuple[PostedDocument, ...]:
        """Look for documents of this draft's CRM invoice, by our key in the private note."""
        return find_documents(self._calls, draft, since)

    def created_since(self, since: datetime) -> tuple[PostedDocument, ...]:
        """Return all invoices and credit memos that were made since."""
        return documents_created_since(self._calls, since)

    def walk_created_since(self, since: datetime) -> Iterator[PostedDocument]:
        """Yield all invoices and credit memos that were made since, a page in memory at a time."""
        return walk_created_since(self._calls, since)

    def around(self, drafts: Sequence[Draft]) -> tuple[PostedDocument, ...]:
        """Return all invoices and credit memos with the dates or the numbers of these drafts."""
        return documents_around(self._calls, drafts)

    def read(self, document_type: DocumentType, document_id: QuickBooksId) -> PostedDocument | None:
        """Read one document; None where it is deleted."""
        entity = document_type.value
        answer = self._calls.get(f"{entity.lower()}/{document_id}")
        if not answer.is_success and any(f.code == _NOT_FOUND for f in read_faults(answer)):
            return None
        data = answered(answer, self._calls, what=f"Reading {entity} {document_id}")
        document = posted_document(
            json_reading.as_object(data.get(entity), entity), document_type, self._home_currency
        )
        return None if document.is_deleted else document

    def documents(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> tuple[PostedDocument, ...]:
        """Read many documents with few calls; deleted ones are absent."""
        found = query_ids(self._calls, document_type.value, ids)
        return tuple(posted_document(data, document_type, self._home_currency) for data in found)

    def existing(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> frozenset[QuickBooksId]:
        """Return those of many documents that are not deleted, by their ids alone."""
        found = query_ids(self._calls, document_type.value, ids, "Id")
        return frozenset(QuickBooksId(json_reading.text(data, "Id")) for data in found)

    def payments(self, ids: Sequence[QuickBooksId]) -> tuple[Payment, ...]:
        """Read many payments with few calls."""
        found = query_ids(self._calls, "Payment", ids)
        return tuple(payment(data, self._home_currency) for data in found)

    def changes(self, since: datetime) -> Changes:
        """Return what changed since (change data capture, at most 30 days back)."""
        return read_changes(self._calls, since)

    def exchange_rate(self, currency: str, day: date) -> Decimal | None:
        """Return the rate that QuickBooks has for a day; None where it has none."""
        answer = self._calls.get(
            "exchangerate", {"sourcecurrencycode": currency, "asofdate": day.isoformat()}
        )
        if not answer.is_success and any(f.code == _NOT_FOUND for f in read_faults(answer)):
            return None
        data = answered(answer, self._calls, what=f"Reading the exchange rate of {currency}")
        return json_reading.amount(json_reading.part(data, "ExchangeRate"), "Rate") or None

    def web_address(self, document_type: DocumentType, document_id: QuickBooksId) -> str:
        """Return where a person can look at the document in QuickBooks' own pages."""
        return page_of(self._calls.connection, document_type, document_id)

    @property
    def _home_currency(self) -> str:
        return self._calls.connection.home_currency
