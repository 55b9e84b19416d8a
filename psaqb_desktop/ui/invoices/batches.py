"""Batches: what is to be pushed to one company, with the control totals a person confirms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.money import Money, totals_by_currency
from psaqb_desktop.ui.formats import plural
from psaqb_desktop.ui.invoices.rows import InvoiceRow

MANY = 50
"""Above this many documents for live books the count is typed, not just clicked away."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The drafts of one company that are ready."""

    connection: Connection
    checked: tuple[Checked, ...]
    is_first_ever: bool
    left_behind: int = 0
    """Chosen invoices of the company that are not ready and stay where they are."""

    @property
    def company(self) -> str:
        """The company's name."""
        return self.connection.company_name or self.connection.name

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts."""
        return tuple(one.draft for one in self.checked if one.draft is not None)

    def drafts_of(self, kind: DocumentType) -> tuple[Draft, ...]:
        """The drafts of one type of document."""
        return tuple(draft for draft in self.drafts if draft.document_type is kind)

    def totals(self, kind: DocumentType) -> tuple[Money, ...]:
        """Totals of one type of document per currency."""
        return totals_by_currency(Money(d.total, d.currency) for d in self.drafts_of(kind))

    @property
    def days(self) -> tuple[date, date]:
        """The earliest and the latest date of the documents."""
        days = [draft.txn_date for draft in self.drafts]
        return min(days), max(days)

    @property
    def warnings(self) -> tuple[tuple[str, int], ...]:
        """Warnings that are left, by cause, with how many invoices have each."""
        causes = Counter(
            cause for one in self.checked for cause in {f.cause.value for f in one.findings}
        )
        return tuple(sorted(causes.items()))

    @property
    def documents(self) -> str:
        """The count in words: "22 invoices and 1 credit memo"."""
        invoices = len(self.drafts_of(DocumentType.INVOICE))
        credit_memos = len(self.drafts_of(DocumentType.CREDIT_MEMO))
        words = [plural(invoices, "invoice")] if invoices else []
        words += [plural(credit_memos, "credit memo")] if credit_memos else []
        return " and ".join(words)


def batches_of(
    checked: Sequence[Checked], all_rows: Iterable[InvoiceRow], *, is_partial: bool = False
) -> tuple[Batch, ...]:
    """Sort what is ready by company; ``all_rows`` tell which companies have had a push.

    While they are only a part of the list, no push is said to be a company's first.
    """
    has_posted = {
        row.listed.record.connection_id
        for row in all_rows
        if row.listed.record is not None and row.listed.record.quickbooks_id
    }
    groups: dict[ConnectionId, list[Checked]] = {}
    connections: dict[ConnectionId, Connection] = {}
    for one in checked:
        if one.is_ready and one.connection is not None:
            groups.setdefault(one.connection.id, []).append(one)
            connections[one.connection.id] = one.connection
    behind = Counter(
        one.connection.id for one in checked if one.connection is not None and not one.is_ready
    )
    batches = [
        Batch(
            connections[key],
            tuple(group),
            is_first_ever=not is_partial and key not in has_posted,
            left_behind=behind[key],
        )
        for key, group in groups.items()
    ]
    return tuple(sorted(batches, key=lambda batch: batch.company.casefold()))
