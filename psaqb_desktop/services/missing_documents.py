"""Missing documents: what a list did not name is asked for by its id before it counts as gone.

A list that came back empty or short says nothing about a document; only QuickBooks' plain “not
found” does. Taken for gone too early, an invoice would be posted a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.draft import DocumentType
from psaqb_desktop.domain.errors import ServiceUnavailableError
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.push import PostedDocument, QuickBooksStatus, SyncRecord
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany

MOST_ASKED_FOR = 100
"""One call each; far more than people delete, and little against the limits of a company."""

DocumentKey = tuple[DocumentType, QuickBooksId]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What became of the candidates: gone for certain, standing after all, or not asked for."""

    gone: tuple[SyncRecord, ...]
    standing: Mapping[DocumentKey, PostedDocument]
    unknown: tuple[SyncRecord, ...]

    def require_all(self) -> None:
        """Make sure that each candidate was asked for.

        Raises:
            ServiceUnavailableError: there were too many for one pull.
        """
        if self.unknown:
            raise ServiceUnavailableError(
                f"QuickBooks did not list {len(self.unknown) + MOST_ASKED_FOR:,} posted documents; "
                f"{MOST_ASKED_FOR} were looked at one by one, the others stay as they were.",
                service="QuickBooks",
                remedy="Pull again: it goes on with the rest.",
            )


def ask_for(company: QuickBooksCompany, candidates: Sequence[SyncRecord]) -> AskedFor:
    """Ask for each document that a list did not name; those known to be gone are not asked again.

    Raises:
        AppError: a document could not be read; nothing is known of it then.
    """
    known = [r for r in candidates if r.quickbooks_status is QuickBooksStatus.MISSING]
    news = [r for r in candidates if r.quickbooks_status is not QuickBooksStatus.MISSING]
    gone = list(known)
    standing: dict[DocumentKey, PostedDocument] = {}
    for record in news[:MOST_ASKED_FOR]:
        document = company.read(record.document_type, record.quickbooks_id)
        if document is None:
            gone.append(record)
        else:
            standing[record.document_type, record.quickbooks_id] = document
    return AskedFor(tuple(gone), standing, tuple(news[MOST_ASKED_FOR:]))
