"""Missing documents: what a list did not name is asked for by its id before it counts as gone.

A list that came back empty or short says nothing about a document; only QuickBooks' plain “not
found” does, or change data capture's “deleted”. Taken for gone too early, an invoice would be
posted a second time; before that, :mod:`psaqb_desktop.services.push_again` asks once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.allocations import DocumentKey
from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany

MOST_ASKED_FOR = 100
"""In one pull, one call each; far more than people delete, and little against the limits."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What became of candidates: gone for certain, or standing after all."""

    gone: tuple[SyncRecord, ...]
    standing: Mapping[DocumentKey, PostedDocument]


class MissingDocuments:
    """Asks for the documents of one pull that no list named."""

    def __init__(self, company: QuickBooksCompany) -> None:
        self._company = company
        self._asked = 0
        self._left_out = 0

    def ask_for(self, candidates: Sequence[SyncRecord]) -> AskedFor:
        """Ask for each document; those known to be gone are not asked for again.

        Raises:
            AppError: a document could not be read; nothing is known of it then.
        """
        known = [r for r in candidates if r.quickbooks_status is QuickBooksStatus.MISSING]
        news = [r for r in candidates if r.quickbooks_status is not QuickBooksStatus.MISSING]
        chosen = news[: MOST_ASKED_FOR - self._asked]
        self._asked += len(chosen)
        self._left_out += len(news) - len(chosen)
        gone = list(known)
        standing: dict[DocumentKey, PostedDocument] = {}
        for record in chosen:
            document = self._company.read(record.document_type, record.quickbooks_id)
            if document is None:
                gone.append(record)
            else:
                standing[record.document_type, record.quickbooks_id] = document
        return AskedFor(tuple(gone), standing)

    def require_all(self) -> None:
        """Make sure that each candidate was asked for.

        Raises:
            ServiceUnavailableError: there were too many for one pull.
        """
        if self._left_out:
            raise ServiceUnavailableError(
                f"QuickBooks did not list {self._left_out + self._asked:,} posted documents; "
                f"{self._asked} were looked at one by one, the others stay as they were.",
                service="QuickBooks",
                remedy="Pull again: it goes on with the rest.",
            )
